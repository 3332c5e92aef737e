"""Answers of OpenAI's dialect: domain -> wire, whole and in chunks. Pure; refuses to know sockets and clocks."""

import msgspec
from msgspec import UNSET, UnsetType

from flowgen.domain.chat import ChatAnswer
from flowgen.domain.events import (
    ChatEvent,
    Completed,
    ContentDelta,
    LogprobsDelta,
    MalformedToolCall,
    ReasoningDelta,
    ToolCallArguments,
    ToolCallFinished,
    ToolCallStarted,
)
from flowgen.domain.generation import FinishReason as EngineReason
from flowgen.domain.messages import ToolCall
from flowgen.domain.values import JsonObject, Value
from flowgen.http.answer_parts import LogprobsBody, UsageBody, logprobs_body, usage_body
from flowgen.http.openai.answer_wire import (
    CallBody,
    CallDelta,
    ChatChunk,
    ChatCompletion,
    ChoiceBody,
    ChunkChoice,
    Delta,
    FinishReason,
    FunctionBody,
    FunctionDelta,
    MessageBody,
)


class Envelope(Value, frozen=True):
    """What an answer is sent in: its id, the model's name and the time (Unix seconds)."""

    id: str
    model: str
    created: int
    with_logprobs: bool = False
    include_usage: bool = False
    warnings: tuple[str, ...] = ()


def completion(answer: ChatAnswer, envelope: Envelope) -> ChatCompletion:
    """The whole answer."""
    message = MessageBody(
        content=answer.content if answer.content or not answer.tool_calls else None,
        reasoning_content=answer.reasoning or UNSET,
        tool_calls=[_call(call) for call in answer.tool_calls] or UNSET,
    )
    choice = ChoiceBody(
        message=message,
        logprobs=logprobs_body(answer.logprobs) if envelope.with_logprobs else None,
        finish_reason=_reason(answer.finish.reason, has_calls=bool(answer.tool_calls)),
    )
    cut = [_cut(call) for call in answer.malformed]
    return ChatCompletion(
        id=envelope.id,
        created=envelope.created,
        model=envelope.model,
        choices=[choice],
        usage=usage_body(answer.finish.usage),
        incomplete_tool_call="\n".join(call.raw for call in answer.malformed) if answer.malformed else UNSET,
        warnings=[*envelope.warnings, *answer.warnings, *cut] or UNSET,
    )


def _reason(reason: EngineReason, *, has_calls: bool) -> FinishReason:
    return "tool_calls" if has_calls and reason == "stop" else reason


def _cut(call: MalformedToolCall) -> str:
    return f"A tool call is not whole ({call.reason}); see incomplete_tool_call."


def _call(call: ToolCall) -> CallBody:
    return CallBody(id=call.id, function=FunctionBody(name=call.name, arguments=_json(call.arguments)))


def _json(arguments: JsonObject) -> str:
    return msgspec.json.encode(arguments).decode()


class ChunkWriter:
    """Turns one answer's events into chunks. Remembers which calls were begun, and what must wait for the end.

    The content begins as null, for answers of calls alone; one without any word or call ends as the empty text."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._begun: set[int] = set()
        self._has_calls = False
        self._is_silent = True
        self._held: Delta | None = None
        self._malformed: list[MalformedToolCall] = []

    def first(self) -> ChatChunk:
        """The chunk that says who speaks; sent at once, so that the client sees the stream begin."""
        return self._chunk(Delta(role="assistant", content=None))

    def add(self, event: ChatEvent) -> list[ChatChunk]:
        """The chunks of an event; with log-probabilities, a text waits for those of its tokens, which come next."""
        match event:
            case LogprobsDelta(logprobs=logprobs):
                held, self._held = self._held, None
                return [self._chunk(held or Delta(content=""), logprobs=logprobs_body(logprobs))]
            case Completed():
                return [*self._released(), *self._end(event)]
            case MalformedToolCall():
                self._malformed.append(event)
                return []
        delta = self._delta(event)
        if delta is None:
            return []
        self._is_silent &= delta.content is UNSET and delta.tool_calls is UNSET
        if not self._envelope.with_logprobs:
            return [self._chunk(delta)]
        released, self._held = self._released(), delta
        return released

    def _delta(self, event: ChatEvent) -> Delta | None:
        match event:
            case ContentDelta(text=text):
                return Delta(content=text) if text else None
            case ReasoningDelta(text=text):
                return Delta(reasoning_content=text) if text else None
            case ToolCallStarted(index=index, name=name, id=id):
                self._begun.add(index)
                return _beginning(index, id, name, "")
            case ToolCallArguments(index=index, json=json):
                return _calls(CallDelta(index=index, function=FunctionDelta(arguments=json)))
            case ToolCallFinished(index=index, call=call):
                self._has_calls = True
                return None if index in self._begun else _beginning(index, call.id, call.name, _json(call.arguments))
            case _:
                return None

    def _released(self) -> list[ChatChunk]:
        held, self._held = self._held, None
        return [] if held is None else [self._chunk(held)]

    def _end(self, event: Completed) -> list[ChatChunk]:
        envelope = self._envelope
        reason = _reason(event.finish.reason, has_calls=self._has_calls)
        warnings = [*event.warnings, *(_cut(call) for call in self._malformed)]
        last = ChatChunk(
            id=envelope.id,
            created=envelope.created,
            model=envelope.model,
            choices=[ChunkChoice(delta=Delta(content="" if self._is_silent else UNSET), finish_reason=reason)],
            incomplete_tool_call="\n".join(call.raw for call in self._malformed) if self._malformed else UNSET,
            warnings=warnings or UNSET,
        )
        return [last, self._counts(usage_body(event.finish.usage))] if envelope.include_usage else [last]

    def _chunk(self, delta: Delta, logprobs: LogprobsBody | UnsetType = UNSET) -> ChatChunk:
        envelope = self._envelope
        return ChatChunk(
            id=envelope.id,
            created=envelope.created,
            model=envelope.model,
            choices=[ChunkChoice(delta=delta, logprobs=logprobs)],
        )

    def _counts(self, usage: UsageBody) -> ChatChunk:
        envelope = self._envelope
        return ChatChunk(id=envelope.id, created=envelope.created, model=envelope.model, choices=[], usage=usage)


def _beginning(index: int, id: str, name: str, arguments: str) -> Delta:
    return _calls(
        CallDelta(index=index, id=id, type="function", function=FunctionDelta(name=name, arguments=arguments))
    )


def _calls(call: CallDelta) -> Delta:
    return Delta(tool_calls=[call])
