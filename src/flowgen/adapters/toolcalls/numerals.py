"""Numbers as Python writes them, and as models do: with zeros before them, signs, other bases. Refuses to know where
they stand."""

import json
import math
import re

from flowgen.adapters.toolcalls.broken import BrokenCall

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
PADDED = re.compile(r"[+-]?[0-9]{1,99}")
"""Whole numbers, zeros or a sign before them."""


def number(word: str) -> int | float:
    """Give a word's number. Raises BrokenCall."""
    try:
        value = int(word, 0) if not NUMBER.fullmatch(word) else json.loads(word)
    except ValueError:
        value = _real(word)
    if isinstance(value, float) and not math.isfinite(value):
        raise BrokenCall(f"{word!r} is no finite number")
    return value if isinstance(value, int) else float(value)


def _real(word: str) -> int | float:
    try:
        return int(word) if PADDED.fullmatch(word) else float(word)
    except ValueError:
        raise BrokenCall(f"{word[:80]!r} is no value") from None
