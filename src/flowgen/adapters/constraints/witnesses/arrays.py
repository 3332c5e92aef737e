"""Makes arrays that meet literals: whose item has to be what. Refuses to know how an item is found."""

from collections.abc import Iterator
from itertools import islice
from typing import Protocol

from flowgen.adapters.constraints.witnesses.formulas import (
    All,
    Among,
    FewItems,
    Formula,
    Items,
    Size,
    SomeItems,
    Unique,
    negated,
)
from flowgen.adapters.constraints.witnesses.worlds import World
from flowgen.domain.values import JsonValue

_MOST_ITEMS = 200
Owed = dict[int, tuple[Formula, ...]]
"""What the items at some places have to be besides."""


class Inner(Protocol):
    """Finds the parts of a value."""

    def inside(self, formula: Formula, depth: int) -> Iterator[JsonValue]: ...
    def suits(self, formula: Formula, value: JsonValue) -> bool: ...
    def tick(self) -> None: ...


def arrays_of(world: World, inner: Inner, depth: int) -> Iterator[JsonValue]:
    """Give arrays, those with few items first."""
    sizes = [literal for literal in world if isinstance(literal, Size)]
    least = max((size.least for size in sizes), default=0)
    most = min((size.most for size in sizes if size.most is not None), default=_MOST_ITEMS)
    counted = [literal for literal in world if isinstance(literal, SomeItems)]
    is_unique = next((literal.holds for literal in world if isinstance(literal, Unique)), None)
    least = max(least, 2) if is_unique is False else least
    if least > min(most, _MOST_ITEMS) or sum(some.count for some in counted) > _MOST_ITEMS:
        return
    owed = [some for some in counted for _ in range(some.count)]
    for placed in _placed(owed, {}, most, inner):
        length = max(least, max(placed, default=-1) + 1)
        rules = [_rule(world, placed, place) for place in range(length)]
        for items in _filled(rules, [], inner, depth, is_unique=is_unique is True):
            if is_unique is False:
                yield from _doubled(items, rules, inner)
            else:
                yield items


def _placed(owed: list[SomeItems], placed: Owed, most: int, inner: Inner) -> Iterator[Owed]:
    """Give the places of what is owed: each its own, or one for several."""
    inner.tick()
    if not owed:
        yield placed
        return
    some, rest = owed[0], owed[1:]
    end = most if some.end is None else min(some.end, most)
    free = next((place for place in range(some.start, end) if place not in placed), None)
    shared = [place for place in placed if some.start <= place < end and some.item not in placed[place]]
    for place in [*([] if free is None else [free]), *shared]:
        yield from _placed(rest, {**placed, place: (*placed.get(place, ()), some.item)}, most, inner)


def _rule(world: World, placed: Owed, place: int) -> Formula:
    own = placed.get(place, ())
    general = [
        literal.item
        for literal in world
        if isinstance(literal, Items) and literal.start <= place and (literal.end is None or place < literal.end)
    ]
    few = [negated(literal.item) for literal in world if isinstance(literal, FewItems) and literal.item not in own]
    return All((*own, *general, *few))


def _filled(
    rules: list[Formula], items: list[JsonValue], inner: Inner, depth: int, *, is_unique: bool
) -> Iterator[list[JsonValue]]:
    if len(items) == len(rules):
        yield list(items)
        return
    rule = rules[len(items)]
    if is_unique and items:
        rule = All((rule, Among(tuple(items), holds=False)))
    for value in islice(inner.inside(rule, depth - 1), 3):
        yield from _filled(rules, [*items, value], inner, depth, is_unique=is_unique)


def _doubled(items: list[JsonValue], rules: list[Formula], inner: Inner) -> Iterator[JsonValue]:
    """Give arrays with two equal items."""
    for place, value in enumerate(items):
        for other in range(len(items)):
            if other != place and inner.suits(rules[other], value):
                yield [value if index == other else item for index, item in enumerate(items)]
