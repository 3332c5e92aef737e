"""Calls without markers: the whole answer is a list in Python's notation.

[calculate_sum(a=15, b=25), get_weather(location="Paris")]
"""

import re
from collections.abc import Sequence

from flowgen.adapters.toolcalls.answer_parser import AnswerParser
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading
from flowgen.adapters.toolcalls.literals import BrokenCall
from flowgen.adapters.toolcalls.pythonic import NAME, PythonicReader
from flowgen.adapters.toolcalls.pythonic_grammar import PythonicGrammar
from flowgen.adapters.toolcalls.pythonic_writer import write_calls
from flowgen.application import lark
from flowgen.domain.generation import SilentSpan
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup, Match, TemplateProbe

_SPACE = re.compile(r"\s+")
_REST = re.compile(r"(?s:.+)")
_EXAMPLE = re.compile(r"\[\s*func(?:tion)?_name1?\s*\(")


class FunctionList:
    """The format of models that are told to answer with `[func_name1(param=value), ...]`, such as Llama 3.2."""

    name = "function_list"

    def match(self, probe: TemplateProbe) -> Match | None:
        if _EXAMPLE.search(probe.source):
            return Match(rank=20, reason="the template asks for calls such as [func_name1(...)]")
        return None

    def markup(self, tools: Sequence[Tool]) -> Markup:
        spans = (SilentSpan(opening=f"[{tool.name}(", at_start=True) for tool in tools)
        return Markup(silent_spans=tuple(spans))

    def grammar(self, plan: AnswerPlan) -> GrammarPart:
        calls = PythonicGrammar("function_list", plan)
        names = "|".join(lark.pattern(tool.name) for tool in plan.tools)
        text = lark.text_without([], plan.reserved, at_start=rf"\[\s*({names})\s*\(")
        if plan.reserved:
            text += r" & ~/\n(?s:.*)/"  # line breaks after a block of reasoning belong to it: text would swallow a call
        rules = [
            f'function_list_calls: {calls.list_of_calls(opening="[")} "]"',
            f"function_list_text: FUNCTION_LIST_TEXT\nFUNCTION_LIST_TEXT: {text}",
        ]
        return GrammarPart(
            rules="\n".join([*rules, *calls.rules]),
            calls="function_list_calls",
            text="function_list_text",
            text_before=False,
            text_after=False,
            parts=calls.parts,
        )

    def parser(self, start: AnswerStart) -> AnswerParser:
        names = frozenset(tool.name for tool in start.tools)

        def read(stream: CharacterStream, events: CallEvents) -> Reading[None]:
            if (yield from _begins_a_call(stream, names)):
                stream.rewind()
                yield from _read_calls(PythonicReader(stream, events, is_lenient=not start.is_strict), stream, events)
                stream.set_mark()
                yield from stream.take_run(_SPACE)
                if not (yield from stream.peek()):
                    return
            elif _is_cut(stream, names):
                events.malformed(stream.marked, "the token limit cut it")
                return
            yield from _read_text(stream, events)

        return AnswerParser(read)

    def write(self, calls: Sequence[ToolCall]) -> str:
        return write_calls(calls, markers=("<|",)) if calls else ""


def _begins_a_call(stream: CharacterStream, names: frozenset[str]) -> Reading[bool]:
    """Say whether the answer begins with `[` and a known tool's `name(`; waits only as long as it may."""
    stream.set_mark()
    yield from stream.take_run(_SPACE)
    if (yield from stream.peek()) != "[":
        return False
    stream.skip(1)
    yield from stream.take_run(_SPACE)
    name = ""
    while (yield from stream.peek()) and (piece := stream.take_now(NAME)):
        name += piece
        if not any(known.startswith(name) for known in names):
            return False
    yield from stream.take_run(_SPACE)
    return name in names and (yield from stream.peek()) == "("


def _is_cut(stream: CharacterStream, names: frozenset[str]) -> bool:
    """Say whether the token limit cut the answer within `[` and a known tool's name."""
    begun = "".join(stream.marked.split())
    is_over = stream.end == "length" and not stream.available
    return is_over and len(begun) > 1 and any(f"[{name}(".startswith(begun) for name in names)


def _read_calls(reader: PythonicReader, stream: CharacterStream, events: CallEvents) -> Reading[None]:
    try:
        yield from reader.calls()
    except BrokenCall as broken:
        while (yield from stream.peek()):
            stream.take_now(_REST)
        events.malformed(stream.marked, str(broken))


def _read_text(stream: CharacterStream, events: CallEvents) -> Reading[None]:
    events.content(stream.marked)
    stream.set_mark()
    while (yield from stream.peek()):
        events.content(stream.take_now(_REST))
        stream.set_mark()
