"""How many characters a text lacks to match a pattern: Brzozowski's derivatives of the normal form's patterns. Refuses
to know JSON."""

import math
from collections import OrderedDict
from collections.abc import Iterable
from functools import lru_cache

from flowgen.application.schemas.pattern_reading import read_pattern
from flowgen.application.schemas.regular import (
    ANYTHING,
    EMPTY,
    Again,
    Chars,
    Choice,
    Edge,
    Group,
    Look,
    Regular,
    Repeat,
    Sequence,
    has,
)

_NEVER = Chars(())
_MOST_SKIPPED = 64
"""Parts of a row that may be left out before the one that a character is of: each is a way, as long as the row."""
_MOST_OPTIONS = 2000
"""Ways that are told apart; of a text with more it is not known what it lacks, as if it lacked nothing."""
_MOST_KEPT = 1024
_MOST_LOOKED_BACK = 64
"""Characters; a token has fewer, so that what was known of the text before it is found."""
_STRIDE = 256
_rests: OrderedDict[tuple[str, str], Regular] = OrderedDict()


def rest_of(pattern: str, text: str) -> Regular:
    """What is left of a pattern after a text. It is worked out from the longest beginning that is known: texts that
    are asked about begin alike, each a token longer."""
    tree, known = read_pattern(pattern), 0
    nearest = range(len(text), max(0, len(text) - _MOST_LOOKED_BACK), -1)
    for length in (*nearest, *range(len(text) // _STRIDE * _STRIDE, 0, -_STRIDE)):
        if (found := _rests.get((pattern, text[:length]))) is not None:
            tree, known = found, length
            break
    for place in range(known, len(text)):
        tree = after(tree, text[place])
        if (place + 1) % _STRIDE == 0:
            _keep(pattern, text[: place + 1], tree)
    _keep(pattern, text, tree)
    return tree


def _keep(pattern: str, text: str, tree: Regular) -> None:
    _rests[pattern, text] = tree
    if len(_rests) > _MOST_KEPT:
        _rests.popitem(last=False)


@lru_cache(maxsize=4096)
def least_length(tree: Regular) -> float:
    """The characters of the shortest text that matches; infinite where none does. Edges and lookarounds are taken to
    hold."""
    match tree:
        case Chars(ranges):
            return 1 if ranges else math.inf
        case Sequence(parts):
            return sum(map(least_length, parts))
        case Choice(options):
            return min(map(least_length, options), default=math.inf)
        case Repeat(part, least):
            return least * least_length(part) if least else 0
        case Group(_, body) | Again(_, body):
            return least_length(body)
        case Edge() | Look():
            return 0


@lru_cache(maxsize=16_384)
def after(tree: Regular, char: str) -> Regular:
    """What is left of a pattern once a text has begun with a character."""
    match tree:
        case Chars(ranges):
            return EMPTY if has(ranges, char) else _NEVER
        case Sequence(parts):
            return _after_row(parts, char)
        case Choice(options):
            return _choice(after(option, char) for option in options)
        case Repeat(part, least, most):
            if most == 0:
                return _NEVER
            rest = Repeat(part, max(0, least - 1), None if most is None else most - 1)
            return _row(after(part, char), (rest,))
        case Group(_, body) | Again(_, body):
            return after(body, char)
        case Edge() | Look():
            return _NEVER


def _after_row(parts: tuple[Regular, ...], char: str) -> Regular:
    options = []
    for place, part in enumerate(parts):
        if place > _MOST_SKIPPED:
            return ANYTHING
        options.append(_row(after(part, char), parts[place + 1 :]))
        if least_length(part):
            break
    return _choice(options)


def _row(first: Regular, rest: tuple[Regular, ...]) -> Regular:
    if first == _NEVER:
        return _NEVER
    parts = (*first.parts, *rest) if isinstance(first, Sequence) else (first, *rest)
    return parts[0] if len(parts) == 1 else Sequence(parts)


def _choice(options: Iterable[Regular]) -> Regular:
    """One of these, each told once: what is the same is to look the same."""
    flat = (inner for option in options for inner in (option.options if isinstance(option, Choice) else (option,)))
    alive = tuple(dict.fromkeys(option for option in flat if option != _NEVER))
    if len(alive) > _MOST_OPTIONS or ANYTHING in alive or Sequence((ANYTHING,)) in alive:
        return ANYTHING
    return alive[0] if len(alive) == 1 else Choice(alive) if alive else _NEVER
