"""Stop strings: any cut of a text gives what the whole gives, and what the definition gives."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.llama.stops import StopScanner
from flowgen.domain.generation import SilentSpan

LETTERS = "ab<>"
texts = st.text(LETTERS, max_size=30)
stops = st.lists(st.text(LETTERS, min_size=1, max_size=4), max_size=3)
spans = st.lists(
    st.builds(
        SilentSpan,
        opening=st.text(LETTERS, min_size=1, max_size=3),
        closing=st.none() | st.text(LETTERS, min_size=1, max_size=2),
        at_start=st.booleans(),
        is_open=st.booleans(),
    ),
    max_size=2,
)


def scan(pieces: Sequence[str], stops: Sequence[str], spans: Sequence[SilentSpan] = ()) -> tuple[str, bool]:
    scanner = StopScanner(stops, spans)
    released = "".join(scanner.feed(piece) for piece in pieces if not scanner.is_stopped)
    return released + ("" if scanner.is_stopped else scanner.finish()), scanner.is_stopped


@given(text=texts, stops=stops, spans=spans, cuts=st.sets(st.integers(0, 30)))
def test_any_cut_gives_the_same(text: str, stops: list[str], spans: list[SilentSpan], cuts: set[int]) -> None:
    places = [0, *sorted(cut for cut in cuts if cut <= len(text)), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert scan(pieces, stops, spans) == scan([text], stops, spans) == scan(list(text), stops, spans)


@given(text=texts, stops=stops, spans=spans, cut=st.integers(0, 30))
def test_what_is_given_out_so_far_is_the_same_too(
    text: str, stops: list[str], spans: list[SilentSpan], cut: int
) -> None:
    whole, single = StopScanner(stops, spans), StopScanner(stops, spans)
    for piece in (text[:cut], text[cut:]):
        assert whole.feed(piece) == "".join(single.feed(character) for character in piece if not single.is_stopped)
        assert whole.is_stopped == single.is_stopped
        if whole.is_stopped:
            return


@given(text=texts, stops=stops)
def test_the_first_complete_stop_string_cuts(text: str, stops: list[str]) -> None:
    found = [(place + len(stop), place) for stop in stops if (place := text.find(stop)) >= 0]
    expected = (text[: min(found)[1]], True) if found else (text, False)
    assert scan([text], stops) == expected


@given(text=texts, stops=stops)
def test_what_is_held_back_may_begin_a_stop_string(text: str, stops: list[str]) -> None:
    scanner = StopScanner(stops)
    released = scanner.feed(text)
    held = text[len(released) :]
    if not scanner.is_stopped:
        assert not held or any(stop.startswith(held) for stop in stops)


OPEN_CALL = SilentSpan(opening="<call>", closing="</call>", is_open=True)
CALL = SilentSpan(opening="<call>", closing="</call>")


@pytest.mark.parametrize(
    ("text", "stops", "spans", "expected"),
    [
        ("a<call>stop</call>b stop c", ["stop"], [CALL], ("a<call>stop</call>b ", True)),
        ("a<call>stop", ["stop"], [CALL], ("a<call>stop", False)),
        ("a <b", ["<"], [CALL], ("a ", True)),
        ("a<call>b</call>", ["<"], [CALL], ("a<call>b</call>", False)),
        ("a<cal", ["<"], [CALL], ("a", True)),
        ("a\n<call>", ["\n<"], [CALL], ("a", True)),
        ("</call>stop", ["stop"], [CALL], ("</call>", True)),
        ("stop</call>a stop", ["stop"], [OPEN_CALL], ("stop</call>a ", True)),
        ("[f(stop)]", ["stop"], [SilentSpan(opening="[", at_start=True)], ("[f(stop)]", False)),
        ("a [stop]", ["stop"], [SilentSpan(opening="[", at_start=True)], ("a [", True)),
        ("über船のstop", ["の"], [], ("über船", True)),
        ("stop", [""], [], ("stop", False)),
    ],
)  # fmt: skip
def test_examples(text: str, stops: list[str], spans: list[SilentSpan], expected: tuple[str, bool]) -> None:
    assert scan(list(text), stops, spans) == expected
