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
    place, keyword, pointer = source.root, None, ""
    for _ in range(_DEEPEST):
        found = next((way for way in _needed(place, source) if is_empty(way[0])), None)
        if found is None:
            break
        pointer = joined(place.pointer, *found[1])
        place, keyword = found[0], str(found[1][0])
    if isinstance(place.schema, dict):
        keyword = _keyword(place, source, is_empty)
        pointer = place.pointer if keyword is None else joined(place.pointer, keyword)
    return ConstraintRefused(FIELD, "nothing matches it", keyword=keyword, pointer=pointer)


def _needed(place: Place, source: Source) -> Iterator[tuple[Place, tuple[str | int, ...]]]:
    """Give the schemas that every match of one must match in turn, and the way there from it."""
    schema = place.schema
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        yield source.target(place, schema["$ref"]), ("$ref",)
    for index in range(len(schema.get("allOf", ()))):
        yield source.child(place, "allOf", index), ("allOf", index)
    for name in schema.get("required", ()):
        if name in schema.get("properties", {}):
            yield source.child(place, "properties", name), ("properties", name)


def _keyword(place: Place, source: Source, is_empty: IsEmpty) -> str | None:
    """Give the last keyword without which something would match."""
    keywords: list[str] = list(place.schema)
    for keyword in reversed(keywords):
        rest = {key: value for key, value in place.schema.items() if key != keyword}
        if not is_empty(source.derived(place, f"without-{keyword}", rest)):
            return keyword
    return next(iter(keywords), None)
