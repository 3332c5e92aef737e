"""Takes a schema apart into what must hold all at once: follows references and allOf, and opens each choice (anyOf,
oneOf, not, if, dependencies) into a leaf per way it can be met. Knows which keywords choose; refuses to know what
the others allow."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flowgen.application.schemas.discriminators import conditions, opened_conditions
from flowgen.application.schemas.drafts import is_before, spoken
from flowgen.application.schemas.facts import Choice, Fact, Leaf, Nodes
from flowgen.application.schemas.negation import opposites
from flowgen.application.schemas.source import Place
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.schemas import ResidueKind

MAX_LEAVES = 300
MAX_COMBINED = 48
"""Leaves of one choice, and of several choices that multiply; beyond that a choice is judged instead."""
MAX_TOLD = 600
FEWEST_COMBINED = 4
"""Members in all leaves of choices that multiply, and how many leaves there may be however many those are."""
MAX_DEPENDENT = 5
"""Members that others depend on which are opened into choices."""
MAX_STEPS = 150_000
MAX_OPPOSED = 4
"""Branches of an oneOf that overlap and are told apart by their opposites; with more of them it is judged instead."""


class Leaves:
    """The leaves of one value's schemas."""

    def __init__(self, nodes: Nodes, is_empty: Callable[[Leaf], bool]) -> None:
        self._nodes = nodes
        self._source = nodes.source
        self._remarks = nodes.remarks
        self._is_empty = is_empty

    def of(self, places: Iterable[Place]) -> list[Leaf]:
        """Give the leaves of several schemas at once; none is no value."""
        leaf = self.closed(places)
        whole, waiting = [], [] if leaf.is_empty else [leaf]
        while waiting:
            leaf = waiting.pop()
            if not leaf.pending:
                whole.append(leaf)
                continue
            choice = leaf.pending.pop(0)
            room = _room(leaf)
            if leaf.num_splits and len(waiting) + len(whole) >= room:
                self._relax(leaf, choice)
                waiting.append(leaf)
                continue
            if choice.keyword == "oneOf":
                choice = self._told_apart(leaf, choice)
            opened = list(self._opened(leaf, choice))
            most = MAX_LEAVES if leaf.num_splits == 0 else room
            if len(opened) > 1 and len(waiting) + len(whole) + len(opened) > most:
                self._relax(leaf, choice)
                opened = [leaf]
            elif len(opened) > 1:
                for branch in opened:
                    branch.num_splits += 1
            waiting += reversed(opened)
        return whole

    def closed(self, places: Iterable[Place]) -> Leaf:
        """Give what several schemas say at once before any choice is opened."""
        leaf = Leaf()
        for place in places:
            self._take(leaf, place, ())
        return leaf

    def _relax(self, leaf: Leaf, choice: Choice) -> None:
        kind: ResidueKind = "owed" if choice.keyword == "dependentRequired" else "whole"
        leaf.residues += self._remarks.residue(choice.place, choice.keyword, kind, "its combinations are many")
        leaf.blurred.update(choice.scopes)

    def _opened(self, leaf: Leaf, choice: Choice) -> Iterator[Leaf]:
        for option in choice.options:
            self._nodes.step()
            branch = leaf.copy()
            for place in option:
                self._take(branch, place, choice.scopes)
            if not branch.is_empty and not self._is_empty(branch):
                yield branch

    def _take(self, leaf: Leaf, place: Place, scopes: tuple[Place, ...]) -> None:
        """Add a schema to a leaf."""
        self._nodes.step()
        if place in leaf.seen or place.schema is True or leaf.is_empty:
            return
        if place.schema is False:
            leaf.is_empty = True
            return
        if not isinstance(place.schema, dict):
            raise ConstraintRefused(
                "response_format", "a schema is an object or a boolean", pointer=place.pointer, keyword=_last(place)
            )
        leaf.seen.add(place)
        schema = place.schema
        if "$ref" in schema and is_before(self._source.draft, "2019-09") and not place.is_derived:
            schema = {"$ref": schema["$ref"]}
        self._take_keywords(leaf, place, schema, (*scopes, place) if _looks_round(schema) else scopes)

    def _take_keywords(self, leaf: Leaf, place: Place, schema: dict[str, Any], scopes: tuple[Place, ...]) -> None:
        is_told = False
        said = schema if place.is_derived else spoken(schema, self._source.draft)  # of the others there is a remark
        for keyword, value in schema.items():
            taker = _TAKERS.get(keyword)
            if not self._remarks.is_known(place, keyword):
                continue
            if taker is not None:
                taker(self, leaf, place, value, scopes)
            elif keyword in PLAIN:
                if not is_told:
                    leaf.facts.append(Fact(place, said, scopes))
                is_told = True
                if keyword not in _NOTED_ELSEWHERE:
                    self._remarks.note(place, keyword, "exact")

    def _take_reference(self, leaf: Leaf, place: Place, value: Any, scopes: tuple[Place, ...]) -> None:
        self._remarks.note(place, "$ref", "exact" if len(place.schema) == 1 else "lowered")
        self._take(leaf, self._source.target(place, value), scopes)

    def _take_dynamic(self, leaf: Leaf, place: Place, value: Any, scopes: tuple[Place, ...]) -> None:
        self._take_moving(leaf, place, "$dynamicRef", self._source.dynamic_target(place, value), scopes)

    def _take_recursive(self, leaf: Leaf, place: Place, _: Any, scopes: tuple[Place, ...]) -> None:
        self._take_moving(leaf, place, "$recursiveRef", self._source.recursive_target(place), scopes)

    def _take_moving(
        self, leaf: Leaf, place: Place, keyword: str, target: Place | None, scopes: tuple[Place, ...]
    ) -> None:
        if target is not None:
            self._remarks.note(place, keyword, "lowered")
            self._take(leaf, target, scopes)
        else:
            self._nodes.judge_all(place, keyword)
            leaf.blurred.update(scopes)

    def _take_all(self, leaf: Leaf, place: Place, value: Any, scopes: tuple[Place, ...]) -> None:
        self._remarks.note(place, "allOf", "lowered")
        inner = self._inner(place, "allOf", value)
        taken: set[int] = set()
        if not scopes and not is_before(self._source.draft, "7"):
            for group in conditions(place, self._source).values():
                taken |= {condition.index for condition in group}
                ways = opened_conditions(place, group, self._source)
                leaf.pending.append(Choice(ways, place, "allOf", scopes))
        for index in taken:
            self._remarks.note(inner[index], "if", "lowered")
        for index, schema in enumerate(inner):
            if index not in taken:
                self._take(leaf, schema, scopes)

    def _take_any(self, leaf: Leaf, place: Place, value: Any, scopes: tuple[Place, ...]) -> None:
        self._remarks.note(place, "anyOf", "exact")
        options: list[tuple[Place, ...]] = [(inner,) for inner in self._inner(place, "anyOf", value)]
        if len(options) > 1:
            leaf.blurred.update(scopes)  # a value may match several, and all of them have seen it
        leaf.pending.append(Choice(options, place, "anyOf", scopes))

    def _take_one(self, leaf: Leaf, place: Place, value: Any, scopes: tuple[Place, ...]) -> None:
        options: list[tuple[Place, ...]] = [(inner,) for inner in self._inner(place, "oneOf", value)]
        leaf.pending.append(Choice(options, place, "oneOf", scopes))

    def _told_apart(self, leaf: Leaf, choice: Choice) -> Choice:
        """Give an oneOf's branches so that no value is in two of them; where that cannot be said the value is
        judged."""
        place, branches = choice.place, [option[0] for option in choice.options]
        overlapping = self._nodes.overlaps(place, branches)
        is_few = len(overlapping) <= MAX_OPPOSED
        if not is_few or any(opposites(branches[index], self._source) is None for index in overlapping):
            leaf.residues += self._remarks.residue(place, "oneOf", "whole", "its branches overlap")
            leaf.blurred.update(choice.scopes)
            return choice
        self._remarks.note(place, "oneOf", "lowered")
        options: list[tuple[Place, ...]] = []
        for index, branch in enumerate(branches):
            rivals = [other for other in overlapping if other != index and index in overlapping]
            options.append((branch, *(self._none_of(place, other, branches[other]) for other in rivals)))
        return Choice(options, place, "oneOf", choice.scopes)

    def _none_of(self, place: Place, index: int, other: Place) -> Place:
        return self._source.derived(place, f"but{index}", {"not": other})

    def _take_not(self, leaf: Leaf, place: Place, _: Any, scopes: tuple[Place, ...]) -> None:
        inner = self._source.child(place, "not")
        found = opposites(inner, self._source)
        if found is None:
            leaf.residues += self._remarks.residue(place, "not", "whole")
        else:
            self._remarks.note(place, "not", "lowered")
            leaf.pending.append(Choice([(option,) for option in found], place, "not", ()))

    def _take_if(self, leaf: Leaf, place: Place, _: Any, scopes: tuple[Place, ...]) -> None:
        if "then" not in place.schema and "else" not in place.schema and not scopes:
            return
        condition = self._source.child(place, "if")
        then = [self._source.child(place, key) for key in ("then",) if key in place.schema]
        otherwise = [self._source.child(place, key) for key in ("else",) if key in place.schema]
        found = opposites(condition, self._source)
        if found is None:
            leaf.residues += self._remarks.residue(place, "if", "whole")
            leaf.blurred.update(scopes)
            options = [(condition, *then), tuple(otherwise)]
        else:
            self._remarks.note(place, "if", "lowered")
            options = [(condition, *then), *((option, *otherwise) for option in found)]
        leaf.pending.append(Choice(options, place, "if", scopes))

    def _take_dependent(self, leaf: Leaf, place: Place, value: Any, scopes: tuple[Place, ...]) -> None:
        keyword = next(key for key in _DEPENDENT if place.schema.get(key) is value)
        if not isinstance(value, dict):
            raise place.refusal("an object is expected", keyword)
        if len(value) > MAX_DEPENDENT:
            self._relax(leaf, Choice([], place, keyword, scopes))
            return
        self._remarks.note(place, keyword, "lowered")
        for name, needed in value.items():
            without = self._source.derived(place, f"{keyword}-{name}-0", {"properties": {name: False}})
            if isinstance(needed, list):
                schema = {"type": "object", "required": [name, *needed]}
                with_it = [self._source.derived(place, f"{keyword}-{name}-1", schema)]
            else:
                has_it = self._source.derived(place, f"{keyword}-{name}-1", {"type": "object", "required": [name]})
                with_it = [has_it, self._source.child(place, keyword, name)]
            leaf.pending.append(Choice([tuple(with_it), (without,)], place, keyword, scopes))

    def _inner(self, place: Place, keyword: str, value: Any) -> list[Place]:
        if not isinstance(value, list):
            raise place.refusal("a list of schemas is expected", keyword)
        return [self._source.child(place, keyword, index) for index in range(len(value))]


