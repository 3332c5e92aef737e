"""What an answer may be, as values that cross process borders. Refuses to know how a constraint is compiled."""

from flowgen.domain.values import JsonValue, Value


class JsonSchema(Value, frozen=True, tag=True):
    """A JSON document that matches `schema` (an object or a boolean), written compactly."""

    schema: JsonValue


class Regex(Value, frozen=True, tag=True):
    """A text that matches the whole pattern."""

    pattern: str


class Choice(Value, frozen=True, tag=True):
    """One of these texts, to the letter."""

    options: tuple[str, ...]


class Gbnf(Value, frozen=True, tag=True):
    """A grammar in llama.cpp's notation, with the rule `root`."""

    grammar: str


class Lark(Value, frozen=True, tag=True):
    """A grammar in llguidance's dialect of Lark, with the rule `start`; `<|name|>` names a special token."""

    grammar: str


Constraint = JsonSchema | Regex | Choice | Gbnf | Lark
