"""Turns a pattern that is searched for into expressions of whole texts: edges go, lookaheads become expressions of
their own. Knows trees; refuses to know how they are read and written."""

from dataclasses import dataclass
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
)

_Parts = tuple[Regular, ...]
MAX_ALTERNATIVES = 200


@dataclass(frozen=True, slots=True)
class Whole:
    """Texts that match all of `patterns` and none of `avoided`: those in which a pattern is found, or more of them
    where it is not exact."""

    patterns: _Parts
    avoided: _Parts = ()
    is_exact: bool = True


@lru_cache(maxsize=2048)
def whole_of(pattern: str) -> Whole:
    """Give the texts in which a pattern is found. Raises NoPattern."""
    tree = read_pattern(pattern)
    alternatives = _at_start(tree)
    if len(alternatives) == 1 and alternatives[0][0]:
        return _anchored(alternatives[0][1])
    if len(alternatives) > MAX_ALTERNATIVES:
        return Whole((ANYTHING,), is_exact=False)
    relaxed, is_exact = _relaxed(tuple(alternatives), is_prefix=False)
    return Whole((relaxed,), is_exact=is_exact)


def _anchored(parts: _Parts) -> Whole:
    """Give the texts that begin with these parts, lookaheads after a beginning of fixed length kept."""
    tempered = _tempered(parts)
    if tempered:
        return tempered
    patterns: list[Regular] = []
    avoided: list[Regular] = []
    plain: list[Regular] = []
    is_exact = True
    for part in _flat(parts):
        if isinstance(part, Look) and not part.is_behind and _length(Sequence(tuple(plain))) is not None:
            ahead, is_ahead_exact = _relaxed(tuple((True, parts) for _, parts in _at_start(part.body)), is_prefix=True)
            is_exact &= is_ahead_exact
            if not part.is_negated:
                patterns.append(Sequence((*plain, ahead)))
            elif is_ahead_exact:
                avoided.append(Sequence((*plain, ahead)))
        else:
            plain.append(part)
    body, is_body_exact = _relaxed(((True, tuple(plain)),), is_prefix=True)
    return Whole((body, *patterns), tuple(avoided), is_exact and is_body_exact)


def _tempered(parts: _Parts) -> Whole | None:
    """`^((?!x).)*$`: characters with no x among them."""
    parts = _flat(parts)
    if len(parts) != 2 or parts[1] != Edge("end") or not isinstance(parts[0], Repeat) or parts[0].most is not None:
        return None
    inner = _flat((parts[0].part,))
    if len(inner) != 2 or not isinstance(inner[0], Look) or inner[0].is_behind or not inner[0].is_negated:
        return None
    body, is_exact = _relaxed(((True, (inner[0].body,)),), is_prefix=True)
    if not isinstance(inner[1], Chars) or not is_exact:
        return None
    return Whole((Repeat(inner[1], parts[0].least, None),), (Sequence((ANYTHING, body)),))


def _relaxed(alternatives: tuple[tuple[bool, _Parts], ...], *, is_prefix: bool) -> tuple[Regular, bool]:
    """Write alternatives, anchored at the start or not, as whole texts; False where that lets more in."""
    options: list[Regular] = []
    is_exact = True
    for is_anchored, parts in alternatives:
        for ends, inner in _at_end(parts):
            plain = [_plain(part) for part in inner]
            is_exact &= all(is_same for _, is_same in plain)
            before = () if is_anchored else (ANYTHING,)
            options.append(Sequence((*before, *(part for part, _ in plain), *(() if ends else (ANYTHING,)))))
    if len(options) > MAX_ALTERNATIVES:
        return ANYTHING, False
    return (options[0] if len(options) == 1 else Choice(tuple(options))), is_exact


