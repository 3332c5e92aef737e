"""Fields of a chat that dialects share: formats, choices, stop strings, biases, variables. Wire -> domain; pure.

`field` is the field's name in the dialect, for errors; refuses to know which fields a dialect has.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from flowgen.domain.constraints import Choice, Constraint, JsonSchema, Lark, Regex
from flowgen.domain.errors import InvalidField
from flowgen.domain.messages import Tool, ToolChoice
from flowgen.domain.values import JsonObject
from flowgen.http.conversation_wire import (
    ChoiceFormat,
    JsonObjectFormat,
    JsonSchemaFormat,
    LarkFormat,
    NamedSchema,
    RegexFormat,
    TextFormat,
)
from flowgen.http.reading import read

_FORMATS = '"text" or "json_object" or "json_schema"'


def response_format(
    raw: JsonObject | None, unknown: list[str], *, texts: bool = False
) -> tuple[Constraint | None, str]:
    """The constraint of a response_format, and the path of what binds. With `texts` there are also regex, choice and
    lark. Raises InvalidField."""
    field = "response_format"
    if raw is None:
        return None, field
    match raw.get("type"):
        case "text":
            read(TextFormat, raw, field, unknown)
            return None, field
        case "json_object":
            return _json_object(read(JsonObjectFormat, raw, field, unknown)), f"{field}.schema"
        case "json_schema":
            outer = read(JsonSchemaFormat, raw, field, unknown)
            schema = read(NamedSchema, outer.json_schema, f"{field}.json_schema", unknown).schema
            return JsonSchema(schema=schema, whitespace=outer.whitespace), f"{field}.json_schema.schema"
        case "regex" | "choice" | "lark" as kind if texts:
            return _text(kind, raw, unknown), f"{field}.{kind}"
        case other:
            raise InvalidField(f"{field}.type", other, _FORMATS + (' or "regex" or "choice" or "lark"' * texts))


def _json_object(wanted: JsonObjectFormat) -> JsonSchema:
    is_any = wanted.schema is None or wanted.schema == {}
    return JsonSchema(schema={"type": "object"} if is_any else wanted.schema, whitespace=wanted.whitespace)


def _text(kind: str, raw: JsonObject, unknown: list[str]) -> Constraint:
    if kind == "regex":
        return Regex(pattern=read(RegexFormat, raw, "response_format", unknown).regex)
    if kind == "choice":
        return Choice(options=tuple(read(ChoiceFormat, raw, "response_format", unknown).choice))
    return Lark(grammar=read(LarkFormat, raw, "response_format", unknown).lark)


def check_choice(choice: ToolChoice, field: str, tools: Sequence[Tool]) -> None:
    """Refuse a choice that these tools cannot honour. Raises InvalidField."""
    if choice.mode == "required" and not tools:
        raise InvalidField(field, "required", '"auto" or "none" where the request has no tools')
    if choice.mode == "named" and choice.name not in [tool.name for tool in tools]:
        names = ", ".join(tool.name for tool in tools) or "none: the request has no tools"
        raise InvalidField(field, choice.name, f"a name among the request's tools ({names})")


def stop_texts(stop: str | Sequence[str], field: str) -> tuple[str, ...]:
    """The stop strings. Raises InvalidField for an empty one."""
    texts = (stop,) if isinstance(stop, str) else tuple(stop)
    for index, text in enumerate(texts):
        if not text:
            where = field if isinstance(stop, str) else f"{field}[{index}]"
            raise InvalidField(where, text, "a text that is not empty")
    return texts


def token_biases(biases: Mapping[str, float] | None, field: str) -> dict[int, float]:
    """The biases by token id. Raises InvalidField for a key that is none."""
    return {_token(key, field): bias for key, bias in (biases or {}).items()}


def unread_variables(names: Iterable[str], source: str, field: str) -> tuple[str, ...]:
    """The warnings that name variables which a template's text does not hold as a word; none where it has no text."""
    words = set(re.findall(r"\w+", source))
    unread = [name for name in names if name not in words] if source else []
    return tuple(f"{field}.{name}: the model's template does not read it." for name in unread)


def _token(key: str, field: str) -> int:
    if not (key.isascii() and key.isdecimal() and len(key) <= 10 and key == str(int(key))):
        raise InvalidField(field, key, "token ids, as integers from 0, for keys")
    return int(key)
