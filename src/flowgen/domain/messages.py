"""What a conversation is made of. Knows roles and calls; refuses to know templates and wire shapes."""

from typing import Literal

from flowgen.domain.values import JsonObject, Value

Role = Literal["system", "developer", "user", "assistant", "tool"]


class Tool(Value, frozen=True):
    """A function that the model may call. `parameters` is a JSON Schema of an object."""

    name: str
    description: str = ""
    parameters: JsonObject = {}


class ToolCall(Value, frozen=True):
    """A call with its arguments as a JSON object."""

    name: str
    arguments: JsonObject
    id: str = ""


class ToolChoice(Value, frozen=True):
    """What the caller wants of the tools; `name` only with mode `named`. `allowed`: the names that may be called, None
    for all; the model is shown the others too."""

    mode: Literal["auto", "none", "required", "named"] = "auto"
    name: str | None = None
    allowed: tuple[str, ...] | None = None


class Message(Value, frozen=True):
    """One turn. `tool_call_id` and `name` belong to role `tool`, `tool_calls` and `reasoning` to `assistant`."""

    role: Role
    content: str = ""
    reasoning: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = None
