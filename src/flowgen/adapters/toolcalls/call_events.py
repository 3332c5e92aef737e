"""Tells calls as events, in order. Knows their numbering; refuses to know how they are written."""

from collections.abc import Callable

from flowgen.domain.events import (
    ContentDelta,
    MalformedToolCall,
    ParsedEvent,
    ToolCallArguments,
    ToolCallFinished,
    ToolCallStarted,
)
from flowgen.domain.messages import ToolCall
from flowgen.domain.values import JsonObject


class CallEvents:
    """The events of one answer since they were last taken. A call that was begun keeps its number, broken or not."""

    def __init__(self) -> None:
        self._events: list[ParsedEvent] = []
        self._num_calls = 0
        self._name = ""

    def take(self) -> list[ParsedEvent]:
        """Give the events so far, neighbouring pieces of one text joined, and begin anew."""
        events, self._events = self._events, []
        return _joined(events)

    def content(self, text: str) -> None:
        if text:
            self._events.append(ContentDelta(text=text))

    def begin(self, name: str) -> Callable[[str], None]:
        """Tell a call's name; give what takes its arguments' JSON text."""
        index, self._name = self._num_calls, name
        self._num_calls += 1
        self._events.append(ToolCallStarted(index=index, name=name))
        return lambda piece: self._events.append(ToolCallArguments(index=index, json=piece))

    def complete(self, arguments: JsonObject) -> None:
        call = ToolCall(name=self._name, arguments=arguments)
        self._events.append(ToolCallFinished(index=self._num_calls - 1, call=call))

    def malformed(self, raw: str, reason: str) -> None:
        self._events.append(MalformedToolCall(raw=raw, reason=reason))


def _joined(events: list[ParsedEvent]) -> list[ParsedEvent]:
    joined: list[ParsedEvent] = []
    for event in events:
        last = joined[-1] if joined else None
        if isinstance(event, ContentDelta) and isinstance(last, ContentDelta):
            joined[-1] = ContentDelta(text=last.text + event.text)
        elif isinstance(event, ToolCallArguments) and isinstance(last, ToolCallArguments):
            joined[-1] = ToolCallArguments(index=event.index, json=last.json + event.json)
        elif not isinstance(event, ToolCallArguments) or event.json:
            joined.append(event)
    return joined
