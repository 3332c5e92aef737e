"""Foresees what a validator has to do before it has judged a value: how many schemas it looks at, counted by paths that
it walks without remembering any. Knows the order in which jsonschema-rs looks at keywords; refuses to judge."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from flowgen.adapters.constraints.checking.plans import REFERENCES, Plan, groups_of, plan_of
from flowgen.application.schemas.source import Place, Source
from flowgen.application.schemas.walking import kind_of, same
from flowgen.domain.values import JsonValue

MOST_LOOKS = 2_000_000
"""Looks at schemas that judging a value may take: 0.1 s at about 50 ns each."""
_MOST_PAIRS = 100_000
"""Pairs of a schema and a part of a value that are counted for one answer to this question."""
_LEVELS = 40
_FEW_WAYS = 5_000
"""Ways through a schema to one place of a value that need no counting: whatever a value is, they do not multiply."""


class Efforts:
    """What judging by the schemas of one document takes."""

    def __init__(self, document: JsonValue, draft: str) -> None:
        self._document = document
        self._draft = draft
        self._has_references = _has_references(document)
        self._plans: dict[str, Plan] = {}
        self._is_bounded: dict[str, bool] = {}
        self._most_ways: dict[str, int] = {}

    def is_bounded(self, pointer: str) -> bool:
        """Say whether the ways to each place of a value stay few, however deep it is."""
        if self._has_references and pointer not in self._is_bounded:
            ways = self._ways(pointer, _LEVELS, _FEW_WAYS)
            self._is_bounded |= {key: many <= _FEW_WAYS for key, many in ways.items()}
        return self._is_bounded.get(pointer, True)

    def is_judged_in_time(self, pointer: str, value: JsonValue) -> bool:
        """Say whether the schema at a pointer can say of a value whether it is valid."""
        if not isinstance(value, dict | list):  # has_too_many_ways knows what those take
            return True
        return self.is_bounded(pointer) or self.looks(pointer, value) <= MOST_LOOKS

    def is_told_in_time(self, pointer: str, value: JsonValue, most_looks: int) -> bool:
        """Say whether all errors of a value are found within so many looks. Where few ways lead to each of its parts,
        these need not be counted: a text that grows is asked about again and again."""
        return self.bound(pointer, value) <= most_looks or self.looks(pointer, value, is_lazy=False) <= most_looks

    def bound(self, pointer: str, value: JsonValue) -> int:
        """Give an upper bound of the looks that tell all errors of a value at most `_LEVELS` deep; above MOST_LOOKS
        where it is not sought."""
        if pointer not in self._most_ways:
            self._most_ways[pointer] = self._ways(pointer, _LEVELS, _FEW_WAYS)[pointer]
        ways = self._most_ways[pointer]
        return ways * _num_parts(value) if ways <= _FEW_WAYS else MOST_LOOKS + 1

    def has_too_many_ways(self, pointer: str) -> bool:
        """Say whether the schema at a pointer takes too long whatever the value is."""
        return self._has_references and self._ways(pointer, 0, MOST_LOOKS)[pointer] > MOST_LOOKS

    def looks(self, pointer: str, value: JsonValue, *, is_lazy: bool = True) -> int:
        """Count the looks; with `is_lazy` those that are needed to say whether it is valid, else those that tell
        all errors. More than MOST_LOOKS where counting would take too long."""
        try:
            return _Count(self, is_lazy=is_lazy).of(self._source.at(pointer), value)[0]
        except (RecursionError, _TooMany):
            return MOST_LOOKS + 1

    def plan(self, place: Place) -> Plan:
        if place.key not in self._plans:
            self._plans[place.key] = plan_of(place, self._source)
        return self._plans[place.key]

    @cached_property
    def _source(self) -> Source:
        return Source(self._document, self._draft)

    def _ways(self, pointer: str, num_levels: int, limit: int) -> dict[str, int]:
        """Give upper bounds of the ways from the schema at a pointer, and from those that it leads to, to any one
        place of a value, at most so many levels down; past `limit` any number beyond it."""
        places = self._reached(self._source.at(pointer), is_deep=num_levels > 0)
        plans = [self.plan(place) for place in places.values()]
        index = {key: number for number, key in enumerate(places)}
        here = [[index[place.key] for place, _ in plan.here] for plan in plans]
        below = [
            [[index[place.key] for place in group] for group in groups_of(plan)] if num_levels else [] for plan in plans
        ]
        order = _inner_first(here)
        ways = _summed(order, [1] * len(plans))
        deep = [number for number, groups in enumerate(below) if groups]
        for _ in range(num_levels):
            own = [1] * len(plans)
            for number in deep:
                own[number] += max([sum([ways[inner] for inner in group]) for group in below[number]])
            before, ways = ways, _summed(order, own)
            if ways[0] > limit:
                return {pointer: ways[0]}  # nothing is known of the others yet
            if ways == before:
                break
        return dict(zip(places, ways, strict=True))

    def _reached(self, start: Place, *, is_deep: bool) -> dict[str, Place]:
        """Give a schema and those that it leads to."""
        found, waiting = {start.key: start}, [start]
        while waiting:
            plan = self.plan(waiting.pop())
            inner = [place for place, _ in plan.here]
            inner += [place for group in groups_of(plan) for place in group] if is_deep else []
            for place in inner:
                if place.key not in found:
                    found[place.key] = place
                    waiting.append(place)
        return found


def _num_parts(value: JsonValue) -> int:
    """Count a value's parts, itself and the names of members among them."""
    count, waiting = 1, [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            count += 2 * len(part)
            waiting += [inner for inner in part.values() if isinstance(inner, dict | list)]
        elif isinstance(part, list):
            count += len(part)
            waiting += [inner for inner in part if isinstance(inner, dict | list)]
    return count


def _has_references(document: JsonValue) -> bool:
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if not node.keys().isdisjoint(REFERENCES):
                return True
            waiting += [inner for inner in node.values() if isinstance(inner, dict | list)]
        elif isinstance(node, list):
            waiting += [inner for inner in node if isinstance(inner, dict | list)]
    return False


def _inner_first(here: Sequence[Sequence[int]]) -> list[tuple[int, list[int]]]:
    """Order the schemas that judge a value with others, those inside of them first; what leads back is left out."""
    order: list[tuple[int, list[int]]] = []
    is_met, is_done = [False] * len(here), [not inner for inner in here]
    for start in range(len(here)):
        waiting = [start]
        while waiting:
            number = waiting[-1]
            if is_met[number] or is_done[number]:
                waiting.pop()
                if not is_done[number]:
                    is_done[number] = True
                    order.append((number, [inner for inner in here[number] if is_done[inner]]))
            else:
                is_met[number] = True
                waiting += [inner for inner in here[number] if not is_met[inner]]
    return order


def _summed(order: Sequence[tuple[int, Sequence[int]]], own: Sequence[int]) -> list[int]:
    """Add to each schema's own ways those of the schemas that judge the same value."""
    ways = list(own)
    for number, inner in order:
        ways[number] += sum([ways[other] for other in inner])
    return ways


class _TooMany(Exception):
    """Counting would take too long."""


class _Count:
    """One value's count. What has been counted for a schema and a part of the value is not counted again."""

    def __init__(self, efforts: Efforts, *, is_lazy: bool) -> None:
        self._efforts = efforts
        self._is_lazy = is_lazy
        self._known: dict[tuple[str, int], tuple[int, bool]] = {}

    def of(self, place: Place, value: Any) -> tuple[int, bool]:
        """Give the looks, and whether the value is seen to fail."""
        if isinstance(place.schema, bool):
            return 1, not place.schema
        key = place.key, id(value)
        if key not in self._known:
            if len(self._known) >= _MOST_PAIRS:
                raise _TooMany
            self._known[key] = 0, False  # met again inside of itself
            self._known[key] = self._counted(self._efforts.plan(place), value)
        return self._known[key]

    def _counted(self, plan: Plan, value: Any) -> tuple[int, bool]:
        fails = _fails(plan, value)
        if fails and self._is_lazy:
            return 1, True
        looks = 1
        inner = [*self._parts(plan, value), *((place, value, is_binding) for place, is_binding in plan.here)]
        for place, part, is_binding in inner:
            more, has_failed = self.of(place, part)
            looks += more
            fails = fails or (has_failed and is_binding)
            if looks > MOST_LOOKS or (fails and self._is_lazy):
                break
        return looks, fails

    def _parts(self, plan: Plan, value: Any) -> Iterator[tuple[Place, Any, bool]]:
        """A value's parts in their order, with the schemas that judge them."""
        if isinstance(value, dict):
            for name, part in value.items():
                yield from ((place, name, False) for place in plan.names)
                own = plan.members.get(name)
                if own is not None:
                    yield own, part, True
                yield from ((place, part, False) for place in plan.patterns)
                yield from ((place, part, False) for place in plan.rest if own is None)
        elif isinstance(value, list):
            for index, part in enumerate(value):
                if index < len(plan.prefix):
                    yield plan.prefix[index], part, False
                yield from ((place, part, False) for place in plan.items)


def _fails(plan: Plan, value: Any) -> bool:
    """What is looked at first: kinds, fixed values, required members."""
    if plan.kinds is not None and kind_of(value) not in plan.kinds:
        return True
    if plan.fixed is not None and not any(same(value, other) for other in plan.fixed):
        return True
    return isinstance(value, dict) and any(name not in value for name in plan.required)
