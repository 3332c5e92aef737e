"""The texts that a JSON value may be written as in an answer. Knows compact JSON; refuses to know schemas."""

import json
from collections.abc import Iterator

from flowgen.domain.values import JsonValue


def spellings(value: JsonValue) -> Iterator[bytes]:
    """Give compact JSON: letters as they are, then as escapes where that differs; keys in the value's order.

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
