"""The texts that a JSON value may be written as in an answer. Knows compact JSON; refuses to know schemas."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal

from flowgen.domain.values import JsonValue

_TEXT_OR_POWER = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9.]+e[+-]?[0-9]+')
"""Texts are met whole, so that no power is looked for in them."""


def spellings(value: JsonValue) -> Iterator[bytes]:
    """Give compact JSON: letters as they are, then as escapes where that differs, then with numbers written out (1e-07
    as 0.0000001) where there are powers of ten; keys in the value's order.

    A lone surrogate has no letter, so a text with one is written in escapes alone.
    """
    plain, escaped = (
        json.dumps(value, separators=(",", ":"), ensure_ascii=is_ascii, allow_nan=False) for is_ascii in (False, True)
    )
    try:
        yield plain.encode()
    except UnicodeEncodeError:
        plain = ""
    if escaped != plain:
        yield escaped.encode()
    if (written_out := _TEXT_OR_POWER.sub(_written_out, escaped)) != escaped:
        yield written_out.encode()


def _written_out(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith('"') else format(Decimal(found[0]), "f")
