"""The request bodies of OpenAI's dialect, as they are on the wire. Knows names, types and defaults, nothing of effects.

What a request leaves out is what llama.cpp's own server takes. A field with `refused` passes at its neutral value.
"""

from typing import Annotated, Any

from msgspec import Meta, field

from flowgen.domain.options import Int32, Probability, Seed
from flowgen.domain.values import JsonObject, Value

_TokenCount = Annotated[int, Meta(ge=-1, le=2**31 - 1)]
_Penalty = Annotated[float, Meta(ge=-100.0, le=100.0)]


def _refused(reason: str, description: str) -> Meta:
    return Meta(description=description, extra={"refused": reason})


class ChatCompletionBody(Value, frozen=True):
    """POST /v1/chat/completions."""

    messages: Annotated[list[Any], Meta(description="The conversation: text, in a string or in parts of type text.")]
    model: Annotated[str | None, Meta(description="Any name: the one model that is loaded answers, and is named.")] = (
        None
    )
    max_tokens: Annotated[
        _TokenCount | None, Meta(description="Tokens to generate at most; left out or -1: what the context holds.")
    ] = None
    max_completion_tokens: Annotated[_TokenCount | None, Meta(description="The same as max_tokens.")] = None
    temperature: Annotated[
        float, Meta(ge=0.0, le=1e6, description="Sampling temperature; 0 takes the likeliest token.")
    ] = 0.8
    top_p: Annotated[Probability, Meta(description="Nucleus sampling; 1 is off.")] = 0.95
    top_k: Annotated[Int32, Meta(description="The k likeliest tokens; 0 or less is off.")] = 40
    min_p: Annotated[Probability, Meta(description="Least probability relative to the likeliest token; 0 is off.")] = (
        0.05
    )
    seed: Annotated[Seed | None, Meta(description="Seed of this answer; left out: the model's; -1 draws one.")] = None
    frequency_penalty: Annotated[_Penalty, Meta(description="Penalty per occurrence; 0 is off.")] = 0.0
    presence_penalty: Annotated[_Penalty, Meta(description="Penalty for having occurred; 0 is off.")] = 0.0
    repeat_penalty: Annotated[
        float, Meta(gt=0.0, le=100.0, description="Divides the scores of tokens that occurred; 1 is off.")
    ] = 1.0
    logit_bias: Annotated[
        dict[str, float] | None, Meta(description="Numbers added to tokens' scores, by token id.")
    ] = None
    stop: Annotated[str | list[str], Meta(description="Texts that end the answer and are not part of it.")] = []
    ignore_eos: Annotated[
        bool, Meta(description="Never choose the model's end tokens; not beside a schema or tools.")
    ] = False
    logprobs: Annotated[bool, Meta(description="Log-probabilities of the answer's tokens.")] = False
    top_logprobs: Annotated[
        Annotated[int, Meta(ge=0, le=20)] | None, Meta(description="Alternatives per token; needs logprobs.")
    ] = None
    n: Annotated[int, Meta(ge=1, le=128, description="Answers to give; one is what can be asked for.")] = 1
    stream: Annotated[bool, Meta(description="Answer as server-sent events.")] = False
    stream_options: Annotated[
        JsonObject | None, Meta(description="`include_usage`: a last chunk with the counts of tokens.")
    ] = None
    response_format: Annotated[
        JsonObject | None,
        Meta(description='{"type": "text"}, {"type": "json_object", "schema"?} or {"type": "json_schema", ...}.'),
    ] = None
    tools: Annotated[list[Any] | None, Meta(description="Functions that the model may call.")] = None
    tool_choice: Annotated[Any, Meta(description='"auto", "none", "required" or a named function.')] = None
    parallel_tool_calls: Annotated[bool, Meta(description="Allow more than one call in an answer.")] = True
    functions: Annotated[
        list[Any] | None, _refused("it was replaced by tools; give those", "Former shape of tools.")
    ] = None
    function_call: Annotated[Any, _refused("it was replaced by tool_choice; give that", "Former tool_choice.")] = None
    audio: Annotated[JsonObject | None, _refused("the model answers in text", "Audio of the answer.")] = None
    modalities: Annotated[list[str], _refused("the model answers in text", "Kinds of answer.")] = field(
        default_factory=lambda: ["text"]
    )
    web_search_options: Annotated[
        JsonObject | None, _refused("the model has no access to the web", "Searching of the web.")
    ] = None


class StreamOptions(Value, frozen=True):
    """What a stream says besides the answer."""

    include_usage: bool = False
