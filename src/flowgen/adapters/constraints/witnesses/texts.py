"""Finds short texts that match some patterns and not others: a search over Brzozowski's derivatives of all of them at
once. Refuses to know schemas."""

import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from flowgen.adapters.constraints.closing.pattern_rests import after, least_length
from flowgen.application.schemas.regular import (
    ANY,
    LAST,
    Again,
    Chars,
    Choice,
    Group,
    Ranges,
    Regular,
    Repeat,
    has,
)
from flowgen.application.schemas.regular import Sequence as Row

_MOST_VISITS = 8
"""Ways to one state that are followed: several texts may be wanted."""
_MOST_STATES = 250
_MOST_KINDS = 24
_DERIVATIVES = 32
"""Derivatives that count as one step."""
_MOST_OF_A_KIND = 8
_UGLY = 6
"""What a letter costs, counted in letters, that nobody likes to see."""
_LIKED = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./: @"

_State = tuple[tuple[Regular, ...], tuple[Regular, ...]]


def texts_of(
    wanted: Sequence[Regular], unwanted: Sequence[Regular], least: int, most: int | None, tick: Callable[[], None]
) -> Iterator[str]:
    """Give texts of `least` to `most` characters, short ones first. Ends with a bounded number of states."""
    if any(_most_length(tree) < least for tree in wanted):
        return
    sized = [Repeat(ANY, least, most)] if least or most is not None else []
    start = (tuple([*wanted, *sized]), tuple(unwanted))
    found: set[str] = set()
    for lack in (_together, _apart):
        for text in _search(start, lack, tick):
            if text not in found:
                found.add(text)
                yield text


def _together(trees: Sequence[Regular]) -> float:
    """The letters that are lacking, where what one tree needs does for another."""
    return max(map(least_length, trees), default=0)


def _apart(trees: Sequence[Regular]) -> float:
    """The same, where each needs its own: more than there have to be, and so quicker to a text."""
    return sum(map(least_length, trees))


def _search(start: _State, lack: Callable[[Sequence[Regular]], float], tick: Callable[[], None]) -> Iterator[str]:
    kinds = _kinds([*start[0], *start[1]])
    queue: list[tuple[float, float, int, int, str, _State]] = [(0, 0, 0, 0, "", start)]
    visits: dict[_State, int] = {}
    num_made = 0
    num_ticks = 1 + len(kinds) * (len(start[0]) + len(start[1])) // _DERIVATIVES
    for _ in range(_MOST_STATES):
        if not queue:
            return
        _, _, _, spent, text, state = heapq.heappop(queue)
        for _ in range(num_ticks):
            tick()
        visits[state] = visits.get(state, 0) + 1
        if visits[state] > _MOST_VISITS:
            continue
        if not any(map(least_length, state[0])) and all(map(least_length, state[1])):
            yield text
        for letters, made in _steps(state, kinds):
            rest = lack(made[0])
            for letter in letters if rest < math.inf and visits.get(made, 0) < _MOST_VISITS else ():
                num_made += 1
                cost = spent + (1 if letter in _LIKED else _UGLY)
                heapq.heappush(queue, (cost + rest, rest, num_made, cost, text + letter, made))


def _steps(state: _State, kinds: Sequence[Sequence[str]]) -> Iterator[tuple[Sequence[str], _State]]:
    """Give what comes after each kind of letter."""
    for letters in kinds:
        wanted, unwanted = (tuple(after(tree, letters[0]) for tree in trees) for trees in state)
        yield letters, (wanted, unwanted)


def _kinds(trees: Sequence[Regular]) -> list[list[str]]:
    """Give characters that the trees tell apart, some of each kind."""
    found: dict[tuple[bool, ...], list[str]] = {}
    ranges = list(dict.fromkeys(chars for tree in trees for chars in _chars(tree)))
    edges = {low for own in ranges for low, _ in own} | {high + 1 for own in ranges for _, high in own}
    others = [chr(code) for code in sorted(edges) if code <= LAST and not 0xD800 <= code <= 0xDFFF]
    for letter in dict.fromkeys([*_LIKED, *others]):
        kind = tuple(has(own, letter) for own in ranges)
        found.setdefault(kind, []).append(letter)
    return [letters[:_MOST_OF_A_KIND] for letters in found.values()][:_MOST_KINDS]


@lru_cache(maxsize=256)
def _chars(tree: Regular) -> frozenset[Ranges]:
    match tree:
        case Chars(ranges):
            return frozenset((ranges,))
        case Row(parts) | Choice(parts):
            return frozenset().union(*map(_chars, parts))
        case Repeat(part) | Group(_, part) | Again(_, part):
            return _chars(part)
    return frozenset()


@lru_cache(maxsize=1024)
def _most_length(tree: Regular) -> float:
    """The characters of the longest text that matches, or more."""
    match tree:
        case Chars():
            return 1
        case Row(parts):
            return sum(map(_most_length, parts))
        case Choice(options):
            return max(map(_most_length, options), default=0)
        case Repeat(part, _, most):
            return math.inf if most is None else most * _most_length(part)
        case Group(_, body) | Again(_, body):
            return _most_length(body)
    return 0
