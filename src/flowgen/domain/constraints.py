"""What an answer may be, as values that cross process borders. Refuses to know how a constraint is compiled."""

from collections.abc import Mapping
from typing import Literal

from flowgen.domain.messages import Tool
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


class CheckedTool(Value, frozen=True):
    """A tool that an answer may call, and the request's field that holds the schema of its arguments. `is_exact`: the
    grammar says all of that schema."""

    tool: Tool
    field: str
    is_exact: bool = False


class AnswerReading(Value, frozen=True):
    """How to find the values in an answer under a grammar, so that they can be checked.

    `format` names the syntax of calls, None where there are none; `description` is the same as data, empty where the
    name has to do. `document` is what the content is to be where it is
    JSON. `reasoning` are the opening and the closing tag around the model's thinking, and a word after the opening;
    `opens_reasoning`: the answer begins inside. `generation_prompt` is the prompt's end, which the answer goes on from.
    """

    format: str | None = None
    description: str = ""
    tools: tuple[CheckedTool, ...] = ()
    document: LarkPart | None = None
    reasoning: tuple[str, str, str] | None = None
    opens_reasoning: bool = False
    generation_prompt: str = ""


class Lark(Value, frozen=True, tag=True):
    """A grammar in llguidance's dialect of Lark, with the rule `start`; `<|name|>` names a special token.

    `@name` stands for `parts[name]`; parts of type Lark have no parts of their own. Without `reading` no value in the
    answer is checked beyond what the grammar says.
    """

    grammar: str
    parts: Mapping[str, LarkPart] = {}
    reading: AnswerReading | None = None


Constraint = JsonSchema | Regex | Choice | Gbnf | Lark
