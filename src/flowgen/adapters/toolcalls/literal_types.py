"""Writes JSON Schemas as rules for literals of Python or JSON. Knows what a schema's words allow; refuses, by keyword
and place, what these rules could not hold a value to. What is narrower than the schema is fine, wider only by doubles
in a list without any (`uniqueItems`): they are judged while the values are written."""

import re
from collections.abc import Callable, Iterable

from flowgen.adapters.toolcalls.json_writer import json_literal
from flowgen.adapters.toolcalls.pythonic_writer import python_literal, string_literal
from flowgen.adapters.toolcalls.schema_nodes import Node, SchemaNodes
from flowgen.adapters.toolcalls.schema_words import NEVER_OF_OBJECTS
from flowgen.application import lark
from flowgen.domain.constraints import JsonSchema, LarkPart
from flowgen.domain.errors import CannotWrite
from flowgen.domain.values import JsonObject, JsonValue, Value

_CHAR = r'([^"\\\x00-\x1f]|\\(["\\\/bfnrt]|u([0-9a-ce-fA-CE-F][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2})))'
_INT = r"-?(0|[1-9][0-9]{0,307})"
_LONG = r"-?(0|[1-9][0-9]{0,199})(\.[0-9]{1,99})?([eE](-[0-9]{1,3}|\+?[0-9]{1,2}))?"
_HUGE = r"-?[1-9](\.[0-9]{1,20})?[eE]\+?([12][0-9]{2}|30[0-7])"
_NUMBER = f"({_LONG}|{_HUGE}|{_INT})"
"""Numbers that are finite as a float of 64 bits, and integers of up to 308 digits."""

_TERMINALS = {"STRING": f'"{_CHAR}*"', "INTEGER": _INT, "NUMBER": _NUMBER}
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_HOLDING = ("required", "minItems", "minProperties", "anyOf", "oneOf")
MAX_LENGTH = 100_000


class Notation(Value, frozen=True):
    """How literals are spelt: the three words that differ, and the writer of whole values."""

    true: str
    false: str
    null: str
    write: Callable[[JsonValue], str]


PYTHON = Notation(true="True", false="False", null="None", write=python_literal)
JSON = Notation(true="true", false="false", null="null", write=json_literal)


def member(key: str) -> str:
    """Give what stands before a value in an object."""
    return f"{string_literal(key)}: "


