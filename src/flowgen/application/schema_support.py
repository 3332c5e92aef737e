"""Finds out which keywords of JSON Schema are held by the grammar, which are checked while the answer is written, and
which are refused: by asking. Refuses to know how any of it is done.
"""

import asyncio
from collections.abc import Mapping

from flowgen.application.schemas.lowering import lower
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.ports import ConstraintCheck
from flowgen.domain.values import JsonObject, Value

_STRING: JsonObject = {"type": "string"}
_SAMPLES: Mapping[str, JsonObject] = {
    "type": {"type": "object"},
    "enum": {"enum": ["a", 1, None]},
    "const": {"const": "a"},
    "multipleOf": {"type": "integer", "multipleOf": 7},
    "minimum": {"type": "integer", "minimum": 3},
    "maximum": {"type": "integer", "maximum": 30},
    "exclusiveMinimum": {"type": "integer", "exclusiveMinimum": 3},
    "exclusiveMaximum": {"type": "integer", "exclusiveMaximum": 30},
    "minLength": {"type": "string", "minLength": 2},
    "maxLength": {"type": "string", "maxLength": 5},
    "pattern": {"type": "string", "pattern": "^[a-z]+$"},
    "format": {"type": "string", "format": "date"},
    "items": {"type": "array", "items": _STRING},
    "prefixItems": {"type": "array", "prefixItems": [_STRING]},
    "contains": {"type": "array", "contains": _STRING},
    "minContains": {"type": "array", "contains": _STRING, "minContains": 2},
    "maxContains": {"type": "array", "contains": _STRING, "maxContains": 2},
    "minItems": {"type": "array", "items": _STRING, "minItems": 1},
    "maxItems": {"type": "array", "items": _STRING, "maxItems": 3},
    "uniqueItems": {"type": "array", "items": _STRING, "uniqueItems": True},
    "unevaluatedItems": {"type": "array", "prefixItems": [_STRING], "unevaluatedItems": False},
    "properties": {"type": "object", "properties": {"a": _STRING}},
    "required": {"type": "object", "properties": {"a": _STRING}, "required": ["a"]},
    "additionalProperties": {"type": "object", "properties": {"a": _STRING}, "additionalProperties": False},
    "patternProperties": {"type": "object", "patternProperties": {"^a": _STRING}},
    "propertyNames": {"type": "object", "propertyNames": {"maxLength": 4}},
    "minProperties": {"type": "object", "minProperties": 1},
    "maxProperties": {"type": "object", "maxProperties": 3},
    "dependentRequired": {"type": "object", "dependentRequired": {"a": ["b"]}},
    "dependentSchemas": {"type": "object", "dependentSchemas": {"a": {"required": ["b"]}}},
    "unevaluatedProperties": {"type": "object", "properties": {"a": _STRING}, "unevaluatedProperties": False},
    "allOf": {"allOf": [{"type": "object"}, {"properties": {"a": _STRING}}]},
    "anyOf": {"anyOf": [_STRING, {"type": "null"}]},
    "oneOf": {"oneOf": [_STRING, {"type": "null"}]},
    "not": {"type": "string", "not": {"enum": ["a"]}},
    "if": {"type": "object", "properties": {"a": _STRING}, "if": {"required": ["a"]}, "then": {"required": ["b"]}},
    "$ref": {"$ref": "#/$defs/a", "$defs": {"a": _STRING}},
}
"""A schema for each keyword, of the kind that it is mostly written for."""


class KeywordSupport(Value, frozen=True):
    """The keywords by what becomes of them: held by the grammar, checked while the answer is written, refused."""

    exact: tuple[str, ...]
    checked: tuple[str, ...]
    refused: tuple[str, ...]


class SchemaSupport:
    """Asks once, when it is first asked."""

    def __init__(self, checker: ConstraintCheck) -> None:
        self._checker = checker
        self._found: KeywordSupport | None = None

    async def keywords(self) -> KeywordSupport:
        """What becomes of each keyword; the first time it takes some milliseconds, in a thread."""
        if self._found is None:
            self._found = await asyncio.to_thread(self._ask)
        return self._found

    def _ask(self) -> KeywordSupport:
        kinds = {keyword: _support(keyword, schema, self._checker) for keyword, schema in _SAMPLES.items()}

        def those(kind: str) -> tuple[str, ...]:
            return tuple(keyword for keyword, found in kinds.items() if found == kind)

        return KeywordSupport(exact=those("exact"), checked=those("checked"), refused=those("refused"))


def _support(keyword: str, schema: JsonObject, checker: ConstraintCheck) -> str:
    try:
        checker.check(JsonSchema(schema=schema))
        notes = lower(schema).notes
    except ConstraintRefused:
        return "refused"
    return "checked" if any(note.kind == "checked" for note in notes) else "exact"
