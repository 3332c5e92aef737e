"""Regular expressions as trees over characters. Knows sets of characters; refuses to know how patterns are read."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

LAST = 0x10FFFF
Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of these ranges of code points: sorted, apart, both ends included. None is no match."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: "tuple[Regular, ...]"


@dataclass(frozen=True, slots=True)
class Choice:
    options: "tuple[Regular, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """From `least` to `most` times; `most` None is without end."""

    part: "Regular"
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Edge:
    """`^` (start), `$` (end), `\\b` (word) or `\\B` (inside)."""

    kind: str


@dataclass(frozen=True, slots=True)
class Look:
    """A lookahead, or a lookbehind."""

    body: "Regular"
    is_behind: bool
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Again:
    """What a group has matched before; `body` is what it may match. `number` counts groups from 1."""

    number: int
    body: "Regular"


@dataclass(frozen=True, slots=True)
class Group:
    """A numbered group; kept for what refers back to it."""

    number: int
    body: "Regular"


Regular = Chars | Sequence | Choice | Repeat | Edge | Look | Again | Group

EMPTY = Sequence(())


def joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Sort ranges and join those that touch."""
    result: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)


def complement(ranges: Ranges) -> Ranges:
    result, place = [], 0
    for low, high in ranges:
        if place < low:
            result.append((place, low - 1))
        place = high + 1
    if place <= LAST:
        result.append((place, LAST))
    return tuple(result)


def common(first: Ranges, second: Ranges) -> Ranges:
    return complement(joined((*complement(first), *complement(second))))


def has(ranges: Ranges, char: str) -> bool:
    place = bisect_right(ranges, (ord(char), LAST + 1)) - 1
    return place >= 0 and ranges[place][0] <= ord(char) <= ranges[place][1]


SURROGATES: Ranges = ((0xD800, 0xDFFF),)
ANY = Chars(complement(SURROGATES))
ANYTHING = Repeat(ANY, 0, None)


def text(letters: str) -> Regular:
    """Match these letters."""
    return Sequence(tuple(Chars(((ord(char), ord(char)),)) for char in letters))
