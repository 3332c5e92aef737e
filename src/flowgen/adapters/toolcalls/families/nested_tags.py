"""Calls whose arguments are nested elements, every tag with a marker before it: objects are elements, lists are
<item>s.

]<]minimax[>[<tool_call>
]<]minimax[>[<invoke name="get_weather">]<]minimax[>[<city>Paris]<]minimax[>[</city>]<]minimax[>[</invoke>
]<]minimax[>[</tool_call>
"""

from collections.abc import Sequence
from functools import partial

from flowgen.adapters.toolcalls.answer_reader import BlockReader, Openings
from flowgen.adapters.toolcalls.block_grammar import BlockGrammar, choice, markup_of
from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading
from flowgen.adapters.toolcalls.json_writer import json_literal
from flowgen.adapters.toolcalls.nested_tag_reader import ITEM, TAG, NestedTagReader
from flowgen.adapters.toolcalls.nested_tag_rules import NestedTagRules
from flowgen.domain.errors import CannotWrite, ConstraintRefused
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup
from flowgen.domain.values import JsonValue, Value


class NestedTags(Value, frozen=True):
    """The syntax: every tag is `mark` and the tag; calls are `<invoke name="NAME">` in a `<tool_call>`."""

    mark: str

    @property
    def _section(self) -> str:
        return f"{self.mark}<tool_call>"

    def openings(self) -> Openings:
        return Openings(marked=(self._section, f'{self.mark}<invoke name="'), closings=(f"{self.mark}</tool_call>",))

    def write(self, calls: Sequence[ToolCall], *, is_checked: bool = True) -> str:
        """With `is_checked` false a text that ends too early is written all the same."""
        return f"{self._section}\n{''.join(self._written(call, is_checked) for call in calls)}{self.mark}</tool_call>"

    def _written(self, call: ToolCall, is_checked: bool) -> str:
        if is_checked and not _carries_name(call.name):
            raise CannotWrite(f"{call.name!r} cannot be a tool's name in this format.")
        elements = "".join(
            self._element(key, value, f"{self.mark}</{key}>", is_checked) for key, value in call.arguments.items()
        )
        return f'{self.mark}<invoke name="{call.name}">{elements}{self.mark}</invoke>\n'

    def _element(self, key: str, value: JsonValue, closing: str, is_checked: bool) -> str:
        """Give an element; a text in it must not hold `closing`."""
        if is_checked and not TAG.fullmatch(f"<{key}>"):
            raise CannotWrite(f"{key!r} cannot be an argument's name in this format.")
        return f"{self.mark}<{key}>{self._inner(value, closing, is_checked)}{self.mark}</{key}>"

    def _inner(self, value: JsonValue, closing: str, is_checked: bool) -> str:
        if isinstance(value, dict):
            return "".join(self._element(key, inner, self.mark, is_checked) for key, inner in value.items())
        if isinstance(value, list | tuple):
            return "".join(self._element(ITEM, inner, self.mark, is_checked) for inner in value)
        if not isinstance(value, str):
            return json_literal(value)
        if is_checked and closing in value:
            raise CannotWrite(f"A text that holds {closing!r} cannot be written: {value[:80]!r}.")
        return value

    def grammar(self, name: str, plan: AnswerPlan, dropped: Sequence[str] = ()) -> GrammarPart:
        grammar = BlockGrammar(name, plan, dropped)
        head = f'{self.mark}<invoke name="'
        calls = []
        for index, tool in enumerate(plan.tools):
            if not _carries_name(tool.name):
                reason = f"{tool.name!r} cannot be a tool's name in this model's format of calls"
                raise ConstraintRefused(f"tools[{index}].function.name", reason)
            arguments = NestedTagRules(grammar, self.mark, index, tool).arguments()
            calls.append(
                f"{grammar.texts(tool.name + chr(34) + '>')} {arguments} {grammar.texts(self.mark + '</invoke>')}"
            )
        one = grammar.add("call", f'{choice(calls)} "\\n"')
        more = grammar.more(grammar.texts(head), one)
        block = f"{one} {more} {grammar.texts(self.mark + '</tool_call>')}"
        return grammar.marked(f"{self._section}\n{head}", block, self.openings(), None)

    def markup(self, tools: Sequence[Tool]) -> Markup:
        return markup_of(self, f"{self.mark}</tool_call>")

    def begun(self, start: AnswerStart) -> str:
        return ""

    def reader(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> BlockReader:
        return partial(self._read, stream, events, start)

    def _read(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> Reading[None]:
        if (yield from stream.starts_with(self._section)):
            stream.skip(len(self._section))
        opening = f'{self.mark}<invoke name="'
        is_first = True
        while True:
            found = stream.space_now() or (yield from stream.space())
            if (yield from stream.starts_with(opening)):
                stream.skip(len(opening))
                yield from NestedTagReader(self.mark).call(stream, events, start)
                stream.set_mark()
                is_first = False
                continue
            if is_first:
                raise BrokenCall(f"a call expected, {found!r} found") if found else CutCall(stream.end)
            stream.rewind()
            yield from stream.closing((f"{self.mark}</tool_call>",))
            stream.set_mark()
            return


def _carries_name(name: str) -> bool:
    return bool(name) and '">' not in name and not name.endswith('"')
