"""Says of a schema what does not match it, in schemas again. Knows which keywords have an opposite that a grammar
can say; refuses to say anything of the others."""

from collections.abc import Callable
from typing import Any

from flowgen.application.schemas.drafts import spoken
from flowgen.application.schemas.pattern_reading import NoPattern
from flowgen.application.schemas.pattern_wholes import whole_of
from flowgen.application.schemas.source import Place, Source
from flowgen.domain.values import JsonObject, JsonValue

EXCLUDED = "$excluded"
AVOIDED = "$avoided"
"""Words of derived schemas: values that do not match, and a pattern that is not found."""

KINDS = ("null", "boolean", "number", "string", "array", "object")
_SILENT = frozenset((
    "title", "description", "default", "examples", "$comment", "$schema", "$id", "id", "$anchor", "$defs",
    "definitions",
    "readOnly", "writeOnly", "deprecated", "contentMediaType", "contentEncoding", "contentSchema", "then", "else",
    "$dynamicAnchor", "$recursiveAnchor", "$vocabulary", "minContains", "maxContains",
))  # fmt: skip
_BOUNDS = {
    "minimum": ("number", "exclusiveMaximum", 0), "maximum": ("number", "exclusiveMinimum", 0),
    "exclusiveMinimum": ("number", "maximum", 0), "exclusiveMaximum": ("number", "minimum", 0),
    "minLength": ("string", "maxLength", -1), "maxLength": ("string", "minLength", 1),
    "minItems": ("array", "maxItems", -1), "maxItems": ("array", "minItems", 1),
    "minProperties": ("object", "maxProperties", -1), "maxProperties": ("object", "minProperties", 1),
}  # fmt: skip
MAX_DEPTH = 12
_MOST_SAID = {"maxProperties": 0, "minProperties": -1, "minItems": 1000}
"""What a grammar says of sizes."""


class _NoOpposite(Exception):
    """A keyword whose opposite no grammar says."""


def opposites(place: Place, source: Source) -> list[Place] | None:
    """Give schemas of which one matches exactly what `place` does not; None where a grammar cannot tell."""
    try:
        found = _opposites(place, source, MAX_DEPTH)
    except _NoOpposite:
        return None
    return [
        schema if isinstance(schema, Place) else source.derived(place, f"not{index}", schema)
        for index, schema in enumerate(found)
    ]


def _opposites(place: Place, source: Source, depth: int) -> list[JsonObject | Place]:
    schema = place.schema
    if isinstance(schema, bool):
        return [] if schema else [{}]
    if depth == 0 or not isinstance(schema, dict):
        raise _NoOpposite
    if not place.is_derived:
        schema = spoken(schema, source.draft)
    found: list[JsonObject | Place] = []
    for keyword, value in schema.items():
        if keyword in _READERS:
            found += _READERS[keyword](place, value, source, depth - 1)
        elif keyword in _BOUNDS:
            found += _bound(schema, keyword, value)
        elif keyword not in _SILENT and not keyword.startswith("x-"):
            raise _NoOpposite
    return found


def _checked(place: Place, source: Source, depth: int) -> Place:
    """Give a place whose opposite is known too."""
    _opposites(place, source, depth)
    return place


def _types(_: Place, value: JsonValue, __: Source, ___: int) -> list[JsonObject | Place]:
    named = value if isinstance(value, list) else [value]
    if "integer" in named and "number" not in named:
        raise _NoOpposite
    others = [kind for kind in KINDS if kind not in named]
    return [{"type": others}] if others else []


def _values(_: Place, value: JsonValue, __: Source, ___: int) -> list[JsonObject | Place]:
    if not isinstance(value, list) or any(isinstance(item, dict | list) for item in value):
        raise _NoOpposite
    return [{EXCLUDED: value}]


def _const(place: Place, value: JsonValue, source: Source, depth: int) -> list[JsonObject | Place]:
    return _values(place, [value], source, depth)


def _required(_: Place, value: JsonValue, __: Source, ___: int) -> list[JsonObject | Place]:
    if not isinstance(value, list):
        raise _NoOpposite
    return [{"type": "object", "properties": {name: False}} for name in value]


def _properties(place: Place, value: JsonValue, source: Source, depth: int) -> list[JsonObject | Place]:
    if not isinstance(value, dict):
        raise _NoOpposite
    found: list[JsonObject | Place] = []
    for name in value:
        inner = _checked(source.child(place, "properties", name), source, depth)
        found.append({"type": "object", "required": [name], "properties": {name: {"not": inner}}})
    return found


def _pattern(_: Place, value: JsonValue, __: Source, ___: int) -> list[JsonObject | Place]:
    try:
        whole = whole_of(value) if isinstance(value, str) else None
    except NoPattern:
        whole = None
    if whole is None or not whole.is_exact or whole.avoided or len(whole.patterns) > 1:
        raise _NoOpposite
    return [{"type": "string", AVOIDED: value}]


def _reference(place: Place, value: JsonValue, source: Source, depth: int) -> list[JsonObject | Place]:
    return [{"not": _checked(source.target(place, value), source, depth)}]


def _all(place: Place, value: JsonValue, source: Source, depth: int) -> list[JsonObject | Place]:
    return [{"not": _checked(inner, source, depth)} for inner in _listed(place, "allOf", value, source)]


def _some(place: Place, value: JsonValue, source: Source, depth: int) -> list[JsonObject | Place]:
    inner = [_checked(inner, source, depth) for inner in _listed(place, "anyOf", value, source)]
    return [{"allOf": [{"not": option} for option in inner]}]


def _listed(place: Place, keyword: str, value: JsonValue, source: Source) -> list[Place]:
    if not isinstance(value, list):
        raise _NoOpposite
    return [source.child(place, keyword, index) for index in range(len(value))]


def _not(place: Place, _: JsonValue, source: Source, __: int) -> list[JsonObject | Place]:
    return [source.child(place, "not")]


_READERS: dict[str, Callable[[Place, Any, Source, int], list[JsonObject | Place]]] = {
    "type": _types, "const": _const, "enum": _values, "required": _required, "properties": _properties,
    "pattern": _pattern, "$ref": _reference, "allOf": _all, "anyOf": _some, "not": _not,
}  # fmt: skip


def _bound(schema: JsonObject, keyword: str, value: JsonValue) -> list[JsonObject | Place]:
    kind, opposite, step = _BOUNDS[keyword]
    has_flag = isinstance(schema.get("exclusiveMinimum"), bool) or isinstance(schema.get("exclusiveMaximum"), bool)
    if isinstance(value, bool) or not isinstance(value, int | float) or has_flag:
        raise _NoOpposite
    if step == -1 and value <= 0:
        return []
    if value + step > _MOST_SAID.get(opposite, value + step):
        raise _NoOpposite  # it would have to be judged, and stands nowhere in the document to be judged by
    return [{"type": kind, opposite: value + step}]
