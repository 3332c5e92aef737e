"""Finds what most of a schema stands under: what to blame where all of it is too much. Refuses to know keywords."""

from flowgen.application.schemas.source import joined
from flowgen.domain.values import JsonValue


def heaviest(schema: JsonValue) -> tuple[str | None, str]:
    """Give keyword and pointer; none of a schema that is empty or no object."""
    if not isinstance(schema, dict) or not schema:
        return None, ""
    keyword = max(schema, key=lambda name: _weight(schema[name]))
    return keyword, joined("", keyword)


def _weight(value: JsonValue) -> int:
    """Count texts by their letters and everything else as one; however deep it is."""
    weight, waiting = 0, [value]
    while waiting:
        inner = waiting.pop()
        weight += 1 + (len(inner) if isinstance(inner, str) else 0)
        if isinstance(inner, dict):
            weight += sum(map(len, inner))
            waiting += inner.values()
        elif isinstance(inner, list):
            waiting += inner
    return weight
