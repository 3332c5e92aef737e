"""Draws written calls with a fault or two in them: cut short, a letter too few or too many, a marker twice, a quote of
the other kind. Knows no syntax: the faults are of any text, and of a format's own markup."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from hypothesis import strategies as st

from flowgen.domain.messages import ToolCall
from flowgen.domain.values import Value

FaultKind = Literal["cut", "drop", "double", "quote", "marker twice", "marker gone", "marker here", "piece here"]
_KINDS: tuple[FaultKind, ...] = (
    "cut", "drop", "double", "quote", "marker twice", "marker gone", "marker here", "piece here"
)  # fmt: skip
_OTHER_QUOTES = {'"': "'", "'": '"'}
_PLACES = 1000

WORDS = ("zebra", "quokka", "wombat", "lynx")
"""Texts of arguments that stand in no syntax: where one is in an answer, it must be in what is told of it."""


class Fault(Value, frozen=True):
    """What is done to a text, about so many thousandths of it from its beginning; `text` is what is put there."""

    kind: FaultKind
    place: int
    text: str = ""


@lru_cache(maxsize=256)
def faults_of(pieces: tuple[str, ...]) -> st.SearchStrategy[list[Fault]]:
    """One fault, or two."""
    places, texts = st.integers(0, _PLACES), st.sampled_from(pieces)
    return st.lists(st.builds(Fault, st.sampled_from(_KINDS), places, texts), min_size=1, max_size=2)


def broken(text: str, faults: Sequence[Fault], markers: Sequence[str]) -> str:
    """Give the text with the faults in it, one after the other."""
    for fault in faults:
        text = _broken(text, fault, markers)
    return text


def _broken(text: str, fault: Fault, markers: Sequence[str]) -> str:
    at = fault.place * len(text) // _PLACES
    match fault.kind:
        case "cut":
            return text[:at]
        case "drop":
            return text[:at] + text[at + 1 :]
        case "double":
            return text[:at] + text[at : at + 1] + text[at:]
        case "quote":
            at = next((place for place in range(at, len(text)) if text[place] in _OTHER_QUOTES), len(text))
            return text[:at] + _OTHER_QUOTES.get(text[at : at + 1], "") + text[at + 1 :]
        case "piece here":
            return text[:at] + fault.text + text[at:]
        case _:
            return _with_marker(text, fault, at, markers)


def _with_marker(text: str, fault: Fault, at: int, markers: Sequence[str]) -> str:
    """A marker twice, or not at all: the first from there on; or one where none belongs."""
    if not markers:
        return text
    if fault.kind == "marker here":
        marker = markers[fault.place % len(markers)]
        return text[:at] + marker + text[at:]
    found = [(place, marker) for marker in markers if (place := text.find(marker, at)) >= 0]
    if not found:
        return text
    place, marker = min(found)
    return text[:place] + (marker * 2 if fault.kind == "marker twice" else "") + text[place + len(marker) :]


@lru_cache(maxsize=1)
def worded_calls() -> st.SearchStrategy[list[ToolCall]]:
    """Calls of the sample tools `send_mail` and `lookup` whose texts are words that stand in no syntax."""
    words = st.sampled_from(WORDS)
    mail = st.fixed_dictionaries({"cc": st.lists(words, max_size=2), "to": words})
    calls = st.builds(ToolCall, name=st.just("send_mail"), arguments=mail) | st.builds(
        ToolCall, name=st.just("lookup"), arguments=st.fixed_dictionaries({"key": words})
    )
    return st.lists(calls, min_size=1, max_size=2)
