"""Fields of a chat that dialects share: formats, choices, stop strings, biases. Wire -> domain; pure.

`field` is the field's name in the dialect, for errors; refuses to know which fields a dialect has.
"""

from collections.abc import Mapping, Sequence

from flowgen.domain.constraints import Constraint, JsonSchema
from flowgen.domain.errors import InvalidField
from flowgen.domain.messages import Tool, ToolChoice
from flowgen.domain.values import JsonObject
from flowgen.http.conversation_wire import JsonObjectFormat, JsonSchemaFormat, NamedSchema, TextFormat
from flowgen.http.reading import read

_FORMATS = '"text" or "json_object" or "json_schema"'


def response_format(raw: JsonObject | None, unknown: list[str]) -> tuple[Constraint | None, str]:
    """The constraint of a response_format, and the path of its schema. Raises InvalidField."""
    field = "response_format"
    if raw is None:
        return None, field
    match raw.get("type"):
        case "text":
            read(TextFormat, raw, field, unknown)
            return None, field
        case "json_object":
            schema = read(JsonObjectFormat, raw, field, unknown).schema
            is_any = schema is None or schema == {}
            return JsonSchema(schema={"type": "object"} if is_any else schema), f"{field}.schema"
        case "json_schema":
            inner = read(JsonSchemaFormat, raw, field, unknown).json_schema
            schema = read(NamedSchema, inner, f"{field}.json_schema", unknown).schema
            return JsonSchema(schema=schema), f"{field}.json_schema.schema"
        case other:
            raise InvalidField(f"{field}.type", other, _FORMATS)


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


def _token(key: str, field: str) -> int:
    if not (key.isascii() and key.isdecimal() and len(key) <= 10 and key == str(int(key))):
        raise InvalidField(field, key, "token ids, as integers from 0, for keys")
    return int(key)
