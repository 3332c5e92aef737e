"""Requests of /v1/completions and /v1/embeddings: wire -> domain. Pure; refuses to know what an answer looks like."""

from typing import Any

from msgspec.structs import replace

from flowgen.application.loaded_model import LoadedModel
from flowgen.domain.chat import ChatRequest
from flowgen.domain.errors import ConflictingFields, InvalidField
from flowgen.domain.generation import PromptSegment
from flowgen.domain.values import JsonObject, Value
from flowgen.http.openai.bindings import binding
from flowgen.http.openai.fields import ROWS, Refusals, middle_tokens
from flowgen.http.openai.generation import (
    asked_tokens,
    check_count,
    check_ends,
    generated,
    includes_usage,
    most_tokens,
    settled,
)
from flowgen.http.openai.text_wire import INPUTS, MOST_TOKEN_ID, CompletionBody, EmbeddingBody
from flowgen.http.reading import ignored, read

_COMPLETION = ROWS["/v1/completions"]
_EMBEDDING = ROWS["/v1/embeddings"]

Input = str | tuple[int, ...]
"""A text, or tokens."""


class AskedText(Value, frozen=True):
    """A checked body of /v1/completions: the request without its prompt, and the prompts."""

    body: CompletionBody
    request: ChatRequest
    prompts: tuple[Input, ...]
    include_usage: bool
    is_lenient: bool
    warnings: tuple[str, ...]


class AskedEmbedding(Value, frozen=True):
    """A checked body of /v1/embeddings."""

    body: EmbeddingBody
    inputs: tuple[Input, ...]
    warnings: tuple[str, ...]


def inputs_of(raw: Any, field: str) -> tuple[Input, ...]:
    """The texts or tokens of a field that may hold one or many. Raises InvalidField."""
    if _is_input(raw):
        return (_input(raw, field),)
    if isinstance(raw, list) and raw and all(_is_input(item) for item in raw):
        return tuple(_input(item, field) for item in raw)
    raise InvalidField(field, raw, INPUTS)


def _is_input(raw: Any) -> bool:
    if isinstance(raw, str):
        return bool(raw)
    return isinstance(raw, list) and bool(raw) and all(type(item) is int for item in raw)


def _input(raw: Any, field: str) -> Input:
    if isinstance(raw, str):
        return raw
    for token in raw:
        if not 0 <= token <= MOST_TOKEN_ID:
            raise InvalidField(field, token, f"token ids from 0 to {MOST_TOKEN_ID}, and no more than the model has")
    return tuple(raw)


def read_text(raw: JsonObject, *, is_lenient: bool = False) -> AskedText:
    """Check a body of /v1/completions. Raises InvalidRequest that names the field."""
    unknown: list[str] = []
    refusals = Refusals(is_lenient=is_lenient)
    body = read(CompletionBody, refusals.without_refused(_COMPLETION, raw), "", unknown)
    bound = binding(body, unknown, refusals)
    if bound is not None and body.echo:
        raise ConflictingFields("echo", bound.field, "the text would not match")
    if body.suffix and body.echo:
        raise ConflictingFields("echo", "suffix", "the answer goes between the two")
    check_ends(body, bound, has_calls=False)
    request = replace(
        generated(body, bound),
        max_tokens=most_tokens(asked_tokens(body), least=0),
        logprobs=body.logprobs,
        echo=body.echo,
    )
    include_usage = includes_usage(body, unknown, refusals)
    return AskedText(
        body=body,
        request=request,
        prompts=inputs_of(body.prompt, "prompt"),
        include_usage=include_usage,
        is_lenient=is_lenient,
        warnings=(*ignored(unknown), *refusals.warnings),
    )


def settle_text(asked: AskedText, model: LoadedModel) -> tuple[list[ChatRequest], tuple[str, ...]]:
    """The requests to this model, one a prompt, and all warnings. Raises RefusedField for what it cannot do."""
    refusals = Refusals(is_lenient=asked.is_lenient)
    body = asked.body
    check_count(len(asked.prompts) * body.n, body.n, model)
    suffix = body.suffix
    if suffix and not refusals.is_possible(_COMPLETION["suffix"], model):
        suffix = None
    request = replace(asked.request, sampling=settled(asked.request.sampling, body, model))
    if body.echo and body.logprobs is not None and not model.spec.options.logits_all:
        refusals.refuse("logprobs", "the prompt's are there only in a model loaded with options.logits_all")
        request = replace(request, logprobs=None)
    requests = [replace(request, segments=_segments(prompt, suffix, model)) for prompt in asked.prompts]
    return requests, (*asked.warnings, *refusals.warnings)


def _segments(prompt: Input, suffix: str | None, model: LoadedModel) -> tuple[PromptSegment, ...]:
    whole = PromptSegment(text=prompt) if isinstance(prompt, str) else PromptSegment(tokens=prompt)
    tokens = middle_tokens(model)
    if not suffix or tokens is None:
        return (whole,)
    return (
        PromptSegment(text=tokens.prefix),
        replace(whole, special=False),
        PromptSegment(text=tokens.suffix),
        PromptSegment(text=suffix, special=False),
        PromptSegment(text=tokens.middle),
    )


def read_embedding(raw: JsonObject, *, is_lenient: bool = False) -> AskedEmbedding:
    """Check a body of /v1/embeddings. Raises InvalidRequest that names the field."""
    unknown: list[str] = []
    refusals = Refusals(is_lenient=is_lenient)
    body = read(EmbeddingBody, refusals.without_refused(_EMBEDDING, raw), "", unknown)
    return AskedEmbedding(
        body=body, inputs=inputs_of(body.input, "input"), warnings=(*ignored(unknown), *refusals.warnings)
    )
