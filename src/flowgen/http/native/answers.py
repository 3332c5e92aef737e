"""Answers: domain -> wire, events and whole ones. Pure; refuses to know sockets and clocks."""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from flowgen.application.lifecycle import HostSnapshot, LoadReport
from flowgen.domain.chat import ChatAnswer
from flowgen.domain.events import ChatEvent, ContentDelta, ReasoningDelta
from flowgen.domain.generation import Timings
from flowgen.domain.model import EngineStatus, SequenceStatus
from flowgen.domain.values import JsonObject, Value
from flowgen.http.answer_parts import logprobs_body, usage_body
from flowgen.http.native.answer_wire import (
    CacheBody,
    CallBody,
    ChoiceBody,
    CompletionBody,
    EngineBody,
    HealthBody,
    LoadedBody,
    MessageBody,
    SequenceBody,
    TimingsBody,
    UnloadedBody,
)


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
        logprobs=logprobs_body(answer.logprobs) if envelope.with_logprobs else UNSET,
    )
    cut = [f"A tool call is not whole ({call.reason}); see incomplete_tool_call." for call in answer.malformed]
    return CompletionBody(
        id=envelope.id,
        model=envelope.model,
        created=envelope.created,
        choices=[choice],
        tool_calls=[CallBody(name=call.name, arguments=call.arguments, id=call.id) for call in answer.tool_calls],
        usage=usage_body(answer.finish.usage),
        timings=_timings(answer.finish.timings),
        incomplete_tool_call="\n".join(call.raw for call in answer.malformed) if answer.malformed else UNSET,
        warnings=[*envelope.warnings, *answer.warnings, *cut] or UNSET,
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


def loaded(report: LoadReport, warnings: Sequence[str] = (), *, is_leaving: bool = False) -> LoadedBody:
    """The answer of /load and of /models/current; a model that is leaving ends its answers and takes no new ones."""
    return LoadedBody(
        status="draining" if is_leaving else "loaded",
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


def engine(status: EngineStatus) -> EngineBody:
    """The answer of /engine."""
    return EngineBody(
        num_running=status.num_running,
        num_waiting=status.num_waiting,
        num_cells=status.num_cells,
        num_cells_used=status.num_cells_used,
        cache=CacheBody(
            num_cells=status.cache.num_cells, host_bytes=status.cache.host_bytes, hit_rate=status.cache.hit_rate
        ),
        tokens_per_second=status.tokens_per_second,
        sequences=[_sequence(sequence) for sequence in status.sequences],
    )


def _sequence(sequence: SequenceStatus) -> SequenceBody:
    return SequenceBody(
        state=sequence.state,
        num_prompt_tokens=sequence.num_prompt_tokens,
        num_cached_tokens=sequence.num_cached_tokens,
        num_computed_tokens=sequence.num_computed_tokens,
        num_generated_tokens=sequence.num_generated_tokens,
    )
