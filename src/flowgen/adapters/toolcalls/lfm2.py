"""LFM2's calls: a list in Python's notation between two special tokens, text before and after it.

Let me look.<|tool_call_start|>[get_weather(city="Paris", days=2), now()]<|tool_call_end|>
"""

import re
from collections.abc import Sequence

from flowgen.adapters.toolcalls.answer_parser import AnswerParser, read_tagged
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading
from flowgen.adapters.toolcalls.json_calls import JsonCallReader
from flowgen.adapters.toolcalls.pythonic import PythonicReader
from flowgen.adapters.toolcalls.pythonic_grammar import PythonicGrammar
from flowgen.adapters.toolcalls.pythonic_writer import write_calls
from flowgen.application import lark
from flowgen.domain.generation import SilentSpan
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup, Match, TemplateProbe

_OPENING = "<|tool_call_start|>"
_CLOSING = "<|tool_call_end|>"
_SPACE = re.compile(r"\s+")
_JSON_BODY = re.compile(re.escape(_OPENING) + r"\s*\[?\s*\{")


class Lfm2:
    """The format of LFM2 and LFM2.5."""

    name = "lfm2"

    def match(self, probe: TemplateProbe) -> Match | None:
        if _JSON_BODY.search(probe.source) or _JSON_BODY.search(probe.rendered):
            return None  # openPangu has the same markers around JSON
        if "<|tool_list_start|>" in probe.source:
            return Match(rank=40, reason="the template lists tools in <|tool_list_start|>")
        if _OPENING in probe.source or _OPENING in probe.rendered:
            return Match(rank=30, reason=f"the template writes calls after {_OPENING}")
        if {_OPENING, _CLOSING} <= probe.control_tokens:
            return Match(rank=10, reason=f"the vocabulary has the special token {_OPENING}")
        return None

    def markup(self, tools: Sequence[Tool]) -> Markup:
        return Markup(preserved=(_OPENING, _CLOSING), silent_spans=(SilentSpan(opening=_OPENING, closing=_CLOSING),))

    def grammar(self, plan: AnswerPlan) -> GrammarPart:
        calls = PythonicGrammar("lfm2", plan)
        opening, closing = (lark.marker(text, plan.control_tokens) for text in (_OPENING, _CLOSING))
        is_token = lark.is_token(_OPENING, plan.control_tokens)
        rules = [
            f"lfm2_calls: {opening} lfm2_body",
            f'lfm2_body: "[" {calls.list_of_calls()} "]" {closing}',
            f"lfm2_text: LFM2_TEXT\nLFM2_TEXT: {lark.text_without([_OPENING], plan.reserved)}",
        ]
        if not is_token:
            rules.append("lfm2_text_calls: lfm2_head lfm2_body\nlfm2_head[lazy]: LFM2_HEAD")
            rules.append(f"LFM2_HEAD: {lark.text_up_to(_OPENING, plan.reserved)}")
        return GrammarPart(
            rules="\n".join([*rules, *calls.rules]),
            calls="lfm2_calls",
            text="lfm2_text",
            text_calls=None if is_token else "lfm2_text_calls",
            parts=calls.parts,
        )

    def parser(self, start: AnswerStart) -> AnswerParser:
        def read_block(stream: CharacterStream, events: CallEvents) -> Reading[None]:
            is_lenient = not start.is_strict
            if is_lenient and (yield from _is_json(stream)):
                yield from JsonCallReader(stream, events, is_lenient=True).calls()
            else:
                yield from PythonicReader(stream, events, is_lenient=is_lenient).calls()

        return AnswerParser(read_tagged(_OPENING, _CLOSING, read_block))

    def write(self, calls: Sequence[ToolCall]) -> str:
        if not calls:
            return ""
        return f"{_OPENING}{write_calls(calls, markers=('<|',))}{_CLOSING}"


def _is_json(stream: CharacterStream) -> Reading[bool]:
    """Say whether the block goes on as `{` or `[{`; nothing of it is taken."""
    place = len(stream.marked)
    yield from stream.take_run(_SPACE)
    character = yield from stream.peek()
    if character == "[":
        stream.skip(1)
        yield from stream.take_run(_SPACE)
        character = yield from stream.peek()
    stream.rewind(place)
    return character == "{"
