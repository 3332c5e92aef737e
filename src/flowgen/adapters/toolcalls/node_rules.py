"""Writes the normal form of a schema as rules for a syntax's own literals. Knows nodes; how a literal is spelt is the
notation's. Residues are judged while the values are written, from what the format's parser tells of them."""

from collections.abc import Callable, Iterable
from typing import Protocol

from flowgen.adapters.toolcalls.block_grammar import BlockGrammar
from flowgen.application import lark
from flowgen.application.schemas.pattern_writing import class_text, spell
from flowgen.domain.constraints import JsonSchema, LarkPart
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.schemas import (
    Anything,
    Array,
    Enum,
    Lowered,
    Node,
    Nothing,
    Number,
    Object,
    Property,
    Reference,
    String,
    Union,
)
from flowgen.domain.values import JsonObject, JsonValue

NUMBER = r"-?(0|[1-9][0-9]{0,199})(\.[0-9]{1,99})?([eE](-[0-9]{1,3}|\+?[0-9]{1,2}))?"
INTEGER = r"-?(0|[1-9][0-9]{0,307})"


class Notation(Protocol):
    """How a syntax spells values inside of objects and lists."""

    @property
    def item_separator(self) -> str: ...

    @property
    def key_separator(self) -> str: ...

    def scalar(self, value: JsonValue) -> str:
        """A scalar's letters. Raises CannotWrite."""

    def key(self, name: str) -> str:
        """A key's letters. Raises CannotWrite."""

    def text(self, rules: "NodeRules", node: String) -> str:
        """The expression of a string."""

    def any_key(self, rules: "NodeRules") -> str:
        """The expression of some key."""


