"""Answers of OpenAI's dialect: domain -> wire, whole and in chunks. Pure; refuses to know sockets and clocks."""

from collections.abc import Sequence

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
from flowgen.domain.generation import Usage
from flowgen.domain.messages import ToolCall
from flowgen.domain.values import JsonObject, Value
from flowgen.http.answer_parts import LogprobsBody, logprobs_body, usage_body
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


def completion(answers: Sequence[ChatAnswer], envelope: Envelope) -> ChatCompletion:
    """All answers to one request."""
    cut = [call for answer in answers for call in answer.malformed]
    warnings = [*envelope.warnings, *dict.fromkeys(text for answer in answers for text in answer.warnings)]
    return ChatCompletion(
        id=envelope.id,
        created=envelope.created,
        model=envelope.model,
        choices=[_choice(index, answer, envelope) for index, answer in enumerate(answers)],
        usage=usage_body(summed([answer.finish.usage for answer in answers], num_choices=len(answers))),
        incomplete_tool_call="\n".join(call.raw for call in cut) if cut else UNSET,
        warnings=[*warnings, *map(_cut, cut)] or UNSET,
    )


def summed(usages: Sequence[Usage], num_choices: int) -> Usage:
    """The counts of all answers: a prompt counts once, whatever the number of its answers."""
    prompts = usages[::num_choices]
    return Usage(
        prompt_tokens=sum(usage.prompt_tokens for usage in prompts),
        completion_tokens=sum(usage.completion_tokens for usage in usages),
        cached_tokens=sum(usage.cached_tokens for usage in prompts),
        discarded_tokens=sum(usage.discarded_tokens for usage in usages),
    )


def _choice(index: int, answer: ChatAnswer, envelope: Envelope) -> ChoiceBody:
    message = MessageBody(
        content=answer.content if answer.content or not answer.tool_calls else None,
        reasoning_content=answer.reasoning or UNSET,
        tool_calls=[_call(call) for call in answer.tool_calls] or UNSET,
    )
    return ChoiceBody(
        index=index,
        message=message,
        logprobs=logprobs_body(answer.logprobs) if envelope.with_logprobs else None,
        finish_reason=_reason(answer.finish.reason, has_calls=bool(answer.tool_calls)),
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

    def __init__(self, envelope: Envelope, index: int = 0) -> None:
        self._envelope = envelope
        self._index = index
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
                return [self._chunk(held or Delta(), logprobs=logprobs_body(logprobs))]
            case Completed():
                return [*self._released(), self._end(event)]
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

    def _end(self, event: Completed) -> ChatChunk:
        envelope = self._envelope
        reason = _reason(event.finish.reason, has_calls=self._has_calls)
        delta = Delta(content="" if self._is_silent else UNSET)
        warnings = [*event.warnings, *(_cut(call) for call in self._malformed)]
        return ChatChunk(
            id=envelope.id,
            created=envelope.created,
            model=envelope.model,
            choices=[ChunkChoice(index=self._index, delta=delta, finish_reason=reason)],
            incomplete_tool_call="\n".join(call.raw for call in self._malformed) if self._malformed else UNSET,
            warnings=warnings or UNSET,
        )

    def _chunk(self, delta: Delta, logprobs: LogprobsBody | UnsetType = UNSET) -> ChatChunk:
        envelope = self._envelope
        return ChatChunk(
            id=envelope.id,
            created=envelope.created,
            model=envelope.model,
            choices=[ChunkChoice(index=self._index, delta=delta, logprobs=logprobs)],
        )


def counts(usage: Usage, envelope: Envelope) -> ChatChunk:
    """The last chunk of a stream that was asked for the counts."""
    return ChatChunk(
        id=envelope.id, created=envelope.created, model=envelope.model, choices=[], usage=usage_body(usage)
    )


def _beginning(index: int, id: str, name: str, arguments: str) -> Delta:
    return _calls(
        CallDelta(index=index, id=id, type="function", function=FunctionDelta(name=name, arguments=arguments))
    )


def _calls(call: CallDelta) -> Delta:
    return Delta(tool_calls=[call])
