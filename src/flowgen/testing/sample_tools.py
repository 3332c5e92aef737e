"""Tools that the contract of formats tries: all the types, references and bounds, and schemas that cannot be kept."""

from flowgen.domain.messages import Tool
from flowgen.domain.values import JsonObject

NODE = {
    "type": "object",
    "properties": {"value": {"type": "integer"}, "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
    "required": ["value"],
}
TOOLS = (
    Tool(
        name="add",
        parameters={
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "number"}},
            "required": ["a", "b"],
        },
    ),
    Tool(name="ping", parameters={}),
    Tool(
        name="send_mail",
        parameters={
            "type": "object",
            "properties": {
                "cc": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
                "to": {"type": "string", "minLength": 1},
                "urgency": {"enum": ["low", "high", 3, None]},
                "options": {
                    "type": "object",
                    "properties": {"html": {"type": "boolean"}, "size": {"type": ["integer", "null"]}},
                    "required": ["html"],
                    "additionalProperties": False,
                },
                "chain": {"$ref": "#/$defs/node"},
            },
            "required": ["to"],
            "$defs": {"node": NODE},
        },
    ),
    Tool(
        name="lookup",
        parameters={
            "type": "object",
            "properties": {
                "key": {"type": "string", "pattern": "^[a-z]{1,3}$"},
                "limit": {"type": "integer", "minimum": 1, "maximum": 20},
                "day": {"type": "string", "format": "date"},
            },
        },
    ),
)
UNENFORCEABLE: list[tuple[JsonObject, str, str]] = [
    ({"type": "array"}, "type", "/type"),
    ({"type": "object", "properties": {"a": {"type": "strng"}}}, "type", "/properties/a/type"),
    ({"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}}, "$ref", "/properties/a/$ref"),
    ({"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}}, "pattern", "/properties/a/pattern"),
]  # fmt: skip