class NodeRules:
    """The rules of one tool's values; their names begin with `prefix`."""

    def __init__(self, grammar: BlockGrammar, prefix: str, lowered: Lowered, notation: Notation, field: str) -> None:
        self.grammar = grammar
        self.prefix = prefix
        self.lowered = lowered
        self.notation = notation
        self._field = field
        self._definitions: dict[str, str] = {}
        self._num_rules = 0

    def value(self, node: Node) -> str:
        """Give the expression of a value. Raises ConstraintRefused."""
        match node:
            case Nothing():
                raise ConstraintRefused(self._field, "nothing matches a part of it")
            case Anything():
                return self._anything()
            case Enum(values=values):
                return _choice(lark.literal(self.notation.scalar(value)) for value in values)
            case Number():
                return self.number(node)
            case String():
                return self.notation.text(self, node)
            case Array():
                return self._array(node)
            case Object():
                return self._object(node)
            case Union(options=options):
                return self._rule(_choice(self.value(option) for option in options))
            case Reference(name=name):
                return self.reference(name, lambda inner: self.value(inner))

    def refusal(self, reason: str, keyword: str) -> ConstraintRefused:
        """Say what cannot be kept."""
        return ConstraintRefused(self._field, reason, keyword=keyword)

    def reference(self, name: str, write: Callable[[Node], str], kind: str = "") -> str:
        """Give the name of a definition's rule, which is written once."""
        key = f"{kind}{name}"
        if key not in self._definitions:
            rule = self._definitions[key] = f"{self.prefix}_d{len(self._definitions)}"
            expression = write(self.lowered.definitions[name])
            self.grammar.rules.append(f"{rule}: {expression}")
        return self._definitions[key]

    def number(self, node: Number) -> str:
        """Give the expression of a number as JSON writes it."""
        if node == Number(is_integer=node.is_integer):
            name = f"{self.grammar.name.upper()}_{'INTEGER' if node.is_integer else 'NUMBER'}"
            return self.terminal(name, f"/{INTEGER if node.is_integer else NUMBER}/")
        schema: JsonObject = {"type": "integer" if node.is_integer else "number"}
        if node.excluded:
            raise ConstraintRefused(self._field, "this model's notation of calls cannot exclude numbers", keyword="not")
        if node.minimum is not None:
            schema["exclusiveMinimum" if node.excludes_minimum else "minimum"] = node.minimum
        if node.maximum is not None:
            schema["exclusiveMaximum" if node.excludes_maximum else "maximum"] = node.maximum
        if node.multiple_of is not None:
            schema["multipleOf"] = node.multiple_of
        return self.json_part(schema)

    def json_part(self, schema: JsonObject) -> str:
        """Give the expression of a value that the compiler of JSON Schema binds."""
        name = f"{self.prefix}_p{len(self.grammar.parts)}"
        constraint = JsonSchema(schema=schema, item_separator=", ", key_separator=": ")
        self.grammar.parts[name] = LarkPart(constraint=constraint, field=self._field)
        return f"@{name}"

    def terminal(self, name: str, body: str) -> str:
        """Add a terminal that all tools share; give its name."""
        rule = f"{name}: {body}"
        if rule not in self.grammar.rules:
            self.grammar.rules.append(rule)
        return name

    def own_terminal(self, body: str, *, is_lazy: bool = False) -> str:
        """Add a terminal; give its name."""
        self._num_rules += 1
        upper = f"{self.prefix.upper()}_T{self._num_rules}"
        if is_lazy:
            self.grammar.rules += [f"{upper.lower()}[lazy]: {upper}", f"{upper}: {body}"]
            return upper.lower()
        self.grammar.rules.append(f"{upper}: {body}")
        return upper

    def _rule(self, expression: str) -> str:
        self._num_rules += 1
        name = f"{self.prefix}_r{self._num_rules}"
        self.grammar.rules.append(f"{name}: {expression}")
        return name

    def _anything(self) -> str:
        """Any value of JSON, in rules that all tools share."""
        name = f"{self.grammar.name}_any"
        if not any(rule.startswith(f"{name}:") for rule in self.grammar.rules):
            self.grammar.rules.append(f"{name}: " + "|".join(self._any_options(name)))
        return name

    def _any_options(self, name: str) -> Iterable[str]:
        item, colon = lark.literal(self.notation.item_separator), lark.literal(self.notation.key_separator)
        member = f"{self.notation.any_key(self)} {colon} {name}"
        return (
            self.notation.text(self, String()),
            self.number(Number()),
            *(lark.literal(self.notation.scalar(word)) for word in (True, False, None)),
            f'"[" ({name} ({item} {name})*)? "]"',
            f'"{{" ({member} ({item} {member})*)? "}}"',
        )

    def _array(self, node: Array) -> str:
        separator = lark.literal(self.notation.item_separator)
        places = [self.value(inner) for inner in node.prefix]
        least, most = node.min_items, node.max_items
        has_more = not isinstance(node.items, Nothing) and (most is None or most > len(places))
        more = self.value(node.items) if has_more else ""
        if not places:
            return f'"[" {_repeated(more, separator, least, most)} "]"'
        tail = ""
        if more:
            low = max(0, least - len(places))
            high = "" if most is None else str(most - len(places))
            tail = f"({separator} {more}){{{low},{high}}}"
        return f'"[" {self._places(places, separator, least, tail)} "]"'

    def _places(self, places: list[str], separator: str, least: int, tail: str) -> str:
        expression = tail
        for index in range(len(places) - 1, -1, -1):
            joined = f"{separator} {places[index]}" if index else places[index]
            whole = f"{joined} {expression}"
            expression = whole if index < least else f"({whole})?"
        return expression

    def _object(self, node: Object) -> str:
        separator = lark.literal(self.notation.item_separator)
        members = [(self._member(one), one.is_required) for one in node.properties if not isinstance(one.node, Nothing)]
        if not members:
            return f'"{{" {self._free_members(node, separator)} "}}"'
        rest = ""
        tails = [""] * len(members)
        for index in range(len(members) - 1, 0, -1):
            expression, is_required = members[index]
            rest = self._rule(f"({separator} {expression}){'' if is_required else '?'} {rest}")
            tails[index - 1] = rest
        firsts = []
        for (expression, is_required), tail in zip(members, tails, strict=True):
            firsts.append(f"{expression} {tail}")
            if is_required:
                break
        is_optional = not any(is_required for _, is_required in members)
        return f'"{{" ({" | ".join(firsts)}){"?" if is_optional else ""} "}}"'

    def _member(self, one: Property) -> str:
        opening = lark.literal(self.notation.key(one.name) + self.notation.key_separator)
        return f"{opening} {self.value(one.node)}"

    def _free_members(self, node: Object, separator: str) -> str:
        """The members of an object whose keys are free, where any are."""
        free = [group for group in node.others if group.keys == String() and not isinstance(group.node, Nothing)]
        if not free:
            return ""
        member = f"{self.notation.any_key(self)} {lark.literal(self.notation.key_separator)} {self.value(free[0].node)}"
        return f"({member} ({separator} {member})*)?"


def whole_pattern(node: String) -> str:
    """Give the regular expression of a string's characters, in a group; "" where any will do. Raises ValueError where
    one is not enough."""
    patterns = [spell(pattern, class_text) for pattern in node.patterns]
    if len(patterns) > 1 or node.avoided:
        raise ValueError("several patterns")
    return f"(?:{patterns[0]})" if patterns else ""


def bounds(node: String) -> str:
    """Give the count of a string's characters, as a regular expression writes it; "" where any will do."""
    if not node.min_length and node.max_length is None:
        return ""
    return f"{{{node.min_length},{'' if node.max_length is None else node.max_length}}}"


def _choice(expressions: Iterable[str]) -> str:
    return f"({' | '.join(expressions)})"


def _repeated(item: str, separator: str, least: int, most: int | None) -> str:
    if not item or most == 0:
        return ""
    low, high = max(0, least - 1), "" if most is None else str(most - 1)
    expression = f"{item} ({separator} {item}){{{low},{high}}}"
    return expression if least else f"({expression})?"
