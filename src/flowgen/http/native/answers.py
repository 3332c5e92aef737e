"""Answers: domain -> wire, events and whole ones. Pure; refuses to know sockets and clocks."""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from flowgen.application.lifecycle import HostSnapshot, LoadReport
from flowgen.domain.chat import ChatAnswer
from flowgen.domain.events import ChatEvent, ContentDelta, ReasoningDelta
from flowgen.domain.generation import Timings, TokenAlternative, TokenLogprob, Usage
from flowgen.domain.model import EngineStatus
from flowgen.domain.values import JsonObject, Value
from flowgen.http.native.answer_wire import (
    CachedBody,
    CallBody,
    ChoiceBody,
    ChosenBody,
    CompletionBody,
    HealthBody,
    LoadedBody,
    LogprobBody,
    LogprobsBody,
    MessageBody,
    TimingsBody,
    UnloadedBody,
    UsageBody,
)

LEAST_LOGPROB = -9999.0
"""What OpenAI writes for a token that cannot be; JSON has no minus infinity."""


class Envelope(Value, frozen=True):
    """What an answer is sent in: its id, the model's name and the time (Unix seconds)."""

    id: str
    model: str
    created: int
    with_logprobs: bool = False
    warnings: tuple[str, ...] = ()


def piece(event: ChatEvent) -> JsonObject | None:
    """The streamed form of an event; None for those that only the whole answer shows."""
    match event:
        case ContentDelta(text=text) if text:
            return {"content": text}
        case ReasoningDelta(text=text) if text:
            return {"reasoning": text}
        case _:
            return None


def completion(answer: ChatAnswer, envelope: Envelope) -> CompletionBody:
    """The whole answer."""
    message = MessageBody(content=answer.content, reasoning=answer.reasoning or UNSET)
    choice = ChoiceBody(
        message=message,
        finish_reason=answer.finish.reason,
        logprobs=_logprobs(answer.logprobs) if envelope.with_logprobs else UNSET,
    )
    cut = [f"A tool call is not whole ({call.reason}); see incomplete_tool_call." for call in answer.malformed]
    return CompletionBody(
        id=envelope.id,
        model=envelope.model,
        created=envelope.created,
        choices=[choice],
        tool_calls=[CallBody(name=call.name, arguments=call.arguments, id=call.id) for call in answer.tool_calls],
        usage=_usage(answer.finish.usage),
        timings=_timings(answer.finish.timings),
        incomplete_tool_call="\n".join(call.raw for call in answer.malformed) if answer.malformed else UNSET,
        warnings=[*envelope.warnings, *answer.warnings, *cut] or UNSET,
    )


def _usage(usage: Usage) -> UsageBody:
    return UsageBody(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
        prompt_tokens_details=CachedBody(cached_tokens=usage.cached_tokens),
    )


def _timings(timings: Timings | None) -> TimingsBody | UnsetType:
    if timings is None:
        return UNSET
    return TimingsBody(
        queue_s=timings.queue_s,
        compile_s=timings.compile_s,
        prompt_s=timings.prompt_s,
        generation_s=timings.generation_s,
    )


def _logprobs(logprobs: Sequence[TokenLogprob]) -> LogprobsBody:
    return LogprobsBody(content=[_chosen(logprob) for logprob in logprobs])


def _chosen(logprob: TokenLogprob) -> ChosenBody:
    chosen = _alternative(logprob.chosen)
    return ChosenBody(
        token=chosen.token,
        logprob=chosen.logprob,
        bytes=chosen.bytes,
        top_logprobs=[_alternative(other) for other in logprob.top],
    )


def _alternative(token: TokenAlternative) -> LogprobBody:
    return LogprobBody(
        token=token.data.decode(errors="replace"),
        logprob=max(token.logprob, LEAST_LOGPROB),
        bytes=list(token.data),
    )


def loaded(report: LoadReport, warnings: Sequence[str] = ()) -> LoadedBody:
    """The answer of /load and of /models/current."""
    return LoadedBody(
        model=report.name,
        model_path=report.model_path,
        architecture=report.architecture,
        parameters=report.num_parameters,
        context=report.n_ctx,
        size=report.size,
        seconds=report.seconds,
        template=report.template,
        tool_call_format=report.tool_call_format,
        tool_call_format_reason=report.tool_call_format_reason,
        options=report.options,
        chat_defaults=report.chat_defaults,
        replaced=report.replaced or UNSET,
        warnings=[*warnings, *report.warnings],
    )


def health(snapshot: HostSnapshot, engine: EngineStatus | None = None) -> tuple[HealthBody, int]:
    """The answer of /health and its status; `engine` is that of a model that is ready."""
    model = snapshot.model.spec.name if snapshot.model and snapshot.state == "ready" else None
    if engine is not None and not engine.is_alive:
        return HealthBody(status="failed", model=model, error=engine.reason or "The engine has ended."), 503
    match snapshot.state:
        case "loading":
            return HealthBody(status="loading", model=model, loading=snapshot.loading or UNSET), 503
        case "closed":
            return HealthBody(status="closing", model=model), 503
        case "draining":
            return HealthBody(status="draining", model=model), 200
        case _:
            return HealthBody(status="ok", model=model, loading=snapshot.loading or UNSET), 200


def unloaded(name: str | None, warnings: Sequence[str]) -> UnloadedBody:
    """The answer of /unload."""
    return UnloadedBody(model=name, warnings=list(warnings) or UNSET)
