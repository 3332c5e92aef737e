"""The words of JSON Schema by what they say. Refuses to know where a schema stands and what becomes of it."""

import re

from flowgen.domain.values import JsonValue

ASSERTIONS = frozenset((
    "type", "enum", "const", "allOf", "anyOf", "oneOf", "$ref",
    "minLength", "maxLength", "pattern", "format",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "items", "prefixItems", "additionalItems", "contains", "minContains", "maxContains", "minItems", "maxItems",
    "uniqueItems", "unevaluatedItems",
    "properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties",
    "maxProperties", "dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties",
))  # fmt: skip
"""The words that say what is valid; all others but those of `NEVER` only describe."""

KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "null": (type(None),),
    "array": (list,), "object": (dict,),
}  # fmt: skip
WORDS = {
    "string": "minLength maxLength pattern format",
    "number": "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf",
    "array": "items prefixItems additionalItems contains minContains maxContains minItems maxItems uniqueItems"
    " unevaluatedItems",
    "object": "properties required additionalProperties patternProperties propertyNames minProperties maxProperties"
    " dependentRequired dependentSchemas dependencies unevaluatedProperties",
}
NEVER = ("not", "if", "then", "else", "$dynamicRef", "$recursiveRef", "extends", "disallow", "divisibleBy")
IDLE: dict[str, tuple[JsonValue, ...]] = {
    "dependentRequired": ({},), "dependentSchemas": ({},), "dependencies": ({},),
    "propertyNames": ({}, True), "unevaluatedProperties": ({}, True), "unevaluatedItems": ({}, True),
    "additionalItems": ({}, True),
}  # fmt: skip
"""Words that say nothing with these values."""
NEVER_OF_OBJECTS = ("propertyNames", "dependentRequired", "dependentSchemas", "dependencies")


def is_plain_pattern(pattern: str) -> bool:
    """Say whether a pattern can be read, and looks neither ahead nor behind."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return re.search(r"\(\?<?[=!]", pattern) is None


def says_something(schema: JsonValue) -> bool:
    return schema is False or (isinstance(schema, dict) and any(word in ASSERTIONS for word in schema))


def is_of(value: JsonValue, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, KINDS[kind])
