"""Says whether there is any text at all that matches some patterns and none of others: follows all of them at once,
letter by letter, as sets of places. Refuses to know lengths and where patterns come from."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import inf

from flowgen.application.schemas.pattern_reading import NoPattern, read_pattern
from flowgen.application.schemas.regular import LAST, Chars, Choice, Group, Ranges, Regular, Repeat
from flowgen.application.schemas.regular import Sequence as Row

MAX_PLACES = 4_000
"""Places of a pattern; larger ones are not followed."""
MAX_WORLDS = 200
"""Sets of places that are looked at before a text is taken to exist."""
_MAX_LETTERS = 400

_FIRST_HALF, _BEHIND_HALVES = 0xD800, 0xE000
"""Half characters are in no text."""
_Moves = tuple[list[int], list[frozenset[int]]]
_World = tuple[frozenset[int], ...]


@lru_cache(maxsize=1024)
def is_without_texts(patterns: tuple[str, ...], avoided: tuple[str, ...]) -> bool:
    """Say whether it is seen that no text matches, as a whole, all of `patterns` (in the normal form's notation) and
    none of `avoided`."""
    try:
        inside = [_automaton(pattern) for pattern in patterns]
        outside = [_automaton(pattern) for pattern in avoided]
        return _is_empty(inside, outside)
    except (NoPattern, _TooLarge, RecursionError):
        return False


@lru_cache(maxsize=1024)
def lengths_of(pattern: str) -> tuple[int, float]:
    """Give the least and the most characters of a text that matches; infinite where there is no most."""
    return _lengths(read_pattern(pattern))


def _lengths(tree: Regular) -> tuple[int, float]:
    match tree:
        case Chars():
            return 1, 1
        case Row(parts):
            inner = [_lengths(part) for part in parts]
            return sum(least for least, _ in inner), sum(most for _, most in inner)
        case Choice(options):
            inner = [_lengths(option) for option in options]
            return min(least for least, _ in inner), max(most for _, most in inner)
        case Repeat(part, least, most):
            shortest, longest = _lengths(part)
            times = inf if most is None else most
            return shortest * least, longest * times if longest and times else 0
        case Group(_, body):
            return _lengths(body)
    return 0, inf


class _TooLarge(Exception):
    """A pattern with too many places."""


class _Automaton:
    """A pattern as places with ways between them, by a letter or by none. The end is place 1."""

    def __init__(self, tree: Regular) -> None:
        self.by_letter: list[list[tuple[Ranges, int]]] = [[], []]
        self.by_none: list[list[int]] = [[], []]
        self._moves: dict[frozenset[int], _Moves] = {}
        self._closures: dict[frozenset[int], frozenset[int]] = {}
        self._lay(tree, 0, 1)
        self.start = self.closed([0])

    def _place(self) -> int:
        if len(self.by_none) >= MAX_PLACES:
            raise _TooLarge
        self.by_letter.append([])
        self.by_none.append([])
        return len(self.by_none) - 1

    def _lay(self, tree: Regular, start: int, end: int) -> None:
        match tree:
            case Chars(ranges):
                self.by_letter[start].append((ranges, end))
            case Row(parts):
                for part in parts:
                    following = self._place()
                    self._lay(part, start, following)
                    start = following
                self.by_none[start].append(end)
            case Choice(options):
                for option in options:
                    self._lay(option, start, end)
            case Group(_, body):
                self._lay(body, start, end)
            case Repeat(part, least, most):
                self._lay_repeat(part, least, most, start, end)
            case _:
                raise NoPattern("edges and looks are in no pattern of this notation")

    def _lay_repeat(self, part: Regular, least: int, most: int | None, start: int, end: int) -> None:
        for times in range(max(least, most or 0)):
            if times >= least:
                self.by_none[start].append(end)
            following = self._place()
            self._lay(part, start, following)
            start = following
        if most is None:
            again = self._place()
            self.by_none[start].append(again)
            self._lay(part, again, again)
            start = again
        self.by_none[start].append(end)

    def closed(self, places: Iterable[int]) -> frozenset[int]:
        """Give places with all that no letter leads to, but for those from which nothing goes on."""
        found, waiting = set(places), list(places)
        while waiting:
            for place in self.by_none[waiting.pop()]:
                if place not in found:
                    found.add(place)
                    waiting.append(place)
        return frozenset(place for place in found if place == 1 or self.by_letter[place])

    def moves(self, places: frozenset[int]) -> "_Moves":
        """Give where letters lead, by the first letter of each range that leads elsewhere than the one before."""
        known = self._moves.get(places)
        if known is None:
            known = self._moves[places] = self._moved(places)
        return known

    def _moved(self, places: frozenset[int]) -> "_Moves":
        ways = [way for place in places for way in self.by_letter[place]]
        edges = {edge for ranges, _ in ways for low, high in ranges for edge in (low, high + 1)} | {0}
        if len(edges) > _MAX_LETTERS:
            raise _TooLarge
        letters: list[int] = []
        targets: list[frozenset[int]] = []
        for letter in sorted(edges):
            found = self._closed(frozenset([target for ranges, target in ways if _has(ranges, letter)]))
            if not targets or targets[-1] is not found:
                letters.append(letter)
                targets.append(found)
        return letters, targets

    def _closed(self, places: frozenset[int]) -> frozenset[int]:
        known = self._closures.get(places)
        if known is None:
            known = self._closures[places] = self.closed(places)
        return known


@lru_cache(maxsize=256)
def _automaton(pattern: str) -> _Automaton:
    return _Automaton(read_pattern(pattern))


def _is_empty(inside: Sequence[_Automaton], outside: Sequence[_Automaton]) -> bool:
    automata = [*inside, *outside]
    first: _World = tuple(automaton.start for automaton in automata)
    seen, waiting = {first}, [first]
    while waiting:
        world = waiting.pop()
        if all(1 in places for places in world[: len(inside)]) and not any(
            1 in places for places in world[len(inside) :]
        ):
            return False
        for following in _following(automata, world):
            if all(following[: len(inside)]) and following not in seen:
                seen.add(following)
                waiting.append(following)
        if len(seen) > MAX_WORLDS:
            return False
    return True


def _following(automata: Sequence[_Automaton], world: _World) -> Iterator[_World]:
    """Give where each letter that makes a difference leads."""
    moves = [automaton.moves(places) for automaton, places in zip(automata, world, strict=True)]
    letters = {letter for own, _ in moves for letter in own}
    if len(letters) > _MAX_LETTERS:
        raise _TooLarge
    told: set[_World] = set()
    for letter in letters | {_BEHIND_HALVES}:
        if letter <= LAST and not _FIRST_HALF <= letter < _BEHIND_HALVES:
            following = tuple([targets[bisect_right(own, letter) - 1] for own, targets in moves])
            if following not in told:
                told.add(following)
                yield following


def _has(ranges: Ranges, code: int) -> bool:
    place = bisect_right(ranges, (code, LAST + 1)) - 1
    return place >= 0 and ranges[place][0] <= code <= ranges[place][1]
