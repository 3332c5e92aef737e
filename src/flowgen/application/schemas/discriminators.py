"""Finds the members by whose fixed values branches are told apart. Knows if/then over const and enum, and branches that
require such a member; refuses to open choices."""

from collections.abc import Mapping, Sequence
from typing import Any

from flowgen.application.schemas.drafts import spoken
from flowgen.application.schemas.facts import Fact
from flowgen.application.schemas.source import Place, Source
from flowgen.application.schemas.walking import kind_of
from flowgen.domain.values import JsonObject, JsonValue, Value

FEWEST = 3
"""Conditions over one member that are opened as one choice."""


class Condition(Value, frozen=True):
    """`if` one of the values stands at the member `name`, `then` the place holds. `is_required`: also where the
    member is missing the condition is not met."""

    name: str
    values: tuple[Any, ...]
    is_required: bool
    index: int


def conditions(place: Place, source: Source) -> dict[str, list[Condition]]:
    """Give the conditions among an allOf's schemas, by the member that they look at, where there are some."""
    found: dict[str, list[Condition]] = {}
    for index in range(len(place.schema["allOf"])):
        condition = _condition(place.schema["allOf"][index], index)
        if condition is not None:
            found.setdefault(condition.name, []).append(condition)
    return {name: group for name, group in found.items() if len(group) >= FEWEST}


def _condition(schema: Any, index: int) -> Condition | None:
    if not isinstance(schema, dict) or schema.keys() != {"if", "then"} or not isinstance(schema["if"], dict):
        return None
    asked = schema["if"]
    if not asked.keys() <= {"properties", "required"} or not isinstance(asked.get("properties"), dict):
        return None
    if len(asked["properties"]) != 1:
        return None
    name, member = next(iter(asked["properties"].items()))
    if asked.get("required", [name]) != [name] or not isinstance(member, dict):
        return None
    values = (
        [member["const"]] if member.keys() == {"const"} else member.get("enum") if member.keys() == {"enum"} else None
    )
    if not isinstance(values, list) or any(isinstance(value, dict | list | float) for value in values):
        return None
    return Condition(name=name, values=tuple(values), is_required="required" in asked, index=index)


def opened_conditions(place: Place, group: Sequence[Condition], source: Source) -> list[tuple[Place, ...]]:
    """Give the ways in which conditions over one member can come out, each once."""
    name = group[0].name
    by_value: dict[tuple[str, JsonValue], list[Condition]] = {}
    for condition in group:
        for value in dict.fromkeys((type(value).__name__, value) for value in condition.values):
            by_value.setdefault(value, []).append(condition)
    by_then: dict[tuple[int, ...], list[JsonValue]] = {}
    for (_, value), met in by_value.items():
        by_then.setdefault(tuple(condition.index for condition in met), []).append(value)

    def way(key: str, schema: JsonObject, met: Sequence[int]) -> tuple[Place, ...]:
        thens = [source.child(place, "allOf", index, "then") for index in met]
        return (source.derived(place, f"if-{name}-{key}", schema), *thens)

    all_values = [value for _, value in by_value]
    free = [condition.index for condition in group if not condition.is_required]
    ways = [
        way(str(count), {"type": "object", "required": [name], "properties": {name: {"enum": values}}}, met)
        for count, (met, values) in enumerate(by_then.items())
    ]
    others = {"type": "object", "required": [name], "properties": {name: {"$excluded": all_values}}}
    ways.append(way("other", others, ()))
    ways.append(way("none", {"type": "object", "properties": {name: False}}, free))
    kinds = ["null", "boolean", "number", "string", "array"]
    ways.append(way("no-object", {"type": kinds}, [condition.index for condition in group]))
    return ways


class Signature(Value, frozen=True):
    """What tells a branch from others at a glance: its kinds, the scalars that it may be where they are listed (with
    their kinds: 1 is 1.0, and true is not 1), and the values that members of it must have."""

    kinds: frozenset[str]
    fixed: Mapping[str, frozenset[Any]]
    values: frozenset[tuple[str, JsonValue]] = frozenset()

    def excludes(self, other: "Signature") -> bool:
        if not self.kinds & other.kinds:
            return True
        if self.values and other.values:
            return not self.values & other.values
        if self.kinds != {"object"}:
            return False
        return any(name in other.fixed and not values & other.fixed[name] for name, values in self.fixed.items())


def are_apart(signatures: Sequence[Signature]) -> bool:
    """Say whether one look tells that no two of them overlap: all list their values, or the values of one member."""
    if all(one.values for one in signatures):
        return _are_disjoint([one.values for one in signatures])
    if not signatures or any(one.kinds != {"object"} for one in signatures):
        return False
    names = set(signatures[0].fixed).intersection(*(one.fixed for one in signatures[1:]))
    return any(_are_disjoint([one.fixed[name] for one in signatures]) for name in names)


def _are_disjoint(sets: Sequence[frozenset[Any]]) -> bool:
    return len(frozenset[Any]().union(*sets)) == sum(map(len, sets))


def signature(facts: Sequence[Fact], draft: str, kinds: frozenset[str], values: Sequence[JsonValue]) -> Signature:
    """Give the signature of a branch whose facts these are, what stands beside it included; `values` are those that it
    may be, where they are listed."""
    scalars = frozenset((kind_of(value), value) for value in values if not isinstance(value, dict | list))
    if len(scalars) < len(values):
        scalars = frozenset()  # some are not told apart so easily
    required = {name for fact in facts for name in fact.schema.get("required", ()) if isinstance(name, str)}
    fixed: dict[str, frozenset[Any]] = {}
    for fact in facts:
        for name, member in fact.schema.get("properties", {}).items():
            own = _fixed(member, draft)
            if name in required and own is not None:
                fixed[name] = fixed.get(name, own) & own
    return Signature(kinds=kinds, fixed=fixed, values=scalars)


def _fixed(member: Any, draft: str) -> frozenset[Any] | None:
    if not isinstance(member, dict):
        return None
    member = spoken(member, draft)
    values = [member["const"]] if "const" in member else member.get("enum")
    if not isinstance(values, list) or any(not isinstance(value, str) for value in values):
        return None
    return frozenset(values)