def _at_start(tree: Regular) -> list[tuple[bool, _Parts]]:
    """Give the alternatives of a pattern, each with whether it begins with `^`."""
    match tree:
        case Edge("start"):
            return [(True, ())]
        case Group(_, body) if _holds_edge(body, "start") or isinstance(body, Choice):
            return _at_start(body) if _holds_edge(body, "start") else [(False, (tree,))]
        case Choice(options):
            return [found for option in options for found in _at_start(option)]
        case Repeat(part, 0, 1) if _holds_edge(part, "start"):
            return [(False, ()), *_at_start(part)]
        case Sequence(parts) if parts:
            return _first_of(parts)
        case Sequence():
            return [(False, ())]
    return [(False, (tree,))]


def _first_of(parts: _Parts) -> list[tuple[bool, _Parts]]:
    found: list[tuple[bool, _Parts]] = []
    rest = parts[1:]
    is_plain = not _holds_edge(parts[0], "start") and not isinstance(parts[0], Look)
    for is_anchored, items in [(False, (parts[0],))] if is_plain else _at_start(parts[0]):
        if all(isinstance(item, Look) for item in items) and rest and len(found) < MAX_ALTERNATIVES:
            found += [(is_anchored or again, (*items, *more)) for again, more in _first_of(rest)]
        else:
            found.append((is_anchored, (*items, *rest)))
    return found


def _at_end(parts: _Parts) -> list[tuple[bool, _Parts]]:
    """Give the alternatives of a sequence, each with whether it ends with `$`."""
    if not parts or not _holds_edge(parts[-1], "end"):
        return [(False, parts)]
    before, last = parts[:-1], parts[-1]
    match last:
        case Edge("end"):
            return [(True, inner) for _, inner in _at_end(before)]
        case Group(_, body):
            return _at_end((*before, body))
        case Sequence(inner):
            return _at_end((*before, *inner))
        case Choice(options):
            return [found for option in options for found in _at_end((*before, option))]
        case Repeat(part, 0, 1):
            return [*_at_end(before), *_at_end((*before, part))]
    return [(False, parts)]


def _holds_edge(tree: Regular, kind: str) -> bool:
    match tree:
        case Edge(own):
            return own == kind
        case Sequence(inner) | Choice(inner):
            return any(_holds_edge(part, kind) for part in inner)
        case Group(_, body) | Repeat(body, _, _):
            return _holds_edge(body, kind)
    return False


def _flat(parts: _Parts) -> _Parts:
    flat: list[Regular] = []
    for part in parts:
        match part:
            case Sequence(inner):
                flat += _flat(inner)
            case Group(_, body) if not isinstance(body, Choice):
                flat += _flat((body,))
            case _:
                flat.append(part)
    return tuple(flat)


def _plain(tree: Regular) -> tuple[Regular, bool]:
    """Drop what is no regular expression; False where that lets more in."""
    match tree:
        case Chars():
            return tree, True
        case Sequence(parts):
            plain = [_plain(part) for part in parts]
            return Sequence(tuple(part for part, _ in plain)), all(is_same for _, is_same in plain)
        case Choice(options):
            plain = [_plain(option) for option in options]
            return Choice(tuple(part for part, _ in plain)), all(is_same for _, is_same in plain)
        case Repeat(part, least, most):
            inner, is_same = _plain(part)
            return Repeat(inner, least, most), is_same
        case Group(_, body):
            return _plain(body)
        case Again(_, body):
            return _plain(body)[0], False
        case Edge() | Look():
            return EMPTY, False


def _length(tree: Regular) -> int | None:
    """Give the one length that a pattern's matches have; None where they differ."""
    match tree:
        case Chars():
            return 1
        case Sequence(parts):
            lengths = [_length(part) for part in parts]
            return None if None in lengths else sum(length for length in lengths if length is not None)
        case Choice(options):
            lengths = list({_length(option) for option in options})
            return lengths[0] if len(lengths) == 1 else None
        case Repeat(part, least, most):
            inner = _length(part)
            return inner * least if inner is not None and least == most else None
        case Group(_, body):
            return _length(body)
    return 0 if isinstance(tree, Edge) else None
