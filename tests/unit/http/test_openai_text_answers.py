"""The log-probabilities of /v1/completions: four lists, in which a token stands where its text does."""

from hypothesis import given
from hypothesis import strategies as st

from flowgen.domain.generation import TokenAlternative, TokenLogprob
from flowgen.http.openai.text_answer_wire import TextLogprobs
from flowgen.http.openai.text_answers import LogprobsWriter


def entries(pieces: list[bytes]) -> TextLogprobs:
    tokens = [TokenLogprob(chosen=TokenAlternative(token=0, data=data, logprob=-1.0)) for data in pieces]
    told = LogprobsWriter().add(tokens)
    assert told is not None
    return told


def test_halves_of_a_character_stand_where_it_does() -> None:
    told = entries([b"a", b"\xc3", b"\xa9", b"bc", b"\xf0\x9f", b"\x98\x80d", b"e"])  # aébc😀de
    assert told.text_offset == [0, 1, 1, 2, 4, 4, 6]


@given(st.text(max_size=8), st.data())
def test_offsets_are_places_of_the_text_however_it_is_cut(text: str, data: st.DataObject) -> None:
    whole = text.encode()
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(whole) - 1)), max_size=6))) if whole else []
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    pieces = [piece for piece in pieces if piece]
    offsets = entries(pieces).text_offset
    for index, offset in enumerate(offsets):
        before = len(b"".join(pieces[:index]))
        assert len(text[:offset].encode()) <= before < len(text[: offset + 1].encode())
