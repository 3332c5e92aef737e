"""Tokens go out with their text: whole characters, nothing of a stop string, nothing lost."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.llama.emission import Emission
from flowgen.adapters.llama.stops import StopScanner
from flowgen.adapters.llama.text import TokenText
from flowgen.domain.generation import Finish, TokenChunk, Usage
from flowgen.domain.model import Vocabulary

END, CALL = 256, 257
BYTES = Vocabulary(
    tokens=(*(bytes([value]) for value in range(256)), b"<|end|>", b"<|call|>"),
    special=frozenset({END, CALL}),
    end_tokens=(END,),
    fingerprint="bytes",
    tokenize=list,
)
FINISH = Finish(reason="stop", usage=Usage(prompt_tokens=1, completion_tokens=1))


def emit(
    tokens: list[int], stops: tuple[str, ...] = (), preserved: tuple[str, ...] = (), finish: Finish = FINISH
) -> list[TokenChunk]:
    emission = Emission(TokenText(BYTES, preserved), StopScanner(stops))
    chunks = []
    for token in tokens:
        chunks.append(emission.push(token))
        if emission.is_stopped:
            break
    return [*chunks, emission.finish(finish)]


def text_of(chunks: list[TokenChunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


@given(text=st.text(max_size=20), stops=st.lists(st.text("ab", min_size=1, max_size=3), max_size=2))
def test_characters_are_whole_and_no_token_is_lost(text: str, stops: list[str]) -> None:
    tokens = list(text.encode())
    chunks = emit(tokens, tuple(stops))
    found = [(place + len(stop), place) for stop in stops if (place := text.find(stop)) >= 0]
    assert text_of(chunks) == (text[: min(found)[1]] if found else text)
    out = [token for chunk in chunks for token in chunk.tokens]
    assert out == tokens[: len(out)]
    assert bytes(out).decode() == text_of(chunks)
    assert [chunk.finish for chunk in chunks if chunk.finish] == [FINISH]


@given(data=st.binary(max_size=20))
def test_any_bytes_become_the_text_that_they_decode_to(data: bytes) -> None:
    chunks = emit(list(data))
    assert text_of(chunks) == data.decode("utf-8", "replace")
    assert bytes(token for chunk in chunks for token in chunk.tokens) == data


def test_a_character_that_the_token_limit_cuts_is_no_text_but_its_tokens_count() -> None:
    tokens = list("a👋".encode())[:-1]
    chunks = emit(tokens, finish=msgspec.structs.replace(FINISH, reason="length"))
    assert text_of(chunks) == "a"
    assert [token for chunk in chunks for token in chunk.tokens] == tokens


def test_special_tokens_have_text_only_if_preserved() -> None:
    tokens = [ord("a"), CALL, ord("b")]
    assert text_of(emit(tokens)) == "ab"
    chunks = emit(tokens, preserved=("<|call|>",))
    assert text_of(chunks) == "a<|call|>b"
    assert [chunk.special for chunk in chunks] == [(), (CALL,), (), ()]


def test_a_special_token_ends_an_unfinished_character() -> None:
    assert text_of(emit([0xF0, 0x9F, CALL, ord("b")])) == "\ufffdb"


def test_tokens_of_a_stop_string_are_left_out_but_for_the_one_it_begins_in() -> None:
    chunks = emit(list(b"hello stop"), stops=("stop",))
    assert text_of(chunks) == "hello "
    assert bytes(token for chunk in chunks for token in chunk.tokens) == b"hello "
