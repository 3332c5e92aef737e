"""Rewrites the texts of one keyword wherever it stands in a schema. Knows which places of a schema hold names and data;
refuses to know keywords' meanings."""

from collections.abc import Callable
from typing import Any

from flowgen.application.schemas.drafts import MAPS

_DATA = frozenset(("enum", "const", "default", "examples"))
"""Keywords whose values are no schemas."""


def rewritten(schema: Any, keyword: str, change: Callable[[str], str]) -> Any:
    """A copy in which each text that the keyword gives is another."""
    if isinstance(schema, list):
        return [rewritten(inner, keyword, change) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    copy: dict[str, Any] = {}
    for key, value in schema.items():
        if key == keyword and isinstance(value, str):
            copy[key] = change(value)
        elif key in _DATA:
            copy[key] = value
        elif key in MAPS and isinstance(value, dict):
            copy[key] = {name: rewritten(inner, keyword, change) for name, inner in value.items()}
        else:
            copy[key] = rewritten(value, keyword, change)
    return copy
