"""Writes calls as JSON objects, exactly as the grammar spells them. Refuses to know the markers around them."""

from collections.abc import Sequence

from flowgen.adapters.toolcalls.pythonic_writer import number_literal, string_literal
from flowgen.domain.messages import ToolCall
from flowgen.domain.values import JsonValue

_WORDS = {True: "true", False: "false", None: "null"}


def write_call(call: ToolCall, markers: Sequence[str] = ()) -> str:
    """Give `{"name": "f", "arguments": {"a": 1}}`; markers inside of strings are escaped. Raises CannotWrite."""
    arguments = json_literal(call.arguments, markers)
    return f'{{"name": {string_literal(call.name, markers)}, "arguments": {arguments}}}'


def json_literal(value: JsonValue, markers: Sequence[str] = ()) -> str:
    """Give a value as JSON with a space after each comma and colon. Raises CannotWrite."""
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, str):
        return string_literal(value, markers)
    if isinstance(value, list | tuple):
        return f"[{', '.join(json_literal(item, markers) for item in value)}]"
    if isinstance(value, dict):
        pairs = (f"{string_literal(key, markers)}: {json_literal(item, markers)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return number_literal(value)
