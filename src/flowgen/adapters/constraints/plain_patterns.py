"""Writes patterns that the validator does not read, or not as ECMA-262 means them, in words that it reads so: annex B
has many of its own, a lone bracket or `[\\w-.]`, and beside a look-around, an edge of words or a group that comes again
the validator takes `\\w`, `\\d` and `\\b` for all of Unicode's letters and digits. Knows jsonschema-rs; refuses to know
what patterns are for."""

from functools import lru_cache
from typing import Any

import jsonschema_rs

from flowgen.adapters.constraints.schema_texts import rewritten
from flowgen.application.schemas.character_classes import WORDS
from flowgen.application.schemas.pattern_reading import NoPattern, read_pattern
from flowgen.application.schemas.regular import (
    ANY,
    Again,
    Chars,
    Choice,
    Edge,
    Group,
    Look,
    Ranges,
    Regular,
    Repeat,
    common,
)
from flowgen.application.schemas.regular import Sequence as Row

_FORMAT = jsonschema_rs.Draft202012Validator({"format": "regex"}, validate_formats=True)


def with_plain_patterns(schema: Any) -> Any:
    """A copy of a schema whose patterns, names of patternProperties aside, can be read; those that cannot be written in
    other words stay as they are."""
    return rewritten(schema, "pattern", _plain)


def with_plain_names(schema: Any) -> Any:
    """The same with the names of patternProperties too, so that pointers have to be moved."""
    return rewritten(schema, "pattern", _plain, names_in="patternProperties")


@lru_cache(maxsize=1024)
def _plain(pattern: str) -> str:
    try:
        tree = read_pattern(pattern)
        return pattern if not _looks_round(tree) and _is_read(pattern) else _written(tree)
    except (NoPattern, RecursionError):
        return pattern


def _is_read(pattern: str) -> bool:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except ValueError:
        return False
    return _FORMAT.is_valid(pattern)


def _looks_round(tree: Regular) -> bool:
    match tree:
        case Look() | Again():
            return True
        case Edge(kind):
            return kind in ("word", "inside")
        case Row(inner) | Choice(inner):
            return any(map(_looks_round, inner))
        case Group(_, body) | Repeat(body, _, _):
            return _looks_round(body)
    return False


def _written(tree: Regular) -> str:
    match tree:
        case Chars(ranges):
            return _letters(common(ranges, ANY.ranges))
        case Row(parts):
            return "".join(map(_part, parts))
        case Choice(options):
            return "|".join(map(_written, options))
        case Repeat(part, least, most):
            return _repeated(part, least, most)
        case Group(_, body):
            return f"({_written(body)})"
        case Again(number, _):
            return f"(?:\\{number})"
        case Look(body, is_behind, is_negated):
            return f"(?{'<' if is_behind else ''}{'!' if is_negated else '='}{_written(body)})"
        case Edge(kind):
            return _EDGES[kind]


def _part(tree: Regular) -> str:
    return f"(?:{_written(tree)})" if isinstance(tree, Choice) else _written(tree)


def _repeated(part: Regular, least: int, most: int | None) -> str:
    """Write a count; what has no letters is not counted by the validator: once says as much as often."""
    if _is_bare(part):
        return _part(part) if least else ""
    return f"(?:{_written(part)}){{{least},{'' if most is None else most}}}"


def _is_bare(tree: Regular) -> bool:
    match tree:
        case Edge() | Look():
            return True
        case Row(inner) | Choice(inner):
            return all(map(_is_bare, inner))
        case Repeat(body, _, most):
            return most == 0 or _is_bare(body)
    return False


def _letters(ranges: Ranges) -> str:
    if not ranges:
        return "[^\\u{0}-\\u{10ffff}]"
    return "[" + "".join(f"\\u{{{low:x}}}-\\u{{{high:x}}}" for low, high in ranges) + "]"


_WORD = _letters(WORDS)
_EDGES = {
    "start": "^",
    "end": "$",
    "word": f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))",
    "inside": f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))",
}