class LiteralTypes:
    """The rules of one tool's arguments; their names begin with `prefix`. Raises ConstraintRefused."""

    def __init__(self, prefix: str, schema: JsonObject, field: str, notation: Notation) -> None:
        self._prefix = prefix
        self._notation = notation
        self._shared = prefix.rpartition("_")[0]
        self._field = field
        self._nodes = SchemaNodes(schema, field)
        self._names: dict[str, str] = {}
        self._holders: tuple[str, ...] = ()  # the nodes being written that cannot be had without the present one
        self.rules: list[str] = []
        self.parts: dict[str, LarkPart] = {}

    @staticmethod
    def shared_rules(prefix: str, notation: Notation) -> list[str]:
        """Give the rules that all tools of a format share: terminals, and any value."""
        upper = prefix.upper()
        any_value, string = f"{prefix}_any", f"{upper}_STRING"
        words = f'"{notation.true}" | "{notation.false}" | "{notation.null}"'
        return [
            *(f"{upper}_{name}: /{body}/" for name, body in _TERMINALS.items()),
            f"{any_value}: {string} | {upper}_NUMBER | {words} | {prefix}_list | {prefix}_map",
            f'{prefix}_list: "[" ({any_value} (", " {any_value})*)? "]"',
            f'{prefix}_map: "{{" ({string} ": " {any_value} (", " {string} ": " {any_value})*)? "}}"',
        ]

    def arguments(self, opening: Callable[[str], str], names: re.Pattern[str] | None = None) -> str:
        """Give the expression of the arguments between the brackets, without these; `opening` writes what stands
        before a value. A name that `names` does not match is refused."""
        nodes = self._nodes.arguments()
        if names is not None:
            for node in nodes:
                self._check_names(node, names)
        self._holders = tuple(node.key for node in nodes if len(nodes) == 1)
        return " | ".join(self._members(node, opening) for node in nodes)

    def _check_names(self, node: Node, names: re.Pattern[str]) -> None:
        for key, _ in self._nodes.properties(node):
            if not names.fullmatch(key):
                raise self._nodes.refusal(f"{key!r} is no argument's name in this model's notation", node, "properties")

    def _value(self, node: Node, *, is_needed: bool) -> str:
        """Give the name of a node's rule, which is written once. `is_needed`: its holder cannot be had without it."""
        holders = self._holders if is_needed else ()
        if node.key in holders:
            keyword = next((word for word in _HOLDING if word in node.schema), "$ref")
            raise self._nodes.refusal("it never ends: each value of it must hold another one", node, keyword)
        if node.key not in self._names:
            name = self._names[node.key] = f"{self._prefix}_v{len(self._names)}"
            outer, self._holders = self._holders, (*holders, node.key)
            self.rules.append(f"{name}: {self._expression(node)}")
            self._holders = outer
        return self._names[node.key]

    def _expression(self, node: Node) -> str:
        if node.schema is True:
            return f"{self._shared}_any"
        fixed = self._nodes.fixed_values(node)
        if fixed is not None:
            return " | ".join(lark.literal(self._literal(value, node)) for value in fixed)
        branches = self._nodes.branches(node)
        if branches is not None:
            return " | ".join(self._value(branch, is_needed=len(branches) == 1) for branch in branches)
        kinds = self._nodes.types(node)
        if kinds is None:
            return f"{self._shared}_any"
        return " | ".join(self._of_type(node, kind) for kind in kinds)

    def _literal(self, value: JsonValue, node: Node) -> str:
        try:
            return self._notation.write(value)
        except CannotWrite as error:
            raise self._nodes.refusal(error.message.rstrip("."), node, "enum") from error

    def _of_type(self, node: Node, kind: str) -> str:
        writers: dict[str, Callable[[Node], str]] = {
            "string": self._string,
            "integer": lambda node: self._number(node, "integer"),
            "number": lambda node: self._number(node, "number"),
            "boolean": lambda _: f'"{self._notation.true}" | "{self._notation.false}"',
            "null": lambda _: f'"{self._notation.null}"',
            "array": self._array,
            "object": self._object,
        }
        return writers[kind](node)

    def _number(self, node: Node, kind: str) -> str:
        if any(bound in node.schema for bound in _BOUNDS):
            return self._part(node, kind, _BOUNDS)
        return f"{self._shared.upper()}_{kind.upper()}"

    def _string(self, node: Node) -> str:
        if "pattern" in node.schema or "format" in node.schema:
            return self._part(node, "string", ("minLength", "maxLength", "pattern", "format"))
        least, most = self._nodes.span(node, "minLength", "maxLength")
        if least == 0 and most is None:
            return f"{self._shared.upper()}_STRING"
        if max(least, most or 0) > MAX_LENGTH:
            keyword = "minLength" if least > MAX_LENGTH else "maxLength"
            raise self._nodes.refusal(f"lengths up to {MAX_LENGTH} can be counted", node, keyword)
        name = f"{self._prefix.upper()}_S{len(self.rules)}"
        self.rules.append(f'{name}: /"{_CHAR}{{{least},{"" if most is None else most}}}"/')
        return name

    def _part(self, node: Node, kind: str, keywords: Iterable[str]) -> str:
        """Leave a scalar to the JSON compiler: its spelling is the same."""
        schema = {"type": kind} | {key: value for key, value in node.schema.items() if key in keywords}
        name = f"{self._prefix}_p{len(self.parts)}"
        self.parts[name] = LarkPart(constraint=JsonSchema(schema=schema), field=self._field, pointer=node.pointer)
        return f"@{name}"

    def _array(self, node: Node) -> str:
        self._nodes.refuse(node, ("prefixItems", "contains", "unevaluatedItems"))
        if isinstance(node.schema.get("items"), list):
            raise self._nodes.refusal("items that differ by place cannot be enforced", node, "items")
        least, most = self._nodes.span(node, "minItems", "maxItems")
        items = self._nodes.child(node, "items")
        if most == 0 or items.schema is False:
            if least:
                raise self._nodes.refusal("no items can be had", node, "minItems")
            return '"[]"'
        item = self._value(items, is_needed=least > 0)
        rest = _repeated(f'", " {item}', max(least - 1, 0), most)
        return f'"[" {item} {rest} "]"' if least else f'"[" ({item} {rest})? "]"'

    def _object(self, node: Node) -> str:
        if self._nodes.properties(node):
            return f'"{{" {self._members(node, member)} "}}"'
        return self._map(node)

    def _map(self, node: Node) -> str:
        """An object whose keys are free."""
        self._nodes.refuse(node, (*NEVER_OF_OBJECTS, "unevaluatedProperties"))
        least, most = self._nodes.span(node, "minProperties", "maxProperties")
        if least > 1:
            raise self._nodes.refusal(
                "equal keys cannot be kept apart, so they cannot be counted", node, "minProperties"
            )
        key, values = self._keys_and_values(node)
        if values.schema is False or most == 0:
            if least:
                raise self._nodes.refusal("no properties can be had", node, "minProperties")
            return '"{}"'
        pair = f'{key} ": " {self._value(values, is_needed=least > 0)}'
        rest = _repeated(f'", " {pair}', 0, most)
        return f'"{{" {pair} {rest} "}}"' if least else f'"{{" ({pair} {rest})? "}}"'

    def _keys_and_values(self, node: Node) -> tuple[str, Node]:
        """Give the keys' expression and the values' schema of an object whose keys are free."""
        found = self._nodes.pattern(node)
        if found is None:
            return f"{self._shared.upper()}_STRING", self._nodes.child(node, "additionalProperties")
        pattern, values = found
        keys = Node(schema={"pattern": pattern}, pointer=node.place("patternProperties"))
        return self._part(keys, "string", ("pattern",)), values

    def _members(self, node: Node, opening: Callable[[str], str]) -> str:
        """Give the declared members in order, with commas between those that are there.

        Rule `h{k}` goes on from member k where nothing was written yet, `t{k}` where something was.
        """
        members = self._nodes.properties(node)
        required = self._nodes.required(node)
        self._nodes.check_counts(node, len(members), len(required))
        name = f"{self._prefix}_m{len(self.rules)}"
        self.rules.append("")
        place = len(self.rules) - 1
        head, tail, rules = '""', '""', []
        for index in range(len(members) - 1, -1, -1):
            key, child = members[index]
            item = f"{lark.literal(opening(key))} {self._value(child, is_needed=key in required)}"
            begun = item if tail == '""' else f"{item} {tail}"
            is_required = key in required
            head_rule = begun if is_required else f"{begun} | {head}"
            tail_rule = f'", " {begun}' if is_required else f'", " {begun} | {tail}'
            rules += [f"{name}_h{index}: {head_rule}", f"{name}_t{index}: {tail_rule}"]
            head, tail = f"{name}_h{index}", f"{name}_t{index}"
        self.rules[place] = "\n".join([*rules, f"{name}: {head}"])
        return name


def _repeated(item: str, least: int, most: int | None) -> str:
    """Give the expression of the items after the first; `most` counts that one too."""
    if most is None:
        return f"({item}){{{least},}}"
    return f"({item}){{{least},{most - 1}}}" if most > 1 else ""
