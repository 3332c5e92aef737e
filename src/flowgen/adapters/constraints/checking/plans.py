"""What a validator has to look at in a schema, by the part of a value that it looks at. Knows keywords and references;
refuses to know values and how much is too much."""

from collections.abc import Iterator, Sequence
from typing import Any

from flowgen.application.schemas.source import Place, Source
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.values import JsonValue, Value

REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_LISTS = ("allOf", "anyOf", "oneOf")
_ALONE = ("if", "then", "else", "not")
_BINDING = frozenset(("allOf", *REFERENCES))
"""Keywords that end the judging of a schema as soon as an inner one fails."""


class Plan(Value, frozen=True):
    """A schema as a validator goes through it. `here` judge the same value, each with whether its failing is the
    schema's; `members`, `patterns` (whatever they match) and `rest` those of an object, `prefix` and `items` those of
    an array."""

    kinds: frozenset[str] | None = None
    fixed: tuple[JsonValue, ...] | None = None
    required: tuple[str, ...] = ()
    here: tuple[tuple[Place, bool], ...] = ()
    members: dict[str, Place] = {}
    patterns: tuple[Place, ...] = ()
    rest: tuple[Place, ...] = ()
    names: tuple[Place, ...] = ()
    prefix: tuple[Place, ...] = ()
    items: tuple[Place, ...] = ()


def groups_of(plan: Plan) -> Iterator[Sequence[Place]]:
    """Give the schemas that may judge one and the same part of a value, a group for each part that is told apart."""
    other = (*plan.patterns, *plan.rest)
    yield from ((place, *other) for place in plan.members.values()) if other else ((p,) for p in plan.members.values())
    if other:
        yield other
    yield from ((place, *plan.items) for place in plan.prefix)
    if plan.items:
        yield plan.items
    if plan.names:
        yield plan.names


def plan_of(place: Place, source: Source) -> Plan:
    """Read a schema."""
    if not isinstance(place.schema, dict):
        return Plan()
    schema: Any = place.schema
    kinds = schema.get("type")
    fixed = [schema["const"]] if "const" in schema else schema.get("enum")
    required = schema.get("required")
    items = schema.get("items")
    prefix = "items" if isinstance(items, list) else "prefixItems"
    listed = schema.get(prefix)
    return Plan(
        kinds=None if kinds is None else frozenset(_KINDS.get(kind, kind) for kind in _listed(kinds)),
        fixed=tuple(fixed) if isinstance(fixed, list) else None,
        required=tuple(name for name in required if isinstance(name, str)) if isinstance(required, list) else (),
        here=tuple(_here(place, schema, source)),
        members=dict(_named(place, schema, "properties", source)),
        patterns=tuple(inner for _, inner in _named(place, schema, "patternProperties", source)),
        rest=_single(place, schema, ("additionalProperties", "unevaluatedProperties"), source),
        names=_single(place, schema, ("propertyNames",), source),
        prefix=tuple(source.child(place, prefix, index) for index in range(len(listed)))
        if isinstance(listed, list)
        else (),
        items=_single(place, schema, ("items", "additionalItems", "unevaluatedItems", "contains"), source),
    )


_KINDS = {"integer": "number"}


def _listed(kinds: Any) -> list[Any]:
    return kinds if isinstance(kinds, list) else [kinds]


def _here(place: Place, schema: Any, source: Source) -> Iterator[tuple[Place, bool]]:
    for keyword, value in schema.items():
        is_binding = keyword in _BINDING
        if keyword in _LISTS and isinstance(value, list):
            yield from ((source.child(place, keyword, index), is_binding) for index in range(len(value)))
        elif keyword in _ALONE:
            yield source.child(place, keyword), is_binding
        elif keyword in ("dependentSchemas", "dependencies") and isinstance(value, dict):
            yield from (
                (source.child(place, keyword, name), False) for name in value if isinstance(value[name], dict | bool)
            )
        elif keyword in REFERENCES:
            targets = list(_targets(place, keyword, value, source))
            yield from ((target, len(targets) == 1) for target in targets)


def _targets(place: Place, keyword: str, value: JsonValue, source: Source) -> Iterator[Place]:
    try:
        yield source.target(place, value, keyword)
    except ConstraintRefused:  # it leads nowhere that a validator could look at
        return
    if keyword != "$ref":
        yield from source.dynamic_places(str(value).partition("#")[2])


def _named(place: Place, schema: Any, keyword: str, source: Source) -> Iterator[tuple[str, Place]]:
    found = schema.get(keyword)
    return ((name, source.child(place, keyword, name)) for name in found) if isinstance(found, dict) else iter(())


def _single(place: Place, schema: Any, keywords: Sequence[str], source: Source) -> tuple[Place, ...]:
    return tuple(source.child(place, keyword) for keyword in keywords if isinstance(schema.get(keyword), dict | bool))
