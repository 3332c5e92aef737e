"""Reads tools' schemas as formats need them. Knows JSON Schema's words; refuses to know any grammar."""

from collections.abc import Sequence
from typing import Any

from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.messages import Tool
from flowgen.domain.values import JsonObject

_OPEN_ENDED = (
    "additionalProperties", "patternProperties", "unevaluatedProperties", "propertyNames", "$ref", "allOf", "anyOf",
    "oneOf", "if", "not", "dependentSchemas", "minProperties", "required",
)  # fmt: skip


def check_names(tools: Sequence[Tool]) -> None:
    """Raise ConstraintRefused for a tool whose name has no letters."""
    for index, tool in enumerate(tools):
        if not tool.name:
            raise ConstraintRefused(f"tools[{index}].function.name", "a tool without a name cannot be called")


def arguments_schema(parameters: JsonObject, field: str) -> dict[str, Any]:
    """Give the schema of a call's arguments: an object, and one with no properties but the declared ones where the
    schema leaves that open. Raises ConstraintRefused for what cannot be an object."""
    kind = parameters.get("type", "object")
    if kind != "object" and not (isinstance(kind, list) and "object" in kind):
        raise ConstraintRefused(field, "a call's arguments are an object", keyword="type", pointer="/type")
    schema = {**parameters, "type": "object"}
    names = schema.get("properties", {})
    required = schema.get("required", [])
    is_declared = isinstance(names, dict) and isinstance(required, list) and all(name in names for name in required)
    if is_declared and not any(keyword in schema for keyword in _OPEN_ENDED if keyword != "required"):
        schema["additionalProperties"] = False
    return schema
