"""Messages, tools, choices and formats, as they are on the wire in every chat dialect. Knows names and types alone.

Each is read on its own, so that an error can say which part of which message is wrong.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from flowgen.domain.values import JsonObject, Value

Text = Annotated[str, Meta(min_length=1)]
Content = str | list[Any]


class TextMessage(Value, frozen=True):
    """A message of role system, developer or user."""

    role: str
    content: Content


class AssistantMessage(Value, frozen=True):
    """A past answer; `content` may be left out beside calls. A `refusal` is a text that was said in its place."""

    role: str
    content: Content | None = None
    tool_calls: list[Any] | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None
    refusal: str | None = None
    function_call: Annotated[Any, Meta(extra={"refused": "it was replaced by tool_calls; give those"})] = None
    audio: Annotated[JsonObject | None, Meta(extra={"refused": "the model reads text only"})] = None


class ToolMessage(Value, frozen=True):
    """A call's result; without an id it answers the calls in order."""

    role: str
    content: Content
    tool_call_id: str | None = None
    name: str | None = None


class TextPart(Value, frozen=True):
    """One part of a content list."""

    type: Literal["text"]
    text: str


class RefusalPart(Value, frozen=True):
    """A part of a past answer's content list: the model said that it would not."""

    type: Literal["refusal"]
    refusal: str


class WrappedCall(Value, frozen=True):
    """A past call in OpenAI's shape."""

    function: JsonObject
    type: Literal["function"] = "function"
    id: str | None = None


class WrappedFunction(Value, frozen=True):
    """The inside of a past call in OpenAI's shape; `arguments` may be a string of JSON."""

    name: Text
    arguments: JsonObject | str = {}


class NativeCall(Value, frozen=True):
    """A past call as this dialect answers it."""

    name: Text
    arguments: JsonObject | str = {}
    id: str | None = None


class WrappedTool(Value, frozen=True):
    """A tool in OpenAI's shape."""

    function: JsonObject
    type: Literal["function"] = "function"


class FunctionBody(Value, frozen=True):
    """A function; `strict` changes nothing: calls are always bound to the schema (see constrain_tools)."""

    name: Text
    description: str = ""
    parameters: JsonObject = {}
    strict: bool = True


class NamedChoice(Value, frozen=True):
    """A tool choice in OpenAI's shape."""

    function: JsonObject
    type: Literal["function"] = "function"


class NamedFunction(Value, frozen=True):
    """The function that must be called."""

    name: Text


class TextFormat(Value, frozen=True):
    """Text without bounds."""

    type: Literal["text"]


class JsonObjectFormat(Value, frozen=True):
    """A JSON object, or JSON of a schema."""

    type: Literal["json_object"]
    schema: JsonObject | bool | None = None
    whitespace: Literal["compact", "any"] = "compact"


class JsonSchemaFormat(Value, frozen=True):
    """JSON of a schema, in OpenAI's shape."""

    type: Literal["json_schema"]
    json_schema: JsonObject
    whitespace: Literal["compact", "any"] = "compact"


class RegexFormat(Value, frozen=True):
    """A text that matches the whole pattern."""

    type: Literal["regex"]
    regex: Text


class ChoiceFormat(Value, frozen=True):
    """One of these texts."""

    type: Literal["choice"]
    choice: Annotated[list[str], Meta(min_length=1)]


class LarkFormat(Value, frozen=True):
    """A text of a grammar in llguidance's dialect of Lark, with the rule `start`."""

    type: Literal["lark"]
    lark: Text


class NamedSchema(Value, frozen=True):
    """The inside of a json_schema format; the schema is always enforced, whatever `strict` says."""

    schema: JsonObject | bool
    name: str = ""
    description: str = ""
    strict: bool = True
