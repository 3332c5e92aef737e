"""Folds an answer's events, and holds them to their order. For tests of anything that tells such events."""

import json
from collections.abc import Iterable

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
from flowgen.domain.values import Value


class Fold(Value, frozen=True):
    """What an answer's events come to. `texts` are contents and malformed calls in order; a call that was not finished
    has its name in `started` and its arguments' JSON text in `arguments` all the same."""

    content: str
    calls: tuple[ToolCall, ...]
    malformed: tuple[MalformedToolCall, ...]
    texts: str
    started: tuple[str, ...]
    arguments: dict[int, str]
    reasoning: str = ""

    @property
    def told(self) -> str:
        """All text that was told of the answer."""
        return "\n".join((self.texts, self.reasoning, *self.started, *self.arguments.values()))


def fold(events: Iterable[ParsedEvent]) -> Fold:
    """Fold events, and hold them to their order: started once, arguments between, then finished with the same."""
    content, texts, reasoning = "", "", ""
    calls: list[ToolCall] = []
    malformed: list[MalformedToolCall] = []
    started: list[str] = []
    arguments: dict[int, str] = {}
    for event in events:
        match event:
            case ContentDelta(text=text):
                content, texts = content + text, texts + text
            case ReasoningDelta(text=text):
                reasoning += text
            case ToolCallStarted(index=index, name=name):
                assert index == len(started)
                started.append(name)
            case ToolCallArguments(index=index, json=piece):
                assert index == len(started) - 1
                arguments[index] = arguments.get(index, "") + piece
            case ToolCallFinished(index=index, call=call):
                assert index == len(started) - 1
                assert call.name == started[index]
                assert json.loads(arguments[index]) == call.arguments
                calls.append(call)
            case MalformedToolCall(raw=raw):
                malformed.append(event)
                texts += raw
    told = (tuple(calls), tuple(malformed), tuple(started))
    return Fold(content, told[0], told[1], texts, told[2], arguments, reasoning)
