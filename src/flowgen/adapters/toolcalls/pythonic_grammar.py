"""Writes the grammar of Python's notation for a plan's tools. Knows how calls are spelt; values are `node_rules`'.

One spelling each: `f(a="x", b=1)`, arguments in the schema's order, those that are not required may be left out.
"""

from collections.abc import Sequence

from flowgen.adapters.toolcalls.block_grammar import BlockGrammar, choice
from flowgen.adapters.toolcalls.member_rules import Member
from flowgen.adapters.toolcalls.node_rules import NodeRules
from flowgen.adapters.toolcalls.pythonic import ARGUMENT_NAME, NAME
from flowgen.adapters.toolcalls.quoted_notation import PythonNotation
from flowgen.adapters.toolcalls.tool_arguments import argument_sets, grammar_arguments
from flowgen.application import lark
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.messages import Tool
from flowgen.domain.schemas import Nothing, Property


class PythonicGrammar:
    """The rules for the calls of one plan. Raises ConstraintRefused for what cannot be bound."""

    def __init__(self, grammar: BlockGrammar, markers: Sequence[str], name_suffix: str = "") -> None:
        """`name_suffix` follows each name; strings hold no marker."""
        self._grammar = grammar
        self._names = [tool.name + name_suffix for tool in grammar.plan.tools]
        self._arguments = [self._of_tool(index, tool, markers) for index, tool in enumerate(grammar.plan.tools)]

    def list_of_calls(self, separator: str | None, opening: str = "") -> str:
        """Give the expression of one call, or of several with a separator; `opening` is one lexeme with the first
        name."""
        if separator is None:
            return self._any_call(opening)
        return f"{self._any_call(opening)} {self._grammar.more(lark.literal(separator), self._any_call(''))}"

    def _any_call(self, opening: str) -> str:
        names = (lark.literal(f"{opening}{name}(") for name in self._names)
        calls = [f"{name} {arguments}" for name, arguments in zip(names, self._arguments, strict=True)]
        return self._grammar.shared(choice(calls))

    def _of_tool(self, index: int, tool: Tool, markers: Sequence[str]) -> str:
        """Give the name of the rule of a tool's arguments, with the closing bracket."""
        if not NAME.fullmatch(tool.name):
            reason = (
                f"{tool.name!r} is no name in this model's notation of calls: letters, digits, '_', '-' and '.' are"
            )
            raise ConstraintRefused(f"tools[{index}].function.name", reason)
        field = f"tools[{index}].function.parameters"
        lowered = grammar_arguments(self._grammar, tool, field)
        rules = NodeRules(self._grammar, f"{self._grammar.name}_{index}", lowered, PythonNotation(markers), field)
        sets = [rules.members(self._members(some, rules, field), "") for some in argument_sets(lowered, field)]
        return self._grammar.shared(f'({" | ".join(sets)}) ")"')

    def _members(self, properties: Sequence[Property], rules: NodeRules, field: str) -> list[Member]:
        return [self._member(one, rules, field) for one in properties if not isinstance(one.node, Nothing)]

    def _member(self, one: Property, rules: NodeRules, field: str) -> Member:
        if not ARGUMENT_NAME.fullmatch(one.name):
            reason = f"{one.name!r} is no argument's name in this model's notation"
            raise ConstraintRefused(field, reason, keyword="properties", pointer="/properties")
        return Member(f"{one.name}=", "", rules.value(one.node), one.is_required)
