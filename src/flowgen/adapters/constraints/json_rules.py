"""Writes the normal form of a schema as llguidance's Lark for JSON texts. Knows JSON's syntax; refuses to know
schemas and what residues ask.

Keys, colons and commas are terminals of their own everywhere: two branches of a union may share a beginning, and a
terminal that holds the end of another's neighbour would win over it."""

import json
from collections.abc import Iterable, Sequence

from flowgen.adapters.constraints.json_numbers import NUMBER, number_body
from flowgen.adapters.constraints.json_spelling import CHAR, JSON_STRING, has_loose, is_plain, json_literal, json_text
from flowgen.domain.schemas import (
    Anything,
    Array,
    Enum,
    Lowered,
    Node,
    Nothing,
    Number,
    Object,
    Others,
    Property,
    Reference,
    String,
    Union,
)
from flowgen.domain.values import JsonObject, JsonValue, Value

_ANY = "[\\x{0}-\\x{10ffff}]"
MAX_LENGTH = 1_000_000
"""Characters of a string that are counted: more than any answer has."""


class JsonStyle(Value, frozen=True):
    """How values are set apart. With `is_loose` white space may stand wherever JSON allows it."""

    item_separator: str = ","
    key_separator: str = ":"
    is_loose: bool = False


def json_grammar(lowered: Lowered, style: JsonStyle) -> str:
    """Give a grammar of the texts whose values the normal form allows, residues aside."""
    rules = _Rules(lowered, style)
    start = rules.value(lowered.root)
    return "\n".join([*style_lines(style), f"start: {start}", *rules.lines()]) + "\n"


def style_lines(style: JsonStyle) -> list[str]:
    if not style.is_loose:
        return []
    return ['%llguidance {"ignore_once": true}', "%ignore /[ \\t\\n\\r]{1,100}/"]


