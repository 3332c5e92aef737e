"""Finds small values that meet a formula. Knows how a value is made of its parts and when to give up; refuses to know
keywords. A value is judged whenever it is whole, so what the formulas leave out costs time, not truth."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice

from flowgen.adapters.constraints.witnesses.arrays import arrays_of
from flowgen.adapters.constraints.witnesses.formulas import (
    All,
    Among,
    Claim,
    Either,
    Formula,
    High,
    Low,
    Matches,
    Multiple,
    Size,
)
from flowgen.adapters.constraints.witnesses.node_reading import read_node
from flowgen.adapters.constraints.witnesses.numbers import allows, numbers_of
from flowgen.adapters.constraints.witnesses.objects import objects_of
from flowgen.adapters.constraints.witnesses.reading import Reader
from flowgen.adapters.constraints.witnesses.texts import texts_of
from flowgen.adapters.constraints.witnesses.worlds import World, Worlds
from flowgen.application.schemas import walking
from flowgen.application.schemas.pattern_matching import is_whole
from flowgen.application.schemas.source import Place, Source
from flowgen.domain.values import JsonValue

KINDS = ("string", "number", "boolean", "null", "array", "object")
_MOST_WORLDS = 200
_MOST_VALUES = {"string": 8, "number": 8, "array": 4, "object": 4}
"""Values of a kind that are tried for one set of literals, where they are not listed."""
_DEPTHS = (4, 10)
_MOST_TICKS = 1500
"""Steps of a search, some 0.1 ms each, for each depth."""

Test = Callable[[str, JsonValue], bool]
"""Says whether the schema at a pointer takes a value."""


class _Tired(Exception):
    """The search has taken its steps."""


class Finder:
    """One per schema. `test` is asked for each value that a place of the source is to take."""

    def __init__(self, source: Source, definitions: walking.Definitions, test: Test) -> None:
        self._reader = Reader(source)
        self._definitions = definitions
        self._test = test
        self._num_ticks = 0

    def values(self, formula: Formula) -> Iterator[JsonValue]:
        """Give values, flat ones first; the same may come twice. Ends after a bounded number of steps."""
        for depth in _DEPTHS:
            self._num_ticks = 0
            try:
                yield from self.inside(formula, depth)
            except _Tired:
                continue

    def tick(self) -> None:
        """Count a step."""
        self._num_ticks += 1
        if self._num_ticks > _MOST_TICKS:
            raise _Tired

    def inside(self, formula: Formula, depth: int, kinds: Sequence[str] = KINDS) -> Iterator[JsonValue]:
        """Give values that are `depth` brackets deep at most."""
        if depth < 0:
            return
        for kind in kinds:
            worlds = Worlds(lambda claim, kind=kind: self._read(claim, kind), self.tick)  # type: ignore[misc]
            for world in islice(worlds.of(formula), _MOST_WORLDS):
                listed = [part for part in world if isinstance(part, Among)]
                made = (value for value in self._made(kind, world, depth) if self._is_listed(listed, value))
                is_listed = any(part.holds for part in listed)
                tried = made if is_listed else islice(made, _MOST_VALUES.get(kind))
                for value in tried:
                    self.tick()
                    if self.suits(formula, value):
                        yield value

    def _is_listed(self, listed: Sequence[Among], value: JsonValue) -> bool:
        """Whether a value is one of those that it may be: those that it may not be do not count as tries."""
        return all(self.suits(part, value) for part in listed)

    def _read(self, claim: Claim, kind: str) -> Formula:
        if isinstance(claim.of, Place):
            return self._reader.read(claim.of, kind)
        return read_node(claim.of, kind, self._definitions)

    def suits(self, formula: Formula, value: JsonValue) -> bool:
        """Whether a value meets a formula, as far as can be told."""
        match formula:
            case All(parts):
                return all(self.suits(part, value) for part in parts)
            case Either(options):
                return any(self.suits(option, value) for option in options)
            case Claim(of, holds):
                self.tick()
                is_taken = (
                    self._test(of.pointer, value)
                    if isinstance(of, Place)
                    else walking.allows(of, value, self._definitions)
                )
                return is_taken == holds
            case Among(values, holds):
                return any(walking.same(value, other) for other in values) == holds
            case Matches(whole, holds) if isinstance(value, str):
                return holds == (
                    all(is_whole(tree, value) for tree in whole.patterns)
                    and not any(is_whole(tree, value) for tree in whole.avoided)
                )
            case Size(least, most) if isinstance(value, str | list | dict):
                return least <= len(value) and (most is None or len(value) <= most)
            case Low() | High() | Multiple() if isinstance(value, int | float):
                return allows(formula, Fraction(repr(value)))
        return True

    def _made(self, kind: str, world: World, depth: int) -> Iterator[JsonValue]:
        listed = next((literal.values for literal in world if isinstance(literal, Among) and literal.holds), None)
        if listed is not None:
            yield from (value for value in listed if walking.kind_of(value) == kind)
            return
        match kind:
            case "null":
                yield None
            case "boolean":
                yield from (True, False)
            case "number":
                yield from numbers_of(world)
            case "string":
                yield from self._texts(world)
            case "array":
                yield from arrays_of(world, self, depth)
            case "object":
                yield from objects_of(world, self, depth)

    def _texts(self, world: World) -> Iterator[str]:
        sizes = [literal for literal in world if isinstance(literal, Size)]
        matches = [literal for literal in world if isinstance(literal, Matches)]
        wanted = [tree for match in matches for tree in (match.whole.patterns if match.holds else match.whole.avoided)]
        unwanted = [
            tree for match in matches for tree in (match.whole.avoided if match.holds else match.whole.patterns)
        ]
        most = min((size.most for size in sizes if size.most is not None), default=None)
        return texts_of(wanted, unwanted, max((size.least for size in sizes), default=0), most, self.tick)
