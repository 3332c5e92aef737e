"""Writes calls in Python's notation, exactly as the grammar spells them. Refuses to know the markers around them."""

import json
import math
import re
from collections.abc import Iterable, Sequence

from flowgen.adapters.toolcalls.pythonic import ARGUMENT_NAME, NAME
from flowgen.domain.errors import CannotWrite
from flowgen.domain.messages import ToolCall
from flowgen.domain.values import JsonValue

_WORDS = {True: "True", False: "False", None: "None"}
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def write_calls(calls: Sequence[ToolCall], *, markers: Iterable[str] = ()) -> str:
    """Give `[f(a="x"), g()]`; markers inside of strings are escaped. Raises CannotWrite."""
    return f"[{', '.join(_call(call, tuple(markers)) for call in calls)}]"


def _call(call: ToolCall, markers: tuple[str, ...]) -> str:
    pairs = (f"{_name(key, ARGUMENT_NAME)}={python_literal(value, markers)}" for key, value in call.arguments.items())
    return f"{_name(call.name, NAME)}({', '.join(pairs)})"


def _name(name: str, letters: re.Pattern[str]) -> str:
    if not letters.fullmatch(name):
        raise CannotWrite(f"{name!r} is no name in Python's notation of calls: letters, digits, '_', '-' and '.' are.")
    return name


def python_literal(value: JsonValue, markers: tuple[str, ...] = ()) -> str:
    """Give a JSON value as Python writes it, strings in JSON's notation. Raises CannotWrite."""
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, str):
        return string_literal(value, markers)
    if isinstance(value, list | tuple):
        return f"[{', '.join(python_literal(item, markers) for item in value)}]"
    if isinstance(value, dict):
        pairs = (f"{string_literal(key, markers)}: {python_literal(item, markers)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return number_literal(value)


def number_literal(value: JsonValue) -> str:
    """Give a number's digits. Raises CannotWrite for what JSON has no letters for."""
    if isinstance(value, float) and not math.isfinite(value):
        raise CannotWrite(f"{value} is no number of JSON.")
    try:
        return json.dumps(value)
    except (TypeError, ValueError) as error:
        raise CannotWrite(f"A value of type {type(value).__name__} cannot be written: {error}.") from error


def string_literal(text: str, markers: Iterable[str] = ()) -> str:
    """Give a text in JSON's notation; a text that holds a marker has its `<` escaped. Raises CannotWrite."""
    if not isinstance(text, str) or _SURROGATE.search(text):
        raise CannotWrite("Half a character (a lone surrogate) cannot be written.")
    written = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return written.replace("<", "\\u003c") if any(marker in text for marker in markers) else written
