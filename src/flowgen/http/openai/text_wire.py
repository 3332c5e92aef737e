"""The bodies of /v1/completions and /v1/embeddings, as they are on the wire. Knows names and types alone."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from flowgen.domain.values import JsonObject, Value
from flowgen.http.openai.sampling_wire import MAX_TOP_LOGPROBS, GenerationFields, refused

MOST_TOKEN_ID = 2**31 - 1
"""llama.cpp's tokens are 32-bit numbers; what a model has is far less."""

INPUTS = "a text, a list of texts, a list of token ids, or a list of such lists; none of them empty"
_INPUTS = "What is read, one or many."
_TEXT = {"type": "string", "minLength": 1}
_TOKENS = {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0, "maximum": MOST_TOKEN_ID}}
_SHAPES = {
    "anyOf": [
        _TEXT,
        {"type": "array", "minItems": 1, "items": _TEXT},
        _TOKENS,
        {"type": "array", "minItems": 1, "items": _TOKENS},
    ]
}


class CompletionBody(GenerationFields, frozen=True, kw_only=True):
    """POST /v1/completions. `max_tokens` 0 generates nothing: what is asked for is the prompt, echoed."""

    prompt: Annotated[Any, Meta(description=_INPUTS, extra={"allowed": INPUTS}, extra_json_schema=_SHAPES)]
    suffix: Annotated[
        str | None,
        Meta(description="The text that comes after the answer.", extra={"needs": "fill_in_the_middle"}),
    ] = None
    echo: Annotated[bool, Meta(description="Put the prompt's text before the answer.")] = False
    logprobs: Annotated[
        Annotated[int, Meta(ge=0, le=MAX_TOP_LOGPROBS)] | None,
        Meta(description="Log-probabilities with so many alternatives; beside echo only where logits_all was loaded."),
    ] = None
    top_logprobs: Annotated[int | None, refused("logprobs is the number here", "Alternatives, as in a chat.")] = None
    messages: Annotated[list[Any], refused("a text has none; /v1/chat/completions takes them", "A conversation.")] = []
    tools: Annotated[list[Any], refused("a text has none; /v1/chat/completions takes them", "Functions to call.")] = []
    reasoning_effort: Annotated[str | None, refused("a text has no template", "How long the model thinks.")] = None
    chat_template_kwargs: Annotated[JsonObject, refused("a text has no template", "Variables for the template.")] = {}


class EmbeddingBody(Value, frozen=True, kw_only=True):
    """POST /v1/embeddings."""

    input: Annotated[
        Any,
        Meta(description=_INPUTS, extra={"allowed": INPUTS, "needs": "embedding"}, extra_json_schema=_SHAPES),
    ]
    model: Annotated[str | None, Meta(description="Any name: the one model that is loaded answers, and is named.")] = (
        None
    )
    encoding_format: Annotated[
        Literal["float", "base64"], Meta(description="Numbers, or their float32 bytes (little-endian) in base64.")
    ] = "float"
    dimensions: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="So many first numbers, at length 1 again; at most what the model gives."),
    ] = None
    embd_normalize: Annotated[
        int, Meta(description="Vectors have length 1: 2 (Euclidean) is what can be asked for.", ge=2, le=2)
    ] = 2
    truncate_prompt_tokens: Annotated[
        int | None, refused("an input is never cut: one that is too long is a 400", "Cut the inputs.")
    ] = None
