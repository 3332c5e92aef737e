"""Writes the rules of calls that are JSON objects for a plan's tools. Knows how calls are spelt; arguments are their
schemas'."""

import re
from collections.abc import Sequence

from flowgen.adapters.toolcalls.block_grammar import BlockGrammar, choice
from flowgen.adapters.toolcalls.json_call_reader import Keys
from flowgen.adapters.toolcalls.json_call_writer import ID_FIRST, ID_LAST, call_opening
from flowgen.adapters.toolcalls.node_rules import NodeRules
from flowgen.adapters.toolcalls.plain_schemas import is_plain
from flowgen.adapters.toolcalls.quoted_notation import JsonNotation
from flowgen.adapters.toolcalls.tool_arguments import grammar_arguments
from flowgen.adapters.toolcalls.tool_schemas import arguments_schema, check_names
from flowgen.application import lark
from flowgen.domain.constraints import JsonSchema, LarkPart
from flowgen.domain.messages import Tool


def add_arguments(grammar: BlockGrammar) -> list[str]:
    """Give for each tool the expression of its arguments as a JSON object, bound to its schema."""
    check_names(grammar.plan.tools)
    return [_arguments(grammar, index, tool) for index, tool in enumerate(grammar.plan.tools)]


def _arguments(grammar: BlockGrammar, index: int, tool: Tool) -> str:
    """Plain schemas share their rules; what is special in others is known by its place to the compiler of schemas."""
    field = f"tools[{index}].function.parameters"
    lowered = grammar_arguments(grammar, tool, field)
    if is_plain(lowered):
        return NodeRules(grammar, f"{grammar.name}_{index}", lowered, JsonNotation(()), field).value(lowered.root)
    constraint = JsonSchema(schema=arguments_schema(tool.parameters, field), item_separator=", ", key_separator=": ")
    return grammar.part(LarkPart(constraint=constraint, field=field))


class JsonCallRules:
    """The rules for the calls of one plan."""

    def __init__(self, grammar: BlockGrammar, keys: Keys, markers: Sequence[str]) -> None:
        self._grammar = grammar
        self._keys = keys
        self._markers = markers
        self._arguments = add_arguments(grammar)

    def any_call(self) -> str:
        """Give the expression of one call."""
        return choice(self.calls())

    def bare_call(self, before: str) -> str:
        """Give the expression of a call without markers. `before` is one lexeme with its opening, in which the type may
        stand: models that were shown tools as JSON write it."""
        return choice(self.calls(before, is_bare=True))

    def calls(self, before: str = "", *, is_bare: bool = False) -> list[str]:
        """Give the expression of each tool's call."""
        key = self._keys.id[0] if self._keys.id else ""
        first = last = ""
        if self._keys.written_id == "first":
            first = f"{lark.literal(f'{before}{{{chr(34)}{key}{chr(34)}: {chr(34)}')} {self._id(ID_FIRST)}"
        if self._keys.written_id == "last":
            last = (
                f"{lark.literal(f', {chr(34)}{key}{chr(34)}: {chr(34)}')} {self._id(ID_LAST)} {lark.literal(chr(34))}"
            )
        calls = []
        for tool, arguments in zip(self._grammar.plan.tools, self._arguments, strict=True):
            opening = call_opening(tool.name, self._keys, self._markers)
            if is_bare and not first:
                written = f"/{lark.pattern(before + '{')}({lark.pattern(_TYPE)})?{lark.pattern(opening[1:])}/"
            else:
                written = lark.literal('", ' + opening[1:] if first else before + opening)
            calls.append(f'{first} {written} {arguments} {last} "}}"')
        return calls

    def beginning(self) -> str:
        """Give the pattern of what a call without markers begins with."""
        names = "|".join(lark.pattern(tool.name) for tool in self._grammar.plan.tools)
        key = rf'"(?:{"|".join(map(lark.pattern, self._keys.name))})"\s*:\s*' if self._keys.name else ""
        members = [r'"type"\s*:\s*"function"'] if "type" in self._keys.others else []
        members += [rf'"{lark.pattern(self._keys.id[0])}"\s*:\s*"[^"]*"'] if self._keys.written_id == "first" else []
        before = rf"(?:(?:{'|'.join(members)})\s*,\s*)*" if members else ""
        return rf'(?:{_WRAPPER})?\[?\s*\{{\s*{before}{key}"(?:{names})"'

    def _id(self, letters: re.Pattern[str]) -> str:
        name = f"{self._grammar.name.upper()}_ID"
        rule = f"{name}: /{letters.pattern}/"
        if rule not in self._grammar.rules:
            self._grammar.rules.append(rule)
        return name


_TYPE = '"type": "function", '
_WRAPPER = r'\{\s*"(?:tool_calls?|function)"\s*:\s*'
