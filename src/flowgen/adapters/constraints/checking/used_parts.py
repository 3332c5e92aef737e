"""Finds which definitions of a schema nothing leads to: what they refer to need not be known. Refuses to know what
schemas mean."""

from copy import deepcopy
from typing import Any

from flowgen.application.schemas.drafts import is_before
from flowgen.application.schemas.source import Place, Source, inner_schemas, joined
from flowgen.domain.values import JsonValue

_CONTAINERS = frozenset(("$defs", "definitions"))


def without_unused_parts(document: JsonValue, draft: str) -> JsonValue:
    """A copy without the definitions that nothing leads to. Raises ConstraintRefused, with keyword and pointer, for a
    reference that is used and leads out of the document, or nowhere."""
    used = _used(Source(document, draft))
    above = {pointer[:end] for pointer in used for end in range(len(pointer)) if pointer[end] == "/"} | used
    copy = deepcopy(document)
    waiting: list[tuple[str, Any]] = [("", copy)]
    while waiting:
        pointer, schema = waiting.pop()
        if isinstance(schema, dict):
            for container in _CONTAINERS & schema.keys():
                _keep(schema[container], joined(pointer, container), above)
            waiting += [(joined(pointer, *path), inner) for path, inner in inner_schemas(schema)]
    return copy


def _keep(definitions: Any, pointer: str, used: set[str]) -> None:
    for name in list(definitions) if isinstance(definitions, dict) else ():
        if joined(pointer, name) not in used:
            del definitions[name]


def _used(source: Source) -> set[str]:
    waiting, found = [source.root, *source.dynamic_places()], set[str]()
    while waiting:
        place = waiting.pop()
        if place.pointer in found:
            continue
        found.add(place.pointer)
        if isinstance(place.schema, dict):
            waiting += _led_to(place, place.schema, source)
    return found


def _led_to(place: Place, schema: dict[str, Any], source: Source) -> list[Place]:
    found = [source.target(place, schema[keyword], keyword) for keyword in ("$ref", "$dynamicRef") if keyword in schema]
    if "$ref" in schema and is_before(source.draft, "2019-09"):
        return found  # what stands beside says nothing
    if "$recursiveRef" in schema:
        found.append(source.target(place, "#", "$recursiveRef"))
    paths = [path for path, _ in inner_schemas(schema) if path[0] not in _CONTAINERS]
    return found + [source.child(place, *path) for path in paths]
