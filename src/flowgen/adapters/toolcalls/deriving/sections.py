"""Divides rendered answers into what surrounds all calls, what stands between two, and the calls themselves.

Knows that two answers with calls in common have their markup in common; refuses to know how one call is written.
"""

import re
from collections.abc import Sequence

from flowgen.domain.messages import ToolCall
from flowgen.domain.toolcalls import PastTurn
from flowgen.domain.values import Value

_MARKER = re.compile(r"\]<\]\w{1,24}\[>\[|<[^<>\n]{1,96}>|\[/?[A-Z_]{2,24}\]")
ID = "call00000"
"""Stands for the id of each call."""


class CallText(Value, frozen=True):
    """One call and how it is written, without what stands between calls."""

    call: ToolCall
    text: str


class Sections(Value, frozen=True):
    """The common texts of answers: before the first call, between two, after the last. `is_parallel`: more than one
    call was rendered."""

    opening: str
    separator: str
    closing: str
    calls: tuple[CallText, ...]
    is_parallel: bool


def divide(turns: Sequence[PastTurn]) -> Sections | None:
    """Find the sections of answers with one call each and, where there is one, with two."""
    single = [CallText(call=turn.calls[0], text=_normal(turn)) for turn in turns if len(turn.calls) == 1]
    alone = {written.call.id: written.text for written in single}
    for turn in turns:
        ids = [call.id for call in turn.calls]
        if len(ids) == 2 and alone.keys() >= set(ids):
            opening, separator, closing = _of_pair(alone[ids[0]], _normal(turn), alone[ids[1]])
            return _sections(opening, separator, closing, single, is_parallel=True)
    return _sections("", "", "", single, is_parallel=False) if single else None


def _of_pair(first: str, both: str, second: str) -> tuple[str, str, str]:
    """`both` is `first` with its closing replaced by a separator and `second` without its opening."""
    head = _common_start(first, both)
    tail = _common_start(second[::-1], both[::-1])
    head = min(_start_of_marker(first, head), _start_of_marker(both, head))
    tail = len(both) - _end_of_marker(both, len(both) - tail)
    tail = len(second) - _end_of_marker(second, len(second) - tail)
    shared = max(0, head + tail - len(both))  # text that ends the first call as well as it begins the second
    head, tail = head - shared, tail - shared
    return second[: len(second) - tail], both[head : len(both) - tail], first[head:]


def _sections(
    opening: str, separator: str, closing: str, single: Sequence[CallText], *, is_parallel: bool
) -> Sections | None:
    calls = []
    for call, text in ((written.call, written.text) for written in single):
        if not (text.startswith(opening) and text.endswith(closing) and len(text) > len(opening) + len(closing)):
            return None
        calls.append(CallText(call=call, text=text[len(opening) : len(text) - len(closing)]))
    return Sections(opening=opening, separator=separator, closing=closing, calls=tuple(calls), is_parallel=is_parallel)


def _normal(turn: PastTurn) -> str:
    """The turn with one id for all calls and the number 0 for each, so that calls differ in nothing but themselves."""
    text = turn.turn
    for index, call in enumerate(turn.calls):
        text = text.replace(call.id, ID)
        text = re.sub(rf"({re.escape(call.name)}\W{{1,2}}){index}(?!\d)", r"\g<1>0", text)
    return text


def common_start(first: str, second: str) -> str:
    """What two texts begin with alike."""
    return first[: _common_start(first, second)]


def common_end(first: str, second: str) -> str:
    """What two texts end with alike; never part of a marker."""
    size = _common_start(first[::-1], second[::-1])
    size = len(first) - _end_of_marker(first, len(first) - size)
    return second[_end_of_marker(second, len(second) - size) :]


def _common_start(first: str, second: str) -> int:
    pairs = zip(first, second, strict=False)
    return next((index for index, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))


def _start_of_marker(text: str, place: int) -> int:
    return next((marker.start() for marker in _around(text, place)), place)


def _end_of_marker(text: str, place: int) -> int:
    return next((marker.end() for marker in _around(text, place)), place)


def _around(text: str, place: int) -> list[re.Match[str]]:
    found = _MARKER.finditer(text)
    return [marker for marker in found if marker.start() < place < marker.end()]
