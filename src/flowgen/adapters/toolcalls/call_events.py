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
        self._content: list[str] = []
        self._arguments: list[str] = []
        self.num_calls = 0
        self._name = ""
        self._id = ""
        self._is_open = False

    @property
    def has_calls(self) -> bool:
        return self.num_calls > 0

    def take(self) -> list[ParsedEvent]:
        """Give the events so far, neighbouring pieces of one text joined, and begin anew."""
        if self._arguments or self._content:
            self._settle()
        events = self._events
        if events:
            self._events = []
            return events
        return []

    def _settle(self) -> None:
        """Make events of the texts that have gathered; only one of them has."""
        if self._content:
            self._events.append(ContentDelta(text="".join(self._content)))
            self._content.clear()
        if self._arguments:
            if json := "".join(self._arguments):
                self._events.append(ToolCallArguments(index=self.num_calls - 1, json=json))
            self._arguments.clear()

    def content(self, text: str) -> None:
        if text:
            if self._arguments:
                self._settle()
            self._content.append(text)
            if self._is_open:  # arguments, which may follow, look at no content
                self._settle()

    def reasoning(self, text: str) -> None:
        if text:
            self._settle()
            last = self._events[-1] if self._events else None
            if isinstance(last, ReasoningDelta):
                self._events[-1] = ReasoningDelta(text=last.text + text)
            else:
                self._events.append(ReasoningDelta(text=text))

    def begin(self, name: str, call_id: str = "") -> Callable[[str], None]:
        """Tell a call's name, and the id that the model gave it; give what takes its arguments' JSON text."""
        self._settle()
        index, self._name, self._id = self.num_calls, name, call_id
        self.num_calls += 1
        self._is_open = True
        self._events.append(ToolCallStarted(index=index, name=name, id=call_id))
        return self._arguments.append

    def complete(self, arguments: JsonObject, call_id: str = "") -> None:
        """Tell that the call is whole; `call_id` is an id that came after its beginning."""
        self._settle()
        self._is_open = False
        call = ToolCall(name=self._name, arguments=arguments, id=self._id or call_id)
        self._events.append(ToolCallFinished(index=self.num_calls - 1, call=call))

    def malformed(self, raw: str, reason: str) -> None:
        self._settle()
        self._is_open = False
        self._events.append(MalformedToolCall(raw=raw, reason=reason))
