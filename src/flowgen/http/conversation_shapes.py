"""Messages and tools as the OpenAPI document shows them, for clients that are generated from it. What checks requests
is conversation.py, which says more precisely what is wrong; this shows what it takes.
"""

from typing import Any

_TEXT = {"type": "string"}
_CONTENT = {
    "anyOf": [
        _TEXT,
        {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "text"],
                "properties": {"type": {"const": "text"}, "text": _TEXT},
            },
        },
    ]
}
_NAME = {"type": "string", "minLength": 1}
_CALL = {
    "type": "object",
    "required": ["id", "type", "function"],
    "properties": {
        "id": _TEXT,
        "type": {"const": "function"},
        "function": {
            "type": "object",
            "required": ["name", "arguments"],
            "properties": {
                "name": _NAME,
                "arguments": {"anyOf": [{"type": "object"}, {"type": "string", "description": "JSON of an object."}]},
            },
        },
    },
}


def _message(roles: list[str], required: list[str], **more: Any) -> dict[str, Any]:
    properties = {"role": {"enum": roles}, "content": _CONTENT, **more}
    return {"type": "object", "required": ["role", *required], "properties": properties}


MESSAGES: dict[str, Any] = {
    "minItems": 1,
    "items": {
        "anyOf": [
            _message(["system", "developer", "user"], ["content"]),
            _message(["assistant"], ["content"], reasoning_content=_TEXT),
            _message(["assistant"], ["tool_calls"], tool_calls={"type": "array", "minItems": 1, "items": _CALL}),
            _message(["tool"], ["content"], tool_call_id=_TEXT),
        ]
    },
}
TOOLS: dict[str, Any] = {
    "items": {
        "type": "object",
        "required": ["type", "function"],
        "properties": {
            "type": {"const": "function"},
            "function": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": _NAME,
                    "description": _TEXT,
                    "parameters": {"type": "object", "description": "A JSON Schema."},
                    "strict": {"type": "boolean"},
                },
            },
        },
    }
}
