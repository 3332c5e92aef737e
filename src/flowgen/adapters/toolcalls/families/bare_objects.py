"""Calls whose arguments are objects with bare keys and strings between markers.

<|tool_call>call:get_weather{city:<|"|>Paris<|"|>,days:3}<tool_call|>
"""

from collections.abc import Sequence
from functools import partial

from flowgen.adapters.toolcalls.answer_reader import BlockReader, Openings
from flowgen.adapters.toolcalls.argument_types import ToolTypes
from flowgen.adapters.toolcalls.bare_object_notation import BareObjectNotation
from flowgen.adapters.toolcalls.bare_object_reader import BareObjectReader
from flowgen.adapters.toolcalls.block_grammar import BlockGrammar, choice, markup_of
from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, text_until
from flowgen.adapters.toolcalls.expected import Expected, run_without
from flowgen.adapters.toolcalls.markers import Markers, stripped
from flowgen.adapters.toolcalls.node_rules import NodeRules
from flowgen.adapters.toolcalls.tool_arguments import grammar_arguments
from flowgen.application import lark
from flowgen.domain.errors import CannotWrite, ConstraintRefused
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup
from flowgen.domain.values import Value

_NAME = Markers(("{", "\n", "<"))
_USUAL_NAME = Expected(run_without(_NAME.texts), "{")


class BareObjects(Value, frozen=True):
    """The syntax: `opening` NAME `{` arguments `}` `closing`; strings stand between two `string_mark`."""

    opening: str
    closing: str
    string_mark: str
    separator: str = ""

    def openings(self) -> Openings:
        return Openings(marked=stripped(self.opening), closings=stripped(self.closing))

    def write(self, calls: Sequence[ToolCall], *, is_checked: bool = True) -> str:
        """With `is_checked` false a text that ends too early is written all the same."""
        return self.separator.join(self._written(call, is_checked) for call in calls)

    def _written(self, call: ToolCall, is_checked: bool) -> str:
        if is_checked and not _carries_name(call.name):
            raise CannotWrite(f"{call.name!r} cannot be a tool's name in this format.")
        literal = BareObjectNotation(mark=self.string_mark).literal(call.arguments, is_checked=is_checked)
        return f"{self.opening}{call.name}{literal}{self.closing}"

    def grammar(self, name: str, plan: AnswerPlan, dropped: Sequence[str] = ()) -> GrammarPart:
        grammar = BlockGrammar(name, plan, dropped)
        calls = []
        for index, tool in enumerate(plan.tools):
            if not _carries_name(tool.name):
                reason = f"{tool.name!r} cannot be a tool's name in this model's format of calls"
                raise ConstraintRefused(f"tools[{index}].function.name", reason)
            field = f"tools[{index}].function.parameters"
            lowered = grammar_arguments(grammar, tool, field)
            notation = BareObjectNotation(mark=self.string_mark)
            rules = NodeRules(grammar, f"{grammar.name}_{index}", lowered, notation, field)
            calls.append(f"{lark.literal(tool.name)} {rules.value(lowered.root)}")
        block = f"{grammar.add('call', choice(calls))} {grammar.texts(self.closing)}"
        return grammar.marked(self.opening, block, self.openings(), self.separator)

    def markup(self, tools: Sequence[Tool]) -> Markup:
        return markup_of(self, self.closing)

    def begun(self, start: AnswerStart) -> str:
        return ""

    def reader(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> BlockReader:
        types = None if start.is_strict else ToolTypes(start.tools)
        return partial(self._read, stream, events, types, BareObjectReader(stream, self.string_mark))

    def _read(
        self, stream: CharacterStream, events: CallEvents, types: ToolTypes | None, reader: BareObjectReader
    ) -> Reading[None]:
        stream.skip(len(self.opening))
        while not (match := _USUAL_NAME.whole.match(stream.text, stream.at)) and stream.awaits(_USUAL_NAME.part):
            yield
        name, found = (match[1], "{") if match else (yield from text_until(stream, _NAME))
        stream.at = match.end() - 1 if match else stream.at
        name = name.strip()
        if found != "{" or not name:
            raise BrokenCall("a name and { expected") if found else CutCall(stream.end)
        arguments = yield from reader.object(events.begin(name), 0, types.of(name) if types else None)
        events.complete(arguments)
        stream.set_mark()
        if closing := stream.begins_now((self.closing,)):
            stream.at += len(closing)
        else:
            yield from stream.closing((self.closing,))
        stream.set_mark()


def _carries_name(name: str) -> bool:
    return bool(name) and name == name.strip() and not any(letter in name for letter in "{\n<")
