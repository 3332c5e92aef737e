"""Rewrites the texts of one keyword, and the names in another, wherever they stand in a schema. Knows which places of a
schema hold names and data; refuses to know keywords' meanings."""

from collections.abc import Callable
from typing import Any

from flowgen.application.schemas.drafts import MAPS
from flowgen.application.schemas.source import joined

_DATA = frozenset(("enum", "const", "default", "examples"))
"""Keywords whose values are no schemas."""


def rewritten(schema: Any, keyword: str, change: Callable[[str], str], *, names_in: str | None = None) -> Any:
    """A copy in which each text that the keyword gives is another, and so is each name in `names_in`, a keyword whose
    value holds schemas by name. Names stay in their order and apart."""

    def inside(inner: Any) -> Any:
        return rewritten(inner, keyword, change, names_in=names_in)

    if isinstance(schema, list):
        return [inside(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    copy: dict[str, Any] = {}
    for key, value in schema.items():
        if key == keyword and isinstance(value, str):
            copy[key] = change(value)
        elif key in _DATA:
            copy[key] = value
        elif key in MAPS and isinstance(value, dict):
            inner = {name: inside(named) for name, named in value.items()}
            copy[key] = _renamed(inner, change) if key == names_in else inner
        else:
            copy[key] = inside(value)
    return copy


def _renamed(by_name: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    for name, inner in by_name.items():
        other = change(name)
        while other in copy or (other != name and other in by_name):
            other += "(?:)"  # a pattern says the same with it
        copy[other] = inner
    return copy


def moved(pointer: str, schema: Any, copy: Any) -> str:
    """Give the pointer that leads to the same place of a copy with other names."""
    found = ""
    for step in pointer.split("/")[1:]:
        name: str | int = step.replace("~1", "/").replace("~0", "~")
        if isinstance(schema, list):
            name = int(name)
            schema, copy = schema[name], copy[name]
        else:
            other = name if name in copy else list(copy)[list(schema).index(name)]
            schema, copy, name = schema[name], copy[other], other
        found = joined(found, name)
    return found
