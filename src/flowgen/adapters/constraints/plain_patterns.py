"""Writes patterns that the validator does not read in words that it reads: annex B of ECMA-262 has many, a lone bracket
or `[\\w-.]`. Knows jsonschema-rs; refuses to know what patterns are for."""

from functools import lru_cache
from typing import Any

import jsonschema_rs

from flowgen.adapters.constraints.schema_texts import rewritten
from flowgen.application.schemas.pattern_reading import NoPattern
from flowgen.application.schemas.pattern_wholes import whole_of
from flowgen.application.schemas.pattern_writing import spelled
from flowgen.application.schemas.regular import Ranges

_FORMAT = jsonschema_rs.Draft202012Validator({"format": "regex"}, validate_formats=True)


def with_plain_patterns(schema: Any) -> Any:
    """A copy of a schema whose patterns, names of patternProperties aside, can be read; those that cannot be written in
    other words stay as they are."""
    return rewritten(schema, "pattern", _plain)


@lru_cache(maxsize=1024)
def _plain(pattern: str) -> str:
    if _is_read(pattern):
        return pattern
    try:
        whole = whole_of(pattern)
        if whole.avoided or not whole.is_exact or len(whole.patterns) > 1:
            return pattern
        return f"^(?:{spelled(whole.patterns[0], _letters)})$"
    except (NoPattern, ValueError, RecursionError):
        return pattern


def _is_read(pattern: str) -> bool:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except ValueError:
        return False
    return _FORMAT.is_valid(pattern)


def _letters(ranges: Ranges) -> str:
    if not ranges:
        return "[^\\u{0}-\\u{10ffff}]"
    return "[" + "".join(f"\\u{{{low:x}}}-\\u{{{high:x}}}" for low, high in ranges) + "]"
