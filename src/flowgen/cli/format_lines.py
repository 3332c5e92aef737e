"""One line in, one answer out, for `flowgen formats`. Knows the lines' keys; refuses to know where they come from."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from flowgen.adapters.constraints.grammars import grammar_of
from flowgen.adapters.toolcalls.reading import Case, CaseReading, read_case
from flowgen.adapters.toolcalls.registry import FormatsByName
from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.domain.constraints import Lark
from flowgen.domain.errors import InvalidField
from flowgen.domain.messages import ToolCall, ToolChoice
from flowgen.domain.ports import ToolCallFormat
from flowgen.domain.values import JsonObject, Value
from flowgen.http import conversation


class WrittenCalls(Value, frozen=True):
    """A line of `write`."""

    format: str
    calls: list[JsonObject]


class FormatLines:
    """Answers lines with the formats there are. Its methods raise FlowGenError, and msgspec's errors for a line that
    is no such object."""

    def __init__(self, formats: FormatsByName) -> None:
        self._formats = formats

    def parse(self, line: bytes) -> JsonObject:
        """What an answer's text comes to; other keys of the line are left alone, and so are nulls."""
        keys = {name: value for name, value in msgspec.json.decode(line, type=dict).items() if value is not None}
        case = msgspec.convert(keys, Case)
        _check_tools(case.tools or [])
        return _told(read_case(case, self._format(case.format)))

    def write(self, line: bytes) -> JsonObject:
        """Calls as a format's model would write them."""
        written = msgspec.json.decode(line, type=WrittenCalls)
        calls = [_call(item, index) for index, item in enumerate(written.calls)]
        return {"raw": self._format(written.format).write(calls)}

    def grammar(self, name: str, path: str, choice: str) -> str:
        """The grammar of answers that may call the tools of a file. Raises what `bind_answer` raises."""
        tools = conversation.tools(_tool_list(path), [])
        mode = choice if choice in ("auto", "required") else "named"
        wanted = ToolChoice(mode=mode, name=choice if mode == "named" else None)  # type: ignore[arg-type]  # one of three
        bound = bind_answer(AnswerShape(tools=tools, choice=wanted, format=self._format(name)))
        if not isinstance(bound.constraint, Lark):
            raise InvalidField("tools", [], "at least one tool")
        return _whole(bound.constraint)

    def _format(self, name: str) -> ToolCallFormat:
        if name not in self._formats.names():
            raise InvalidField("format", name, f"one of {', '.join(self._formats.names())}")
        return self._formats.get(name)


def _told(reading: CaseReading) -> JsonObject:
    calls: list[JsonObject] = []
    for call in reading.tool_calls:
        told: JsonObject = {"name": call.name, "arguments": call.arguments}
        if call.arguments is None:
            told["arguments_raw"] = call.arguments_raw
        calls.append(told | ({"id": call.id} if call.id else {}))
    return {
        "content": reading.content,
        "reasoning": reading.reasoning,
        "tool_calls": calls,
        "warnings": list(reading.warnings),
    }


def _check_tools(tools: Sequence[JsonObject]) -> None:
    for index, tool in enumerate(tools):
        function = tool.get("function", tool)
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise InvalidField(f"tools[{index}]", tool, '{"function": {"name": ..., "parameters": ...}}')


def _call(item: JsonObject, index: int) -> ToolCall:
    function = item.get("function", item)
    match function:
        case {"name": str(name)} if isinstance(arguments := function.get("arguments", {}), dict):
            return ToolCall(name=name, arguments=arguments, id=str(item.get("id") or ""))
    raise InvalidField(f"calls[{index}]", item, '{"name": ..., "arguments": {...}}')


def _tool_list(path: str) -> list[Any]:
    try:
        found = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidField("--tools", path, f"a file with a JSON list of tools ({error})") from None
    if isinstance(found, dict) and isinstance(found.get("tools"), list):
        found = found["tools"]
    if not isinstance(found, list):
        raise InvalidField("--tools", path, "a file with a JSON list of tools")
    return found


def _whole(constraint: Lark) -> str:
    """The grammar in one text: its parts stand where they are named."""
    grammars = json.loads(grammar_of(constraint).text)["grammars"]
    parts = {grammar["name"]: _inline(grammar) for grammar in grammars if "name" in grammar}
    names = "|".join(sorted(map(re.escape, parts), key=len, reverse=True))
    return re.sub(rf"@({names})\b", lambda name: parts[name[1]], constraint.grammar) if parts else constraint.grammar


def _inline(grammar: JsonObject) -> str:
    if "json_schema" in grammar:
        return f"%json {json.dumps(grammar['json_schema'])}"
    return f"%lark {{\n{grammar['lark_grammar']}\n}}"
