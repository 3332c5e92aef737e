"""The request bodies of the native dialect, as they are on the wire. Knows names and types; refuses to know effects."""

from typing import Annotated, Any

from msgspec import Meta

from flowgen.domain.values import JsonObject, Value
from flowgen.http.conversation_wire import Text


class LoadBody(Value, frozen=True):
    """POST /load."""

    model_path: Annotated[str, Meta(min_length=1, description="A GGUF file, or the name of an embedded model.")]
    tokenizer_name: Annotated[
        Text | None,
        Meta(description="A Hugging Face name, a local folder or an embedded model; left out: the file's own."),
    ] = None
    options: Annotated[
        JsonObject,
        Meta(
            description="Model options; chat options given here are the defaults of the model's chats.",
            extra_json_schema={
                "allOf": [{"$ref": "#/components/schemas/LoadOptions"}, {"$ref": "#/components/schemas/ChatOptions"}]
            },
        ),
    ] = {}


class ChatBody(Value, frozen=True):
    """POST /chat."""

    messages: Annotated[
        list[Any] | None, Meta(description="The conversation, in OpenAI's format; needed unless options.prompt is.")
    ] = None
    tools: Annotated[list[Any] | None, Meta(description="Functions that the model may call.")] = None
    tool_choice: Annotated[Any, Meta(description='"auto", "none", "required" or a named function.')] = None
    parallel_tool_calls: Annotated[bool | None, Meta(description="Allow more than one call in an answer.")] = None
    response_format: Annotated[
        JsonObject | None,
        Meta(
            description='{"type": "text"}, {"type": "json_object", "schema"?}, {"type": "json_schema", "json_schema"},'
            ' both also with "whitespace": "any"; {"type": "regex", "regex"}, {"type": "choice", "choice"} or'
            ' {"type": "lark", "lark"}.'
        ),
    ] = None
    options: Annotated[
        JsonObject,
        Meta(
            description="How the answer is generated.",
            extra_json_schema={"$ref": "#/components/schemas/ChatOptions"},
        ),
    ] = {}


class UnloadBody(Value, frozen=True):
    """POST /unload; the body may be left out."""

    force: Annotated[bool, Meta(description="End the answers under way at once instead of waiting for them.")] = False