class _Rules:
    """Rules by their bodies: equal ones are written once."""

    def __init__(self, lowered: Lowered, style: JsonStyle) -> None:
        self._definitions = lowered.definitions
        self._comma = _literal(style.item_separator)
        self._colon = _literal(style.key_separator)
        self._is_loose = style.is_loose
        self._names: dict[str, str] = {}
        self._told: dict[str, str] = {}
        self._nodes: dict[int, tuple[Node, str]] = {}
        self._waiting: list[str] = []

    def lines(self) -> Iterable[str]:
        while self._waiting:
            name = self._waiting.pop()
            self._told[f"d_{name}"] = self.value(self._definitions[name])
        for name, body in self._told.items():
            yield f"{name}: {body}"
        for body, name in self._names.items():
            yield f"{name}: {body}"

    def value(self, node: Node) -> str:
        """Give the expression of a node: one name, or a short text."""
        if id(node) not in self._nodes:
            self._nodes[id(node)] = (node, self._value(node))
        return self._nodes[id(node)][1]

    def _value(self, node: Node) -> str:
        match node:
            case Nothing():
                return self._terminal("/[^\\x{0}-\\x{10ffff}]/")
            case Anything():
                return self._anything()
            case Enum(values=values):
                return self._terminal(f"/{'|'.join(_scalar(value) for value in values)}/")
            case Number():
                return self._number(node)
            case String():
                return self._string(node)
            case Array():
                return self._rule(self._array(node))
            case Object():
                return self._rule(self._object(node))
            case Union(options=options):
                return self._rule(" | ".join(dict.fromkeys(self.value(option) for option in options)))
            case Reference(name=name):
                return self._reference(name)

    def _rule(self, body: str) -> str:
        return self._names.setdefault(body, f"r{len(self._names)}")

    def _terminal(self, body: str) -> str:
        return self._names.setdefault(body, f"T{len(self._names)}")

    def _reference(self, name: str) -> str:
        rule = f"d_{name}"
        if rule not in self._told:
            self._told[rule] = ""
            self._waiting.append(name)
        return rule

    def _anything(self) -> str:
        if "any" not in self._told:
            string, number = self._string(String()), self._terminal(f"/{NUMBER}/")
            word = self._terminal("/null|true|false/")
            pair = f"{string} {self._colon} any"
            self._told["any"] = f"{word} | {number} | {string} | any_array | any_object"
            self._told["any_array"] = f'"[" (any ({self._comma} any)*)? "]"'
            self._told["any_object"] = f'"{{" ({pair} ({self._comma} {pair})*)? "}}"'
        return "any"

    def _number(self, node: Number) -> str:
        body = number_body(node)
        return self._terminal(body) if body is not None else self._rule(_compiled(node, is_loose=self._is_loose))

    def _string(self, node: String, names: Sequence[str] = ()) -> str:
        """Give the terminal of a node's strings, without some of them."""
        most = node.max_length if node.max_length is None or node.max_length <= MAX_LENGTH else None
        counts = f"{{{node.min_length},{'' if most is None else most}}}" if node.min_length or most is not None else "*"
        if not (node.patterns or node.avoided or names):
            return self._terminal(f'/"{CHAR}{counts}"/')
        parts = [f"/{json_text(pattern)}/" for pattern in node.patterns]
        if counts != "*":
            parts.append(f"/{json_text(_ANY + counts)}/")
        if counts == "*" and (not parts or any(map(has_loose, parts))):
            parts.insert(0, self._terminal(f"/{JSON_STRING}/"))
        avoided = [json_text(pattern) for pattern in node.avoided] + [json_literal(name) for name in names]
        if avoided:
            parts.append(f"~/{'|'.join(avoided)}/")
        return self._terminal(" & ".join(parts))

    def _array(self, node: Array) -> str:
        places = [self.value(item) for item in node.prefix]
        most = node.max_items
        has_more = not isinstance(node.items, Nothing) and (most is None or most > len(places))
        more = self.value(node.items) if has_more else None
        if most == 0 or not (places or more):
            return '"[" "]"'
        if not places and more is not None:
            return f'"[" {self._repeated(more, node.min_items, most)} "]"'
        tail = ""
        if more is not None:
            low = max(0, node.min_items - len(places))
            tail = f"({self._comma} {more}){{{low},{'' if most is None else most - len(places)}}}"
        return f'"[" {self._places(places, node.min_items, tail)} "]"'

    def _repeated(self, item: str, least: int, most: int | None) -> str:
        counts = f"{{{max(0, least - 1)},{'' if most is None else most - 1}}}" if most is not None or least > 1 else "*"
        whole = item if most == 1 else f"{item} ({self._comma} {item}){counts}"
        return whole if least else f"({whole})?"

    def _places(self, places: Sequence[str], least: int, tail: str) -> str:
        rest = tail
        for index in range(len(places) - 1, -1, -1):
            here = f"{self._comma} {places[index]} {rest}" if index else f"{places[0]} {rest}"
            rest = self._rule(here) if index < least else f"({self._rule(here)})?"
        return rest

    def _object(self, node: Object) -> str:
        """Members in order, commas between those that are there: one chain goes on behind a member, another where none
        was written yet, which is up to the first member that must come."""
        members = [member for member in node.properties if not isinstance(member.node, Nothing)]
        required = (place for place, member in enumerate(members) if member.is_required)
        last_first = next(required, len(members))
        pairs = self._free(node)
        first = f"({pairs} ({self._comma} {pairs})*)?" if pairs else ""
        behind = f"({self._comma} {pairs})*" if pairs else ""
        for place in range(len(members) - 1, -1, -1):
            member = members[place]
            if not member.is_required and not behind.isidentifier():
                behind = behind and self._rule(behind)  # for it comes twice
            begun = f"{self._key(member)} {self._colon} {self.value(member.node)} {behind}".rstrip()
            if place < last_first:
                begun = self._rule(begun)
            if place <= last_first:
                first = self._or_else(begun, first, is_required=member.is_required)
            behind = self._or_else(f"{self._comma} {begun}", behind, is_required=member.is_required)
            if place and not member.is_required:
                behind = self._rule(behind)
        return f'"{{" ({first}) "}}"' if " | " in first else f'"{{" {first} "}}"'

    def _or_else(self, begun: str, other: str, *, is_required: bool) -> str:
        """What begins with a member, or what comes where it is left out."""
        if is_required:
            return begun
        return f"{begun} | {other}" if other else f"({begun})?"

    def _key(self, member: Property) -> str:
        if is_plain(member.name):
            return _literal(f'"{member.name}"')
        return self._terminal(f"/{json_literal(member.name)}/")

    def _free(self, node: Object) -> str:
        """Give the expression of a member that is not listed, empty where there is none."""
        names = [member.name for member in node.properties]
        pairs = [self._free_pair(group, names) for group in node.others if not isinstance(group.node, Nothing)]
        return self._rule(" | ".join(dict.fromkeys(pairs))) if pairs else ""

    def _free_pair(self, group: Others, names: Sequence[str]) -> str:
        return f"{self._string(group.keys, names)} {self._colon} {self.value(group.node)}"


_quoted = json.JSONEncoder(ensure_ascii=False).encode  # made once: json.dumps makes one a call


def _literal(text: str) -> str:
    return _quoted(text).replace("\x7f", "\\x7f")


def _scalar(value: JsonValue) -> str:
    if isinstance(value, str):
        return json_literal(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value).replace(".", "\\.").replace("+", "\\+")


def _compiled(node: Number, *, is_loose: bool) -> str:
    """Leave a number to llguidance's own reading of schemas."""
    schema: JsonObject = {"type": "integer" if node.is_integer else "number", "multipleOf": node.multiple_of}
    if node.minimum is not None:
        schema["exclusiveMinimum" if node.excludes_minimum else "minimum"] = node.minimum
    if node.maximum is not None:
        schema["exclusiveMaximum" if node.excludes_maximum else "maximum"] = node.maximum
    options: JsonObject = {"whitespace_flexible": is_loose}
    if is_loose:
        options["whitespace_pattern"] = "[ \\t\\n\\r]{1,100}"
    return f"%json {json.dumps({**schema, 'x-guidance': options})}"
