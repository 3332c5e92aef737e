"""Turns an answer's text into events: reasoning, content, calls. Refuses to know tokens and any syntax of calls."""

import secrets
from collections.abc import Callable, Iterable, Sequence

import msgspec

from flowgen.application.reasoning import ReasoningSplitter
from flowgen.domain.events import ContentDelta, ParsedEvent, ReasoningDelta, ToolCallFinished, ToolCallStarted
from flowgen.domain.generation import FinishReason
from flowgen.domain.ports import ToolCallParser


class AnswerParser:
    """One per answer. Gives each call an id, and a warning for a call of a tool that was not offered."""

    def __init__(
        self,
        splitter: ReasoningSplitter,
        calls: ToolCallParser | None,
        tool_names: frozenset[str],
        new_id: Callable[[], str] | None = None,
    ) -> None:
        """`new_id` makes ids in the letters that the model's template asks for."""
        self.warnings: list[str] = []
        self._splitter = splitter
        self._calls = calls
        self._tool_names = tool_names
        self._new_id = new_id or _new_id
        self._ids: dict[int, str] = {}

    def feed(self, text: str) -> list[ParsedEvent]:
        """Take more text."""
        return self._parsed(self._splitter.feed(text))

    def finish(self, reason: FinishReason) -> list[ParsedEvent]:
        """The text has ended."""
        events = self._parsed(self._splitter.finish())
        if self._calls is not None:
            events += self._identified(self._calls.finish(reason))
        return events

    def _parsed(self, pieces: Iterable[ReasoningDelta | ContentDelta]) -> list[ParsedEvent]:
        events: list[ParsedEvent] = []
        for piece in pieces:
            if self._calls is None or isinstance(piece, ReasoningDelta):
                events.append(piece)
            else:
                events += self._identified(self._calls.feed(piece.text))
        return events

    def _identified(self, events: Sequence[ParsedEvent]) -> list[ParsedEvent]:
        return [self._with_id(event) for event in events]

    def _with_id(self, event: ParsedEvent) -> ParsedEvent:
        if isinstance(event, ToolCallStarted):
            return msgspec.structs.replace(event, id=self._id_of(event.index, event.id))
        if isinstance(event, ToolCallFinished):
            if event.call.name not in self._tool_names:
                self.warnings.append(f"The model called {event.call.name!r}, which is not among the tools.")
            call = msgspec.structs.replace(event.call, id=self._id_of(event.index, event.call.id))
            return msgspec.structs.replace(event, call=call)
        return event

    def _id_of(self, index: int, own: str) -> str:
        """The id that the model gave the call, if it did so before the call was told of, or a new one."""
        return self._ids.setdefault(index, own or self._new_id())


def _new_id() -> str:
    return f"call_{secrets.token_hex(12)}"
