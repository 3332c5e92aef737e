"""Finds the keyword because of which nothing matches a schema. Knows how to ask whether a part of it is empty;
refuses to know how that is found out."""

from collections.abc import Callable, Iterator

from flowgen.application.schemas.drafts import FIELD
from flowgen.application.schemas.source import Place, Source, joined
from flowgen.domain.errors import ConstraintRefused

IsEmpty = Callable[[Place], bool]
_DEEPEST = 20


def empty_refusal(source: Source, is_empty: IsEmpty) -> ConstraintRefused:
    """Give the refusal of a document that nothing matches, with the innermost place that is empty on its own."""
    place = source.root
    for _ in range(_DEEPEST):
        inner = next((child for child in _needed(place, source) if is_empty(child)), None)
        if inner is None:
            break
        place = inner
    keyword = _keyword(place, source, is_empty)
    pointer = place.pointer if keyword is None else joined(place.pointer, keyword)
    return ConstraintRefused(FIELD, "nothing matches it", keyword=keyword, pointer=pointer)


def _needed(place: Place, source: Source) -> Iterator[Place]:
    """Give the schemas inside of one that every match of it must match in turn."""
    schema = place.schema
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        yield source.target(place, schema["$ref"])
    for index in range(len(schema.get("allOf", ()))):
        yield source.child(place, "allOf", index)
    for name in schema.get("required", ()):
        if name in schema.get("properties", {}):
            yield source.child(place, "properties", name)


def _keyword(place: Place, source: Source, is_empty: IsEmpty) -> str | None:
    """Give the last keyword without which something would match."""
    if not isinstance(place.schema, dict):
        return place.pointer.rpartition("/")[2] or None
    keywords: list[str] = list(place.schema)
    for keyword in reversed(keywords):
        rest = {key: value for key, value in place.schema.items() if key != keyword}
        if not is_empty(source.derived(place, f"without-{keyword}", rest)):
            return keyword
    return next(iter(keywords), None)
