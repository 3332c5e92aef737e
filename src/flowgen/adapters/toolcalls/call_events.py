"""Tells calls as events, in order. Knows their numbering; refuses to know how they are written."""

from collections.abc import Callable

from flowgen.domain.events import (
    ContentDelta,
    MalformedToolCall,
    ParsedEvent,
    ReasoningDelta,
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
        self.num_calls = 0
        self._name = ""
        self._id = ""

    @property
    def has_calls(self) -> bool:
        return self.num_calls > 0

    def take(self) -> list[ParsedEvent]:
        """Give the events so far, neighbouring pieces of one text joined, and begin anew."""
        events, self._events = self._events, []
        return _joined(events)

    def content(self, text: str) -> None:
        if text:
            self._events.append(ContentDelta(text=text))

    def reasoning(self, text: str) -> None:
        if text:
            self._events.append(ReasoningDelta(text=text))

    def begin(self, name: str, call_id: str = "") -> Callable[[str], None]:
        """Tell a call's name, and the id that the model gave it; give what takes its arguments' JSON text."""
        index, self._name, self._id = self.num_calls, name, call_id
        self.num_calls += 1
        self._events.append(ToolCallStarted(index=index, name=name, id=call_id))

        def tell(piece: str) -> None:
            if piece:
                self._events.append(ToolCallArguments(index=index, json=piece))

        return tell

    def complete(self, arguments: JsonObject, call_id: str = "") -> None:
        """Tell that the call is whole; `call_id` is an id that came after its beginning."""
        call = ToolCall(name=self._name, arguments=arguments, id=self._id or call_id)
        self._events.append(ToolCallFinished(index=self.num_calls - 1, call=call))

    def malformed(self, raw: str, reason: str) -> None:
        self._events.append(MalformedToolCall(raw=raw, reason=reason))


def _joined(events: list[ParsedEvent]) -> list[ParsedEvent]:
    if len(events) < 2:
        return events
    joined: list[ParsedEvent] = []
    for event in events:
        last = joined[-1] if joined else None
        if isinstance(event, ContentDelta) and isinstance(last, ContentDelta):
            joined[-1] = ContentDelta(text=last.text + event.text)
        elif isinstance(event, ReasoningDelta) and isinstance(last, ReasoningDelta):
            joined[-1] = ReasoningDelta(text=last.text + event.text)
        elif isinstance(event, ToolCallArguments) and isinstance(last, ToolCallArguments):
            joined[-1] = ToolCallArguments(index=event.index, json=last.json + event.json)
        else:
            joined.append(event)
    return joined
