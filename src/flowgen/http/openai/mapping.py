"""Requests of /v1/chat/completions: wire -> domain. Pure; the defaults are the dialect's own, not the model's of /chat.

Knows which fields exclude each other; refuses to know where bodies come from and what an answer looks like.
"""

from msgspec.structs import replace

from flowgen.domain.chat import ChatRequest
from flowgen.domain.constraints import Constraint
from flowgen.domain.errors import ConflictingFields, InvalidField, RefusedField
from flowgen.domain.generation import Sampling
from flowgen.domain.messages import Tool, ToolChoice
from flowgen.domain.model import ModelSpec
from flowgen.domain.values import JsonObject, Value
from flowgen.http import conversation
from flowgen.http.chat_fields import check_choice, response_format, stop_texts, token_biases
from flowgen.http.openai.wire import ChatCompletionBody, StreamOptions
from flowgen.http.reading import ignored, read


class AskedCompletion(Value, frozen=True):
    """A checked body: the request, and what only this dialect cares for."""

    request: ChatRequest
    stream: bool
    include_usage: bool
    warnings: tuple[str, ...]


def read_completion(raw: JsonObject) -> AskedCompletion:
    """Check a body of /v1/chat/completions. Raises InvalidRequest that names the field."""
    unknown: list[str] = []
    body = read(ChatCompletionBody, raw, "", unknown)
    if not body.messages:
        raise InvalidField("messages", raw.get("messages"), "a list of at least one message")
    if body.n > 1:
        raise RefusedField("n", f"one answer is given to a request, and {body.n} were asked for")
    tools = conversation.tools(body.tools or [], unknown)
    choice = _tool_choice(body, tools, unknown)
    constraint, field = response_format(body.response_format, unknown)
    _check_exclusions(body, constraint, tools, choice)
    options = read(StreamOptions, body.stream_options or {}, "stream_options", unknown)
    request = ChatRequest(
        messages=conversation.messages(body.messages, unknown),
        tools=tools,
        tool_choice=choice,
        is_parallel=body.parallel_tool_calls,
        constraint=constraint,
        constraint_field=field,
        sampling=_sampling(body),
        max_tokens=_max_tokens(body),
        stop=stop_texts(body.stop, "stop"),
        ignore_eos=body.ignore_eos,
        logprobs=_logprobs(body),
    )
    return AskedCompletion(
        request=request, stream=body.stream, include_usage=options.include_usage, warnings=ignored(unknown)
    )


def settle(asked: AskedCompletion, model: ModelSpec) -> ChatRequest:
    """The request to this model: how far its penalties look back was chosen when it was loaded."""
    last_n = model.options.last_n_tokens_size
    sampling = replace(asked.request.sampling, penalty_last_n=last_n)
    return replace(asked.request, sampling=sampling)


def _tool_choice(body: ChatCompletionBody, tools: tuple[Tool, ...], unknown: list[str]) -> ToolChoice:
    if body.tool_choice is None:
        return ToolChoice()
    choice = conversation.tool_choice(body.tool_choice, "tool_choice", unknown)
    check_choice(choice, "tool_choice", tools)
    return choice


def _check_exclusions(
    body: ChatCompletionBody, constraint: Constraint | None, tools: tuple[Tool, ...], choice: ToolChoice
) -> None:
    if constraint is not None and body.stop:
        raise ConflictingFields("stop", "response_format", "a document that is cut does not match its schema")
    if not body.ignore_eos:
        return
    if constraint is not None:
        raise ConflictingFields("ignore_eos", "response_format", "a document has an end")
    if tools and choice.mode != "none":
        raise ConflictingFields("ignore_eos", "tools", 'calls have an end, unless tool_choice is "none"')


def _max_tokens(body: ChatCompletionBody) -> int | None:
    """As many as asked for, under either name; None is as many as the context holds."""
    given = {
        name: value
        for name, value in (("max_tokens", body.max_tokens), ("max_completion_tokens", body.max_completion_tokens))
        if value is not None
    }
    for name, value in given.items():
        if value == 0:
            raise InvalidField(name, 0, "an integer from 1, or -1 for as many as the context holds")
    if len(set(given.values())) > 1:
        raise ConflictingFields("max_tokens", "max_completion_tokens", "they differ")
    most = next(iter(given.values()), -1)
    return most if most > 0 else None


def _logprobs(body: ChatCompletionBody) -> int | None:
    """The number of alternatives per token, None for no log-probabilities."""
    if body.top_logprobs and not body.logprobs:
        raise InvalidField("top_logprobs", body.top_logprobs, "a number beside logprobs: true")
    return (body.top_logprobs or 0) if body.logprobs else None


def _sampling(body: ChatCompletionBody) -> Sampling:
    return Sampling(
        temperature=body.temperature,
        top_k=body.top_k,
        top_p=body.top_p,
        min_p=body.min_p,
        repeat_penalty=body.repeat_penalty,
        frequency_penalty=body.frequency_penalty,
        presence_penalty=body.presence_penalty,
        seed=body.seed,
        logit_bias=token_biases(body.logit_bias, "logit_bias"),
    )
