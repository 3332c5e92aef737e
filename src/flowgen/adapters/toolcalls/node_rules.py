"""Writes the normal form of a schema as rules for a syntax's own literals. Knows nodes; how a literal is spelt is the
notation's. Residues are judged while the values are written, from what the format's parser tells of them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from flowgen.adapters.toolcalls.block_grammar import BlockGrammar
from flowgen.adapters.toolcalls.member_rules import MOST_BESIDE_LISTED, MOST_UNLISTED, Member, MemberRules, is_ambiguous
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
    Reference,
    String,
    Union,
)
from flowgen.domain.values import JsonObject, JsonValue

NUMBER = r"-?(0|[1-9][0-9]{0,199})(\.[0-9]{1,40})?([eE](-[0-9]{1,3}|\+?[0-9]{1,2}))?"
HUGE = r"-?[1-9](\.[0-9]{1,20})?[eE]\+?([12][0-9]{2}|30[0-7])"
INTEGER = r"-?(0|[1-9][0-9]{0,307})"
"""Numbers that are finite as a float of 64 bits, and integers of up to 308 digits."""


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

    def expression(self, rules: "NodeRules", scalar: str) -> str:
        """The expression of a scalar's letters."""

    def text(self, rules: "NodeRules", node: String) -> str:
        """The expression of a string."""

    def free_key(self, rules: "NodeRules", keys: String, names: Sequence[str]) -> str:
        """The expression of a key that is one of `keys` and none of `names`."""


