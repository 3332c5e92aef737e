"""A whole answer from its events: the only path to a non-streamed one."""

from collections.abc import AsyncIterator
from typing import Protocol

from flowgen.domain.chat import ChatAnswer
from flowgen.domain.errors import EngineFailed
from flowgen.domain.events import (
    ChatEvent,
    Completed,
    ContentDelta,
    LogprobsDelta,
    MalformedToolCall,
    ReasoningDelta,
    ToolCallFinished,
)
from flowgen.domain.generation import TokenLogprob
from flowgen.domain.messages import ToolCall


class EventSource(Protocol):
    """An admitted answer: `ChatStream`. `echo` is the prompt's text where it stands before the answer."""

    model_name: str
    warnings: tuple[str, ...]
    num_prompt_tokens: int
    echo: str

    def __aiter__(self) -> AsyncIterator[ChatEvent]: ...


class AnswerFold:
    """Takes events one by one; for streams that also need the whole."""

    def __init__(self) -> None:
        self._content: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[ToolCall] = []
        self._malformed: list[MalformedToolCall] = []
        self._logprobs: list[TokenLogprob] = []
        self._completed: Completed | None = None

    def add(self, event: ChatEvent) -> None:
        """Take the next event."""
        match event:
            case ContentDelta(text=text):
                self._content.append(text)
            case ReasoningDelta(text=text):
                self._reasoning.append(text)
            case ToolCallFinished(call=call):
                self._calls.append(call)
            case MalformedToolCall():
                self._malformed.append(event)
            case LogprobsDelta(logprobs=logprobs):
                self._logprobs += logprobs
            case Completed():
                self._completed = event
            case _:
                pass  # a call's start and pieces: its end has the whole

    def answer(self, warnings: tuple[str, ...] = ()) -> ChatAnswer:
        """The whole answer; `warnings` are those of its start. Raises EngineFailed if the events did not end."""
        if self._completed is None:
            raise EngineFailed("The answer ended without a finish reason.")
        return ChatAnswer(
            content="".join(self._content),
            reasoning="".join(self._reasoning),
            tool_calls=tuple(self._calls),
            malformed=tuple(self._malformed),
            logprobs=tuple(self._logprobs),
            finish=self._completed.finish,
            warnings=(*warnings, *self._completed.warnings),
        )


async def fold(stream: EventSource) -> ChatAnswer:
    """Read a stream to its end."""
    folded = AnswerFold()
    async for event in stream:
        folded.add(event)
    return folded.answer(stream.warnings)
