"""Reads one answer of a model as a case for tests and the command line. Knows what a prompt may leave open; refuses to
know any syntax."""

from collections.abc import Sequence
from typing import Any

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.messages import Messages
from flowgen.application.reasoning import ReasoningSplitter
from flowgen.domain.events import (
    ContentDelta,
    MalformedToolCall,
    ParsedEvent,
    ReasoningDelta,
    ToolCallArguments,
    ToolCallFinished,
    ToolCallStarted,
)
from flowgen.domain.messages import Tool
from flowgen.domain.ports import ToolCallFormat
from flowgen.domain.prompts import ReasoningTags
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import JsonObject, JsonValue, Value

_UNDECLARED = Declaration(name="", calls=None, reasoning=ReasoningTags())
"""What is taken of a format that says nothing of reasoning."""


class Case(Value, frozen=True):
    """An answer's text and what its request was. `partial`: the state now, the answer has not ended."""

    format: str
    raw: str
    tools: list[JsonObject] | None = None
    generation_prompt: str | None = None
    prompt_opens_thinking: bool | None = None
    enable_thinking: bool | None = None
    reasoning_format: str | None = None
    chunks: list[str] | None = None
    partial: bool = False


class ReadCall(Value, frozen=True):
    """A call. `arguments` None: they are not complete; `arguments_raw` is their text so far, `id` the model's own."""

    name: str
    arguments: JsonValue = None
    arguments_raw: str = ""
    id: str = ""


class CaseReading(Value, frozen=True):
    """What an answer came to. What was no call stays in the content, with a warning."""

    content: str
    reasoning: str
    tool_calls: tuple[ReadCall, ...]
    warnings: tuple[str, ...]


def read_case(case: Case, syntax: ToolCallFormat) -> CaseReading:
    """Read one answer. Never raises on its text."""
    declared = syntax.declaration if isinstance(syntax, DeclaredFormat) else _UNDECLARED
    is_separate = _is_separate(case, declared)
    is_read = is_separate or not declared.calls_in_reasoning
    tags = declared.reasoning if is_read else None
    opened = _opened(case, declared.reasoning)
    ends = syntax.reasoning_ends() if isinstance(syntax, DeclaredFormat) else ()
    splitter = ReasoningSplitter(tags, is_open=bool(opened), ends=ends, is_verbatim=not is_separate)
    tools = tuple(_tool(tool) for tool in case.tools or ())
    parser = syntax.parser(
        AnswerStart(
            tools=tools,
            is_strict=False,
            generation_prompt=case.generation_prompt or "",
            separates_reasoning=is_separate,
        )
    )
    events: list[ParsedEvent] = []

    def take(pieces: Sequence[ReasoningDelta | ContentDelta]) -> None:
        for piece in pieces:
            events.extend([piece] if isinstance(piece, ReasoningDelta) else parser.feed(piece.text))

    for chunk in case.chunks or [case.raw]:
        take(splitter.feed(chunk))
    if not case.partial:
        take(splitter.finish())
        events.extend(parser.finish("stop"))
    closing = declared.reasoning.closing.strip() if declared.reasoning else ""
    prefix = opened if not is_separate and closing in case.raw else ""
    return _folded(
        events, prefix, frozenset(tool.name for tool in tools), is_separate=is_separate, is_partial=case.partial
    )


def _is_separate(case: Case, declared: Declaration) -> bool:
    if case.reasoning_format is not None:
        return case.reasoning_format != "none"
    if isinstance(declared.calls, Messages):
        return True
    return bool(case.prompt_opens_thinking or case.enable_thinking)


def _opened(case: Case, tags: ReasoningTags | None) -> str:
    """The text with which the prompt has opened a block of reasoning; empty where it has not."""
    if tags is None:
        return ""
    prompt = case.generation_prompt or ""
    opening = tags.opening.strip()
    place = prompt.rfind(opening)
    if place >= 0 and tags.closing.strip() not in prompt[place + len(opening) :]:
        return prompt[place:]
    return opening if case.prompt_opens_thinking else ""


def _tool(wire: JsonObject) -> Tool:
    function: dict[str, Any] = wire.get("function", wire)
    parameters = function.get("parameters")
    return Tool(name=function["name"], parameters=parameters if isinstance(parameters, dict) else {})


def _folded(
    events: Sequence[ParsedEvent], content: str, names: frozenset[str], *, is_separate: bool, is_partial: bool
) -> CaseReading:
    reasoning = ""
    warnings: list[str] = []
    calls: dict[int, ReadCall] = {}
    for event in events:
        match event:
            case ContentDelta(text=text):
                content += text
            case ReasoningDelta(text=text):
                reasoning, content = (reasoning + text, content) if is_separate else (reasoning, content + text)
            case MalformedToolCall(raw=raw, reason=reason):
                content += raw
                warnings.append(f"{raw[:80]!r} is no call: {reason}.")
            case ToolCallStarted(index=index, name=name, id=call_id):
                calls[index] = ReadCall(name=name, id=call_id)
                if names and name not in names:
                    warnings.append(f"The model called {name!r}, which is not among the tools.")
            case ToolCallArguments(index=index, json=piece):
                began = calls[index]
                calls[index] = ReadCall(name=began.name, id=began.id, arguments_raw=began.arguments_raw + piece)
            case ToolCallFinished(index=index, call=call):
                began = calls[index]
                calls[index] = ReadCall(
                    name=began.name, id=began.id or call.id, arguments_raw=began.arguments_raw, arguments=call.arguments
                )
    told = tuple(call for call in calls.values() if is_partial or call.arguments is not None)
    return CaseReading(content=content, reasoning=reasoning, tool_calls=told, warnings=tuple(warnings))