def _room(leaf: Leaf) -> int:
    """Give how many leaves may come of choices that multiply: each has all the members."""
    num_members = len(leaf.pending) + sum(len(fact.schema.get("properties", ())) for fact in leaf.facts)
    return min(MAX_COMBINED, max(FEWEST_COMBINED, MAX_TOLD // max(1, num_members)))


def _last(place: Place) -> str:
    return place.pointer.rpartition("/")[2]


def _looks_round(schema: dict[str, Any]) -> bool:
    return "unevaluatedProperties" in schema or "unevaluatedItems" in schema


CHOOSING = ("anyOf", "oneOf", "if", "not", "dependentRequired", "dependentSchemas", "dependencies", "allOf", "$ref")
_DEPENDENT = ("dependentRequired", "dependentSchemas", "dependencies")
_Taker = Callable[[Leaves, Leaf, Place, Any, tuple[Place, ...]], None]
_TAKERS: dict[str, _Taker] = {
    "$ref": Leaves._take_reference, "$dynamicRef": Leaves._take_dynamic, "$recursiveRef": Leaves._take_recursive,
    "allOf": Leaves._take_all, "anyOf": Leaves._take_any, "oneOf": Leaves._take_one, "not": Leaves._take_not,
    "if": Leaves._take_if, "dependentRequired": Leaves._take_dependent, "dependentSchemas": Leaves._take_dependent,
    "dependencies": Leaves._take_dependent,
}  # fmt: skip
PLAIN = frozenset((
    "type", "enum", "const", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength",
    "maxLength", "pattern", "format", "items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems",
    "contains", "minContains", "maxContains", "unevaluatedItems", "properties", "required", "additionalProperties",
    "patternProperties", "propertyNames", "minProperties", "maxProperties", "unevaluatedProperties", "$excluded",
    "$avoided",
))  # fmt: skip
_NOTED_ELSEWHERE = frozenset(("format", "unevaluatedItems", "unevaluatedProperties", "propertyNames"))
