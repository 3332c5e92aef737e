"""Calls whose arguments stand between texts, one by one: tagged parameters, and pairs of keys and values.

<tool_call>
<function=get_weather>
<parameter=city>
Paris
</parameter>
</function>
</tool_call>
"""

from collections.abc import Sequence

from flowgen.adapters.toolcalls.answer_reader import BlockReader, Openings
from flowgen.adapters.toolcalls.argument_types import type_of
from flowgen.adapters.toolcalls.block_grammar import BlockGrammar, choice, markup_of
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream
from flowgen.adapters.toolcalls.markers import stripped
from flowgen.adapters.toolcalls.node_rules import NodeRules
from flowgen.adapters.toolcalls.raw_text import JsonNotation, RawValues, by_kind, check_text, raw_or_json
from flowgen.adapters.toolcalls.tagged_reader import TaggedReader
from flowgen.adapters.toolcalls.tagged_texts import TaggedTexts
from flowgen.adapters.toolcalls.tagged_values import escaped
from flowgen.adapters.toolcalls.tool_arguments import argument_sets, grammar_arguments
from flowgen.domain.errors import CannotWrite, ConstraintRefused
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.schemas import Nothing, Property
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup
from flowgen.domain.values import JsonValue


class Tagged(TaggedTexts, frozen=True):
    """The syntax: its texts are TaggedTexts'."""

    def openings(self) -> Openings:
        marked = stripped(self.section_opening, self.opening, *self.other_openings, *self.other_section_openings)
        closings = stripped(self.section_closing, *self.other_section_closings) or stripped(self.closing)
        return Openings(marked=marked, closings=closings)

    def write(self, calls: Sequence[ToolCall], *, is_checked: bool = True) -> str:
        """With `is_checked` false a text that ends too early is written all the same."""
        written = [self._written(call, index, is_checked) for index, call in enumerate(calls)]
        if self.shares_section:
            return f"{self.section_opening}{self.separator.join(written)}{self.section_closing}"
        return self.separator.join(f"{self.section_opening}{text}{self.section_closing}" for text in written)

    def _written(self, call: ToolCall, index: int, is_checked: bool) -> str:
        if is_checked and not self._carries_name(call.name):
            raise CannotWrite(f"{call.name!r} cannot be a tool's name in this format.")
        arguments = (self._argument(key, value, is_checked) for key, value in call.arguments.items())
        return f"{self._head(call.name, index)}{''.join(arguments)}{self.closing}"

    def _head(self, name: str, index: int) -> str:
        attributes = self.call_attributes.replace("{}", str(index + 1))
        return f"{self.opening}{self.before_name}{self.name_opening}{self._attribute(name)}{attributes}{self.name_end}"

    def _argument(self, key: str, value: JsonValue, is_checked: bool) -> str:
        if is_checked and not self._carries_key(key):
            raise CannotWrite(f"{key!r} cannot be an argument's name in this format.")
        text = raw_or_json(value, (self.value_closing.strip(), *self.value_ends, "<|"))
        if isinstance(value, str) and is_checked:
            check_text(text, self.value_closing, self.value_ends)
            if self.has_cdata and text.startswith("<!["):
                raise CannotWrite(f"{value!r} would be read as a CDATA section.")
        return f"{self._key_text(key, type_of(value))}{text}{self.value_closing}"

    def _attribute(self, name: str) -> str:
        return escaped(name) if self.escapes_names else name

    def _key_text(self, key: str, kind: str) -> str:
        words = dict(self.type_words)
        mark = self.type_text.replace("{}", words.get(kind, words.get("*", ""))) if self.writes_types else ""
        return f"{self.key_opening}{self._attribute(key)}{self.key_end}{mark}{self.value_opening}"

    def _carries_name(self, name: str) -> bool:
        name = self._attribute(name)
        ends = ('"' if self.call_attributes else "", self.name_end.strip(), self.key_opening, self.closing.strip())
        return (
            bool(name)
            and name == name.strip()
            and not any(end in name for end in (*filter(None, ends), "\n", "{", "<"))
        )

    def _carries_key(self, key: str) -> bool:
        key = self._attribute(key)
        ends = (self.key_end.strip(), self.closing.strip())
        return bool(key) and key == key.strip() and not any(end in key for end in ends)

    def grammar(self, name: str, plan: AnswerPlan, dropped: Sequence[str] = ()) -> GrammarPart:
        grammar = BlockGrammar(name, plan, dropped)
        calls = [self._call(grammar, index, tool) for index, tool in enumerate(plan.tools)]
        head = f"{self.opening}{self.before_name}{self.name_opening}"
        one = grammar.add("call", choice(calls))
        if not self.shares_section or not self.section_opening:
            block = f"{one} {grammar.texts(self.section_closing)}"
            return grammar.marked(self.section_opening + head, block, self.openings(), self.separator)
        more = grammar.more(grammar.texts(self.separator + head), one)
        block = f"{one} {more} {grammar.texts(self.section_closing)}"
        return grammar.marked(self.section_opening + head, block, self.openings(), None)

    def _call(self, grammar: BlockGrammar, index: int, tool: Tool) -> str:
        """Give the expression of a tool's call, from its name on."""
        field = f"tools[{index}].function.parameters"
        if not self._carries_name(tool.name):
            reason = f"{tool.name!r} cannot be a tool's name in this model's format of calls"
            raise ConstraintRefused(f"tools[{index}].function.name", reason)
        lowered = grammar_arguments(grammar, tool, field)
        notation = JsonNotation((self.value_closing.strip(), *self.value_ends, "<|"))
        rules = NodeRules(grammar, f"{grammar.name}_{index}", lowered, notation, field)
        values = RawValues(grammar, rules, self.value_ends, field)
        sets = [
            " ".join(self._member(grammar, values, rules, one, field) for one in arguments)
            for arguments in argument_sets(lowered, field)
        ]
        before, number, after = self.call_attributes.partition("{}")
        counted = rules.terminal(f"{grammar.name.upper()}_COUNT", "/[0-9]{1,4}/") if number else ""
        head = f"{grammar.texts(self._attribute(tool.name) + before)} {counted} {grammar.texts(after + self.name_end)}"
        return f"{head} ({' | '.join(sets)}) {grammar.texts(self.closing)}"

    def _member(self, grammar: BlockGrammar, values: RawValues, rules: NodeRules, one: Property, field: str) -> str:
        """Give the expression of an argument, which may be left out where it is not required."""
        if isinstance(one.node, Nothing):
            return ""
        if not self._carries_key(one.name):
            raise ConstraintRefused(field, f"{one.name!r} cannot be an argument's name in this model's format of calls")
        if self.writes_types and self.type_text:
            expression = choice(self._typed(grammar, values, rules, one))
        else:
            expression = (
                f"{grammar.texts(self._key_text(one.name, 'string'))} {values.value(one.node, self.value_closing)}"
            )
        return f"({expression}){'' if one.is_required else '?'}"

    def _typed(self, grammar: BlockGrammar, values: RawValues, rules: NodeRules, one: Property) -> list[str]:
        """Give the expressions of an argument by the type that it says it has."""
        expressions = []
        for kind, node in by_kind(one.node, rules):
            key = grammar.texts(self._key_text(one.name, kind))
            expressions.append(f"{key} {values.value(node, self.value_closing)}")
        return expressions

    def bodies(self, grammar: BlockGrammar) -> list[str]:
        """Give the expression of one call of each tool, with what stands around a block."""
        head = grammar.texts(f"{self.section_opening}{self.opening}{self.before_name}{self.name_opening}")
        tail = grammar.texts(self.section_closing)
        return [f"{head} {self._call(grammar, index, tool)} {tail}" for index, tool in enumerate(grammar.plan.tools)]

    def markup(self, tools: Sequence[Tool]) -> Markup:
        return markup_of(self, self.section_closing or self.closing)

    def begun(self, start: AnswerStart) -> str:
        return ""

    def reader(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> BlockReader:
        return TaggedReader(self, stream, events, start).block
