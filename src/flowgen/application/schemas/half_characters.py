"""Finds text of a schema that no encoding can write: half a surrogate pair without the other, as JSON's escapes can
spell one. Refuses to know what schemas mean."""

from typing import Any

from flowgen.application.schemas.drafts import DRAFTS, keywords_of
from flowgen.application.schemas.source import joined
from flowgen.domain.values import JsonValue

_KEYWORDS = frozenset[str]().union(*map(keywords_of, DRAFTS))


def half_character(schema: JsonValue) -> tuple[str | None, str] | None:
    """Give keyword and pointer of the first such text, of a name where it stands; None where there is none. Neither
    has the half itself in it."""
    waiting: list[tuple[Any, str | None, str]] = [(schema, None, "")]
    while waiting:
        value, keyword, pointer = waiting.pop()
        if isinstance(value, str) and _is_half(value):
            return keyword, pointer
        if isinstance(value, dict):
            if any(map(_is_half, value)):
                return keyword, pointer
            inner = [
                (part, name if name in _KEYWORDS else keyword, joined(pointer, name)) for name, part in value.items()
            ]
            waiting += reversed(inner)
        elif isinstance(value, list):
            waiting += reversed([(part, keyword, joined(pointer, index)) for index, part in enumerate(value)])
    return None


def _is_half(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
