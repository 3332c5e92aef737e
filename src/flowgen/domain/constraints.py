"""What an answer may be, as values that cross process borders. Refuses to know how a constraint is compiled."""

from collections.abc import Mapping
from typing import Literal
from typing import Literal

from flowgen.domain.values import JsonValue, Value


class JsonSchema(Value, frozen=True, tag=True):
    """A JSON document that matches `schema` (an object or a boolean), with exactly these separators.

    `draft` ("4", "6", "7", "2019-09", "2020-12") counts where `$schema` names none; without either it is 2020-12.
    With `whitespace` "any" white space may stand wherever JSON allows it, and the separators are bare.
    """

    schema: JsonValue
    item_separator: str = ","
    key_separator: str = ":"
    draft: str | None = None
    whitespace: Literal["compact", "any"] = "compact"


class Regex(Value, frozen=True, tag=True):
    """A text that matches the whole pattern."""

    pattern: str


class Choice(Value, frozen=True, tag=True):
    """One of these texts, to the letter."""

    options: tuple[str, ...]


class Gbnf(Value, frozen=True, tag=True):
    """A grammar in llama.cpp's notation, with the rule `root`."""

    grammar: str


class LarkPart(Value, frozen=True):
    """A constraint inside of a grammar. `field` and `pointer` are where it stands in the request, for refusals."""

    constraint: "Constraint"
    field: str
    pointer: str = ""


class Lark(Value, frozen=True, tag=True):
    """A grammar in llguidance's dialect of Lark, with the rule `start`; `<|name|>` names a special token.

    `@name` stands for `parts[name]`; parts of type Lark have no parts of their own.
    """

    grammar: str
    parts: Mapping[str, LarkPart] = {}


Constraint = JsonSchema | Regex | Choice | Gbnf | Lark
