"""Values whose strings stand in JSON's quotes and escapes: JSON's own notation and Python's. Knows letters; refuses to
know what stands around a value."""

from collections.abc import Callable, Sequence

from flowgen.adapters.toolcalls.json_writer import json_literal
from flowgen.adapters.toolcalls.node_rules import NodeRules, spelled
from flowgen.adapters.toolcalls.pythonic_writer import python_literal, string_literal
from flowgen.application import lark
from flowgen.domain.schemas import String
from flowgen.domain.values import JsonObject, JsonValue

_CHARACTER = r'([^"\\\x00-\x1f\x7f]|\\(["\\\/bfnrt]|u([0-9a-ce-fA-CE-F][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2})))'
_MAX_LENGTH = 1_000_000
"""Characters of a string that are counted: more than any answer has."""


class QuotedNotation:
    """The notation. No text is a marker of the format: their `<` is escaped."""

    item_separator = ", "
    key_separator = ": "

    def __init__(self, write: Callable[[JsonValue, tuple[str, ...]], str], markers: Sequence[str]) -> None:
        self._write = write
        self._markers = tuple(markers)

    def scalar(self, value: JsonValue) -> str:
        return self._write(value, self._markers)

    def key(self, name: str) -> str:
        return string_literal(name, self._markers)

    def expression(self, rules: NodeRules, scalar: str) -> str:
        return lark.literal(scalar)

    def text(self, rules: NodeRules, node: String) -> str:
        if node.patterns or node.avoided:
            return rules.json_part(_schema(node))
        most = node.max_length if node.max_length is None or node.max_length <= _MAX_LENGTH else None
        counts = f"{{{node.min_length},{'' if most is None else most}}}" if node.min_length or most is not None else "*"
        return rules.shared_terminal(f'/"{_CHARACTER}{counts}"/')

    def free_key(self, rules: NodeRules, keys: String, names: Sequence[str]) -> str:
        if not names:
            return self.text(rules, keys)
        return rules.json_part({"allOf": [_schema(keys), {"not": {"enum": list(names)}}]})


class JsonNotation(QuotedNotation):
    """JSON, with a space after each comma and colon."""

    def __init__(self, markers: Sequence[str]) -> None:
        super().__init__(json_literal, markers)


class PythonNotation(QuotedNotation):
    """Python's literals."""

    def __init__(self, markers: Sequence[str]) -> None:
        super().__init__(python_literal, markers)


def _schema(node: String) -> JsonObject:
    """A schema of these strings."""
    schema: JsonObject = {"type": "string"}
    if node.min_length:
        schema["minLength"] = node.min_length
    if node.max_length is not None:
        schema["maxLength"] = node.max_length
    if len(node.patterns) == 1:
        schema["pattern"] = _whole(node.patterns[0])
    elif node.patterns:
        schema["allOf"] = [{"pattern": _whole(pattern)} for pattern in node.patterns]
    if node.avoided:
        schema["not"] = {"anyOf": [{"pattern": _whole(pattern)} for pattern in node.avoided]}
    return schema


def _whole(pattern: str) -> str:
    return f"^(?:{spelled(pattern)})$"
