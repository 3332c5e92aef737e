"""Hermes' calls: JSON in tags, text before and after them. Qwen 2.5 and 3 and many others have learnt it.

<tool_call>
{"name": "get_weather", "arguments": {"city": "Paris"}}
</tool_call>
"""

from collections.abc import Sequence

from flowgen.adapters.toolcalls.answer_parser import AnswerParser, read_tagged
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading
from flowgen.adapters.toolcalls.json_calls import JsonCallReader
from flowgen.adapters.toolcalls.json_grammar import JsonGrammar
from flowgen.adapters.toolcalls.json_writer import write_call
from flowgen.application import lark
from flowgen.domain.generation import SilentSpan
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup, Match, TemplateProbe

_OPENING = "<tool_call>"
_CLOSING = "</tool_call>"
_OTHER_BODIES = ("<function=", "<arg_key>", "<tool_sep>", "<parameter", "<tool_calls>")


class HermesJson:
    """The format of Hermes 2 and 3, Qwen 2.5 and 3, and of all whose calls are JSON in `<tool_call>`."""

    name = "hermes_json"

    def match(self, probe: TemplateProbe) -> Match | None:
        texts = probe.source + probe.rendered
        if _OPENING not in texts or any(other in texts for other in _OTHER_BODIES):
            return None
        if '"name"' in texts.replace("\\", "") and '"arguments"' in texts.replace("\\", ""):
            return Match(rank=30, reason=f"the template writes calls as JSON in {_OPENING}")
        return None

    def markup(self, tools: Sequence[Tool]) -> Markup:
        return Markup(preserved=(_OPENING, _CLOSING), silent_spans=(SilentSpan(opening=_OPENING, closing=_CLOSING),))

    def grammar(self, plan: AnswerPlan) -> GrammarPart:
        calls = JsonGrammar("hermes_json", plan)
        opening, closing = (lark.marker(text, plan.control_tokens) for text in (_OPENING, _CLOSING))
        is_token = lark.is_token(_OPENING, plan.control_tokens)
        again = f'("\\n" {opening} hermes_json_body)*' if plan.is_parallel else ""
        rules = [
            f"hermes_json_calls: {opening} hermes_json_body {again}",
            f'hermes_json_body: "\\n" hermes_json_call "\\n" {closing}',
            f"hermes_json_call: {calls.any_call()}",
            f"hermes_json_text: HERMES_JSON_TEXT\nHERMES_JSON_TEXT: {lark.text_without([_OPENING], plan.reserved)}",
        ]
        if not is_token:
            rules.append(f"hermes_json_text_calls: hermes_json_head hermes_json_body {again}")
            rules.append("hermes_json_head[lazy]: HERMES_JSON_HEAD")
            rules.append(f"HERMES_JSON_HEAD: {lark.text_up_to(_OPENING, plan.reserved)}")
        return GrammarPart(
            rules="\n".join([*rules, *calls.rules]),
            calls="hermes_json_calls",
            text="hermes_json_text",
            text_calls=None if is_token else "hermes_json_text_calls",
            parts=calls.parts,
        )

    def parser(self, start: AnswerStart) -> AnswerParser:
        def read_block(stream: CharacterStream, events: CallEvents) -> Reading[None]:
            yield from JsonCallReader(stream, events, is_lenient=not start.is_strict).calls()

        return AnswerParser(read_tagged(_OPENING, _CLOSING, read_block))

    def write(self, calls: Sequence[ToolCall]) -> str:
        markers = (_OPENING, _CLOSING, "<|")
        return "\n".join(f"{_OPENING}\n{write_call(call, markers)}\n{_CLOSING}" for call in calls)
