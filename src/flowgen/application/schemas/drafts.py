"""The drafts of JSON Schema: their names and keywords. Refuses to know what a keyword means."""

import re
from functools import cache
from typing import Any

from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.values import JsonValue

DRAFTS = ("4", "6", "7", "2019-09", "2020-12")
LATEST = "2020-12"
FIELD = "response_format"

_NAME = re.compile(
    r"https?://json-schema\.org/(?:draft-0?(?P<old>[467])/schema|draft/(?P<new>2019-09|2020-12)/schema|(?P<any>schema))#?"
)

MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies")
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems", "items")
SINGLES = (
    "items", "additionalItems", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
"""The keywords whose values are schemas: by name, in a list, alone."""

ANNOTATIONS = frozenset((
    "title", "description", "default", "examples", "$comment", "readOnly", "writeOnly", "deprecated", "$defs",
    "definitions", "contentMediaType", "contentEncoding", "contentSchema",
))  # fmt: skip
"""The keywords that only describe."""

_CORE = [
    "$schema",
    "id",
    "$ref",
    "definitions",
    "title",
    "description",
    "default",
    "type",
    "enum",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "items",
    "additionalItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "minProperties",
    "maxProperties",
    "dependencies",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "format",
]
_SINCE_6 = ["$id", "const", "contains", "propertyNames", "examples"]
_SINCE_7 = ["$comment", "if", "then", "else", "readOnly", "writeOnly", "contentMediaType", "contentEncoding"]
_SINCE_2019 = [
    "$anchor",
    "$defs",
    "$recursiveRef",
    "$recursiveAnchor",
    "$vocabulary",
    "minContains",
    "maxContains",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedItems",
    "unevaluatedProperties",
    "deprecated",
    "contentSchema",
]
_SINCE_2020 = ["prefixItems", "$dynamicRef", "$dynamicAnchor"]


def is_before(draft: str, other: str) -> bool:
    return DRAFTS.index(draft) < DRAFTS.index(other)


def draft_of(schema: JsonValue, asked: str | None) -> str:
    """Give the draft that a schema is in: its own, else the one that is asked for, else the latest.

    Raises ConstraintRefused for a dialect that is no draft.
    """
    if asked is not None and asked not in DRAFTS:
        raise ConstraintRefused(FIELD, f"{asked!r} is no draft that is known; known: {', '.join(DRAFTS)}")
    named = schema.get("$schema") if isinstance(schema, dict) else None
    if named is None or named == "":
        return asked or LATEST
    found = _NAME.fullmatch(named) if isinstance(named, str) else None
    if found is None:
        reason = f"{named!r} is no draft of JSON Schema that is known"
        raise ConstraintRefused(FIELD, reason, keyword="$schema", pointer="/$schema")
    return found["old"] or found["new"] or asked or LATEST


@cache
def keywords_of(draft: str) -> frozenset[str]:
    """Give the keywords that a draft knows, those that only describe included."""
    gone = {"id"} if draft != "4" else set()
    if draft == "2020-12":
        gone |= {"additionalItems", "$recursiveRef", "$recursiveAnchor"}
    later = [("6", _SINCE_6), ("7", _SINCE_7), ("2019-09", _SINCE_2019), ("2020-12", _SINCE_2020)]
    return frozenset(_CORE).union(*(names for since, names in later if not is_before(draft, since))) - gone


def spoken(schema: dict[str, Any], draft: str) -> dict[str, Any]:
    """Give what a draft understands of a schema: keywords that only other drafts know say nothing here, whatever they
    mean there, and beside `$ref` nothing did before 2019-09."""
    if "$ref" in schema and is_before(draft, "2019-09"):
        return {"$ref": schema["$ref"]}
    foreign = _foreign_to(draft)
    if foreign.isdisjoint(schema):
        return schema
    return {keyword: value for keyword, value in schema.items() if keyword not in foreign}


@cache
def _foreign_to(draft: str) -> frozenset[str]:
    return frozenset[str]().union(*map(keywords_of, DRAFTS)) - keywords_of(draft)
