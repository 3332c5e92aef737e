"""The body of /v1/chat/completions, as it is on the wire. Knows names, types and defaults, nothing of effects."""

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from flowgen.domain.values import JsonObject
from flowgen.http.conversation_shapes import MESSAGES, TOOLS
from flowgen.http.openai.sampling_wire import MAX_TOP_LOGPROBS, GenerationFields, refused


class ChatCompletionBody(GenerationFields, frozen=True, kw_only=True):
    """POST /v1/chat/completions."""

    messages: Annotated[
        list[Any],
        Meta(description="The conversation: text, in a string or in parts of type text.", extra_json_schema=MESSAGES),
    ]
    logprobs: Annotated[bool, Meta(description="Log-probabilities of the answer's tokens.")] = False
    top_logprobs: Annotated[
        Annotated[int, Meta(ge=0, le=MAX_TOP_LOGPROBS)] | None,
        Meta(description="Alternatives per token; needs logprobs."),
    ] = None
    tools: Annotated[
        list[Any] | None,
        Meta(description="Functions that the model may call.", extra={"needs": "tool_calls"}, extra_json_schema=TOOLS),
    ] = None
    tool_choice: Annotated[
        Any, Meta(description='"auto", "none", "required", a named function or `allowed_tools`.')
    ] = None
    parallel_tool_calls: Annotated[bool, Meta(description="Allow more than one call in an answer.")] = True
    reasoning_effort: Annotated[
        Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None,
        Meta(description="How long the model thinks, as its template has it.", extra={"needs": "reasoning_effort"}),
    ] = None
    chat_template_kwargs: Annotated[
        JsonObject, Meta(description="Variables for the chat template, such as enable_thinking.")
    ] = {}
    continue_final_message: Annotated[
        bool | None,
        Meta(description="Go on with the last message; left out: where it is the assistant's; false answers it anew."),
    ] = None
    add_generation_prompt: Annotated[
        bool, Meta(description="Begin the assistant's turn; false only beside continue_final_message.")
    ] = True
    echo: Annotated[bool, refused("the answer is what comes after the prompt", "Repeat the last message.")] = False
    prompt: Annotated[Any, refused("a chat has messages; /v1/completions takes a text", "A text to go on with.")] = None
    functions: Annotated[list[Any], refused("it was replaced by tools; give those", "Former tools.")] = []
    function_call: Annotated[Any, refused("it was replaced by tool_choice; give that", "Former tool_choice.")] = None
    chat_template: Annotated[
        str | None, refused("the template is chosen at /load (chat_format, chat_handler)", "A template of one's own.")
    ] = None
    documents: Annotated[
        list[Any], refused("give their texts in messages", "Texts that the answer is to draw on.")
    ] = []
    audio: Annotated[JsonObject | None, refused("the model answers in text", "Audio of the answer.")] = None
    modalities: Annotated[list[str], refused("the model answers in text", "Kinds of answer.")] = field(
        default_factory=lambda: ["text"]
    )
    web_search_options: Annotated[
        JsonObject | None, refused("the model has no access to the web", "Searching of the web.")
    ] = None
    reasoning_format: Annotated[
        Literal["auto", "deepseek"], Meta(description="Thinking goes into reasoning_content.")
    ] = "auto"
