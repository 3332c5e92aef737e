"""Writes the rules of arguments that are nested elements, from the normal form. Knows elements; refuses to know what
stands around a call."""

from flowgen.adapters.toolcalls.block_grammar import BlockGrammar
from flowgen.adapters.toolcalls.nested_tag_reader import ITEM, TAG
from flowgen.adapters.toolcalls.node_rules import NodeRules
from flowgen.adapters.toolcalls.raw_text import JsonNotation, RawValues, kinds
from flowgen.adapters.toolcalls.tool_arguments import argument_sets, grammar_arguments
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.messages import Tool
from flowgen.domain.schemas import Array, Enum, Node, Nothing, Object, Property, Reference


class NestedTagRules:
    """The rules of one tool's arguments. Only a text that is an argument itself may hold the marker: it is read up to
    its own closing tag, all others end at the next marker."""

    def __init__(self, grammar: BlockGrammar, mark: str, index: int, tool: Tool) -> None:
        self._grammar = grammar
        self._mark = mark
        self._field = f"tools[{index}].function.parameters"
        self._lowered = grammar_arguments(grammar, tool, self._field)
        notation = JsonNotation((mark, "<|"))
        self._rules = NodeRules(grammar, f"{grammar.name}_{index}", self._lowered, notation, self._field)
        self._inner_values = RawValues(grammar, self._rules, (mark,), self._field)
        self._own_values = RawValues(grammar, self._rules, (), self._field)

    def arguments(self) -> str:
        """Give the expression of the arguments. Raises ConstraintRefused."""
        sets = argument_sets(self._lowered, self._field)
        return f"({' | '.join(self._members(members, is_argument=True) for members in sets)})"

    def _members(self, members: tuple[Property, ...], *, is_argument: bool = False) -> str:
        return " ".join(
            f"({self._element(one.name, one.node, is_argument=is_argument)}){'' if one.is_required else '?'}"
            for one in members
            if not isinstance(one.node, Nothing)
        )

    def _element(self, key: str, node: Node, *, is_argument: bool = False) -> str:
        if not TAG.fullmatch(f"<{key}>"):
            raise ConstraintRefused(
                self._field, f"{key!r} cannot be an argument's name in this model's format of calls"
            )
        opening, closing = self._grammar.texts(f"{self._mark}<{key}>"), f"{self._mark}</{key}>"
        return f"{opening} ({self._content(node, closing, is_argument=is_argument)})"

    def _content(self, node: Node, closing: str, *, is_argument: bool) -> str:
        """Give the expression of a value and its closing."""
        texts, others = kinds(node, self._rules)
        values = self._own_values if is_argument and not others else self._inner_values
        options = [values.text(text, closing, is_mixed=bool(others)) for text in texts]
        return " | ".join([*options, *(self._other(other, closing) for other in others)])

    def _other(self, node: Node, closing: str) -> str:
        tail = self._grammar.texts(closing)
        match node:
            case Object(properties=members):
                inner = self._members(members)
                return f"{self._grammar.shared(inner)} {tail}" if inner else tail
            case Array(items=items, min_items=least, max_items=most, prefix=prefix):
                places = [self._element(ITEM, place) for place in prefix]
                if isinstance(items, Nothing) or (most is not None and most <= len(places)):
                    more = ""
                else:
                    high = "" if most is None else str(most - len(places))
                    more = f"({self._element(ITEM, items)}){{{max(0, least - len(places))},{high}}}"
                inner = more
                for index in range(len(places) - 1, -1, -1):
                    inner = f"{places[index]} {inner}" if index < least else f"({places[index]} {inner})?"
                return f"{self._grammar.shared(inner)} {tail}" if inner else tail
            case Reference(name=name):
                whole = self._rules.reference(name, lambda inner: f"({self._inner(inner)})", "nested_")
                return f"{whole} {tail}"
            case Enum():
                return f"{self._rules.value(node)} {tail}"
        return f"{self._rules.value(node)} {tail}"

    def _inner(self, node: Node) -> str:
        """Give the expression of a value without its closing; a definition's texts are refused."""
        texts, others = kinds(node, self._rules)
        if texts:
            raise ConstraintRefused(
                self._field, "a text that refers to itself is too much for this format", keyword="$ref"
            )
        return " | ".join(self._other(other, "") for other in others)
