"""Reads a JSON text as it grows: where values, keys and brackets begin and end. Knows JSON's letters; refuses to know
what a text means, and takes for granted that it is JSON, white space included: a grammar sees to that.
"""

import json
from enum import IntEnum
from typing import Any, NamedTuple

from flowgen.domain.values import JsonValue


class What(IntEnum):
    """What an event tells. A value begins, or ends; a key begins, or ends; a comma."""

    OPEN = 0
    CLOSE = 1
    KEY = 2
    KEY_END = 3
    COMMA = 4


class Event(NamedTuple):
    """`start` to `end` are places in the text, in bytes; `seen` counts the bytes that tell it: a number ends with
    what follows it. `first` is the first byte of the value."""

    what: What
    start: int
    end: int
    seen: int
    first: int = 0


VALUE, NAME, COLON, AFTER, STRING, KEY, NUMBER, WORD, END = range(9)
"""What a text stands at, or in: `Reading.mode`. At a value, or behind a bracket or comma at a name or the end of the
bracket; in a string, a key, a number or a word."""
ESCAPED = 16
"""Added to a mode: the next byte belongs to an escape."""
_SPACE = frozenset(b" \t\r\n")
_DELIMITERS = frozenset(b",]} \t\r\n")
QUOTE, _BACKSLASH, _COMMA = b'"\\,'
_ARRAY, _OBJECT = b"[{"
_CLOSING = frozenset(b"]}")
_WORD_SIZES = {ord("t"): 4, ord("f"): 5, ord("n"): 4}


KINDS = dict(zip(b'{["tfn', ("object", "array", "string", "boolean", "boolean", "null"), strict=True))
"""By a value's first byte; any other begins a number."""

Outer = tuple[bool, "Outer | None"]
"""An open bracket, whether it is an object's, and those around it."""


class Reading(NamedTuple):
    """Where a text is. It never changes, so going back is taking an older one. `start` is where the scalar or key that
    is being read begins, and `first` its first byte; `outer` are the open brackets, the innermost first."""

    mode: int = VALUE
    start: int = 0
    first: int = 0
    outer: "Outer | None" = None

    @property
    def is_over(self) -> bool:
        """The value has ended."""
        return self.mode == END


START = Reading()


def read(reading: Reading, data: bytes, place: int) -> tuple[Reading, list[Event]]:
    """Go on with bytes that stand at `place` of the text."""
    walk = _Walk(reading)
    for here, byte in enumerate(data, place):
        walk.take(here, byte)
    return Reading(walk.mode, walk.start, walk.first, walk.outer), walk.events


class _Walk:
    """One step of reading, byte by byte."""

    def __init__(self, reading: Reading) -> None:
        self.mode, self.start, self.first, self.outer = reading
        self.events: list[Event] = []

    def take(self, here: int, byte: int) -> None:
        if self.mode >= ESCAPED:
            self.mode -= ESCAPED
        elif self.mode in (STRING, KEY):
            self._letter(here, byte)
        elif self.mode == WORD:
            if here + 1 == self.start + _WORD_SIZES[self.first]:
                self._close(self.start, here + 1, here + 1)
        elif self.mode != NUMBER:
            self._mark(here, byte)
        elif byte in _DELIMITERS:
            self._close(self.start, here, here + 1)
            self._mark(here, byte)

    def _letter(self, here: int, byte: int) -> None:
        if byte == _BACKSLASH:
            self.mode += ESCAPED
        elif byte == QUOTE and self.mode == STRING:
            self._close(self.start, here + 1, here + 1)
        elif byte == QUOTE:
            self.events.append(Event(What.KEY_END, self.start, here + 1, here + 1, byte))
            self.mode = COLON

    def _mark(self, here: int, byte: int) -> None:
        if byte in _SPACE:
            return
        if byte in _CLOSING and self.outer is not None:
            self.outer = self.outer[1]
            self._close(-1, here + 1, here + 1)
        elif self.mode == AFTER and self.outer is not None:
            self.events.append(Event(What.COMMA, here, here + 1, here + 1, byte))
            self.mode = NAME if self.outer[0] else VALUE
        elif self.mode == NAME:
            self.events.append(Event(What.KEY, here, here, here + 1, byte))
            self.mode, self.start = KEY, here
        elif self.mode == COLON:
            self.mode = VALUE
        elif self.mode == VALUE:
            self._open(here, byte)

    def _open(self, here: int, byte: int) -> None:
        self.events.append(Event(What.OPEN, here, here, here + 1, byte))
        self.start, self.first = here, byte
        if byte in (_ARRAY, _OBJECT):
            self.outer = (byte == _OBJECT, self.outer)
            self.mode = NAME if byte == _OBJECT else VALUE
        else:
            self.mode = STRING if byte == QUOTE else WORD if byte in _WORD_SIZES else NUMBER

    def _close(self, start: int, end: int, seen: int) -> None:
        self.events.append(Event(What.CLOSE, start, end, seen, self.first))
        self.mode = AFTER if self.outer is not None else END


def finish(reading: Reading, place: int) -> list[Event]:
    """The text ends here: a number at its top has no other end."""
    if reading.mode != NUMBER or reading.outer is not None:
        return []
    return [Event(What.CLOSE, reading.start, place, place, reading.first)]


class _Unreadable:
    """A value that Python has no form for, which no validator takes either."""


def value_of(text: bytes | bytearray) -> JsonValue:
    """Give the value of a whole text."""
    try:
        return json.loads(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError):  # more digits or brackets than Python reads
        unreadable: Any = _Unreadable()
        return unreadable