class NodeRules:
    """The rules of one tool's values; the names of its definitions begin with `prefix`. Rules that are equal are
    written once for all tools."""

    def __init__(self, grammar: BlockGrammar, prefix: str, lowered: Lowered, notation: Notation, field: str) -> None:
        self.grammar = grammar
        self.lowered = lowered
        self.notation = notation
        self._members = MemberRules(grammar, notation.item_separator)
        self._is_ambiguous = is_ambiguous(lowered)
        self._prefix = prefix
        self._field = field
        self._definitions: dict[str, str] = {}

    def value(self, node: Node) -> str:
        """Give the expression of a value: one name, or a text. Raises ConstraintRefused."""
        match node:
            case Nothing():
                raise ConstraintRefused(self._field, "nothing matches a part of it")
            case Anything():
                return self._anything()
            case Enum(values=values):
                return self.grammar.shared(
                    _choice(self.notation.expression(self, self.notation.scalar(value)) for value in values)
                )
            case Number():
                return self.number(node)
            case String():
                return self.notation.text(self, node)
            case Array():
                return self.grammar.shared(self._array(node))
            case Object():
                return self.grammar.shared(self._object(node))
            case Union(options=options):
                return self.grammar.shared(_choice(dict.fromkeys(self.value(option) for option in options)))
            case Reference(name=name):
                return self.reference(name, self.value)

    def refusal(self, reason: str, keyword: str) -> ConstraintRefused:
        """Say what cannot be kept, and where: at the only place with this keyword, if there is one."""
        places = [note.pointer for note in self.lowered.notes if note.keyword == keyword]
        pointer = places[0] if len(places) == 1 else ""
        return ConstraintRefused(self._field, reason, keyword=keyword, pointer=pointer)

    def reference(self, name: str, write: Callable[[Node], str], kind: str = "") -> str:
        """Give the name of a definition's rule, which is written once."""
        key = f"{kind}{name}"
        if key not in self._definitions:
            rule = self._definitions[key] = f"{self._prefix}_d{len(self._definitions)}"
            expression = write(self.lowered.definitions[name])
            self.grammar.rules.append(f"{rule}: {expression}")
        return self._definitions[key]

    def number(self, node: Number) -> str:
        """Give the expression of a number as JSON writes it."""
        if node == Number(is_integer=node.is_integer, residues=node.residues):
            return self.shared_terminal(f"/{INTEGER}/" if node.is_integer else f"/{NUMBER}|{HUGE}|{INTEGER}/")
        schema: JsonObject = {"type": "integer" if node.is_integer else "number"}
        if node.excluded:
            schema["not"] = {"enum": list(node.excluded)}
        if node.minimum is not None:
            schema["exclusiveMinimum" if node.excludes_minimum else "minimum"] = node.minimum
        if node.maximum is not None:
            schema["exclusiveMaximum" if node.excludes_maximum else "maximum"] = node.maximum
        if node.multiple_of is not None:
            schema["multipleOf"] = node.multiple_of
        return self.json_part(schema)

    def json_part(self, schema: JsonObject) -> str:
        """Give the expression of a value that the compiler of JSON Schema binds; equal ones are compiled once."""
        constraint = JsonSchema(schema=schema, item_separator=", ", key_separator=": ")
        return self.grammar.part(LarkPart(constraint=constraint, field=self._field))

    def terminal(self, name: str, body: str) -> str:
        """Add a terminal that all tools share; give its name."""
        rule = f"{name}: {body}"
        if rule not in self.grammar.rules:
            self.grammar.rules.append(rule)
        return name

    def shared_terminal(self, body: str, *, is_lazy: bool = False) -> str:
        """Give the name of a terminal with this body."""
        return self.grammar.shared_terminal(body, is_lazy=is_lazy)

    def _anything(self) -> str:
        """Any value of JSON, in rules that all tools share."""
        name = f"{self.grammar.name}_any"
        if name not in self.grammar.known:
            self.grammar.known.add(name)
            self.grammar.rules.append(f"{name}: " + " | ".join(self._any_options(name)))
        return name

    def _any_options(self, name: str) -> Iterable[str]:
        item, colon = lark.literal(self.notation.item_separator), lark.literal(self.notation.key_separator)
        member = f"{self.notation.free_key(self, String(), ())} {colon} {name}"
        return (
            self.notation.text(self, String()),
            self.number(Number()),
            *(lark.literal(self.notation.scalar(word)) for word in (True, False, None)),
            f'"[" ({name} ({item} {name})*)? "]"',
            f'"{{" {self._members.unlisted(f"({member})")} "}}"',
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
        notation = self.notation
        members = [
            Member(notation.key(one.name), notation.key_separator, self.value(one.node), one.is_required)
            for one in node.properties
            if not isinstance(one.node, Nothing)
        ]
        return f'{self.members(members, "{", self._free(node), _most_unlisted(node))} "}}"'

    def members(self, members: Sequence[Member], opening: str, free: str = "", most: int | None = MOST_UNLISTED) -> str:
        """Give the expression of an object's members, up to `most` `free` ones too, behind its opening."""
        if free or self._is_ambiguous:
            return self._members.apart(members, opening, free, most)
        return self._members.merged(members, opening)

    def _free(self, node: Object) -> str:
        """Give the expression of a member that is not listed, empty where there is none."""
        names = [member.name for member in node.properties]
        colon = lark.literal(self.notation.key_separator)
        pairs = [
            f"{self.notation.free_key(self, group.keys, names)} {colon} {self.value(group.node)}"
            for group in node.others
            if not isinstance(group.node, Nothing)
        ]
        return self.grammar.shared(" | ".join(dict.fromkeys(pairs))) if pairs else ""


def spelled(pattern: str) -> str:
    """Give a pattern of the normal form as a regular expression over characters."""
    return spell(pattern, class_text)


def whole_pattern(node: String) -> str:
    """Give the regular expression of a string's characters, in a group; "" where any will do. Raises ValueError where
    one is not enough."""
    if len(node.patterns) > 1 or node.avoided:
        raise ValueError("several patterns")
    return f"(?:{spelled(node.patterns[0])})" if node.patterns else ""


def bounds(node: String) -> str:
    """Give the count of a string's characters, as a regular expression writes it; "" where any will do."""
    if not node.min_length and node.max_length is None:
        return ""
    return f"{{{node.min_length},{'' if node.max_length is None else node.max_length}}}"


def _most_unlisted(node: Object) -> int | None:
    if any(residue.kind == "owed" for residue in node.residues):
        return None  # the members that it lacks must find place
    is_beside = node.properties and all(isinstance(group.node, Anything | Nothing) for group in node.others)
    return MOST_BESIDE_LISTED if is_beside else MOST_UNLISTED


def _choice(expressions: Iterable[str]) -> str:
    return " | ".join(expressions)


def _repeated(item: str, separator: str, least: int, most: int | None) -> str:
    if not item or most == 0:
        return ""
    low, high = max(0, least - 1), "" if most is None else str(most - 1)
    rest = "" if most == 1 else f" ({separator} {item}){{{low},{high}}}"
    expression = f"{item}{rest}"
    return expression if least else f"({expression})?"
