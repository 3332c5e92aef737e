"""Writes calls as JSON objects, exactly as the grammar spells them. Refuses to know the markers around them."""

import re
from collections.abc import Sequence

from flowgen.adapters.toolcalls.json_call_reader import Keys
from flowgen.adapters.toolcalls.json_writer import json_literal
from flowgen.adapters.toolcalls.pythonic_writer import string_literal
from flowgen.domain.errors import CannotWrite
from flowgen.domain.messages import ToolCall

ID_LAST = re.compile(r"[a-zA-Z0-9]{9}")
ID_FIRST = re.compile(r"[0-9]{1,3}")


def write_call(call: ToolCall, keys: Keys, markers: Sequence[str], index: int) -> str:
    """Give `{"name": "f", "arguments": {"a": 1}}`; markers inside of strings are escaped. Raises CannotWrite."""
    if not call.name:
        raise CannotWrite("A call without a name cannot be written.")
    ending = f', "{keys.id[0]}": "{_id_last(call, index)}"}}' if keys.written_id == "last" else "}"
    first = f'"{keys.id[0]}": "{_id_first(call, index)}", ' if keys.written_id == "first" else ""
    return "{" + first + call_opening(call.name, keys, markers)[1:] + json_literal(call.arguments, markers) + ending


def call_opening(name: str, keys: Keys, markers: Sequence[str] = ()) -> str:
    """Give what stands before a call's arguments, without an id."""
    written = string_literal(name, markers)
    if not keys.name:
        return f"{{{written}: "
    return f'{{"{keys.name[0]}": {written}, "{keys.arguments[0]}": '


def _id_first(call: ToolCall, index: int) -> str:
    return call.id if ID_FIRST.fullmatch(call.id) else str(index)


def _id_last(call: ToolCall, index: int) -> str:
    """The call's id where it is in the format's letters, else one of its last letters."""
    letters = re.sub(r"[^a-zA-Z0-9]", "", call.id) or str(index)
    return call.id if ID_LAST.fullmatch(call.id) else letters[-9:].rjust(9, "0")
