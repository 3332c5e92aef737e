"""Prompts become ids: with SentencePiece's leading space, BOS, and plugins' own ids."""

from collections.abc import Iterable, Sequence

import pytest

from flowgen.adapters.llama.vocabulary import PromptTokenizer, read_vocabulary
from flowgen.domain.errors import InvalidField
from flowgen.domain.generation import PromptSegment

SPACE, BOS, END = 1, 2, 3
TEXTS = {SPACE: b" ", BOS: b"<s>", END: b"</s>"}


class Sentences:
    """Letters by their codes; a space before each text, as SentencePiece has it."""

    n_vocab = 256

    def pieces(self, tokens: Iterable[int]) -> list[bytes]:
        return [TEXTS.get(token, bytes([token])) for token in tokens]

    def is_control(self, token: int) -> bool:
        return token in (BOS, END)

    def is_end(self, token: int) -> bool:
        return token == END

    def is_sentencepiece(self) -> bool:
        return True

    def special_token(self, what: str) -> int | None:
        return {"bos": BOS, "eos": END}[what]

    def tokenize(self, data: bytes, *, special: bool, add_special: bool = False) -> list[int]:
        if special and data.startswith(b"<s>"):
            return [BOS, *data[3:]]
        return [SPACE, *data]


def ids_of(*segments: PromptSegment, add_bos: bool = False) -> list[int]:
    return PromptTokenizer(Sentences()).prompt(segments, add_bos=add_bos)


def test_only_the_first_piece_gets_the_leading_space() -> None:
    assert ids_of(PromptSegment(text="ab"), PromptSegment(text="cd", special=False)) == [SPACE, *b"abcd"]


def test_empty_pieces_are_nothing() -> None:
    assert ids_of(PromptSegment(text=""), PromptSegment(text="ab"), PromptSegment(text="")) == [SPACE, *b"ab"]
    with pytest.raises(InvalidField, match=r"options\.prompt"):
        ids_of(PromptSegment(text=""), add_bos=True)


def test_bos_comes_once() -> None:
    assert ids_of(PromptSegment(text="ab"), add_bos=True) == [BOS, SPACE, *b"ab"]
    assert ids_of(PromptSegment(text="<s>ab"), add_bos=True) == [BOS, *b"ab"]
    assert ids_of(PromptSegment(text="<s>ab"), add_bos=False) == [BOS, *b"ab"]


class Fixed:
    def __init__(self, *ids: int) -> None:
        self._ids = ids

    def tokenize(self, text: str, special: bool) -> Sequence[int]:
        return self._ids


def test_a_plugins_ids_must_be_the_models() -> None:
    assert PromptTokenizer(Sentences(), Fixed(7, 8)).prompt([PromptSegment(text="x")] * 2, add_bos=False) == [
        7,
        8,
        7,
        8,
    ]
    with pytest.raises(InvalidField, match=r"options\.tokenizer"):
        PromptTokenizer(Sentences(), Fixed(7, 256)).tokenize("x", special=True)


def test_a_vocabularys_fingerprint_is_its_content() -> None:
    class Other(Sentences):
        def is_end(self, token: int) -> bool:
            return token in (END, BOS)

    first, second, other = (read_vocabulary(source) for source in (Sentences(), Sentences(), Other()))
    assert first.fingerprint == second.fingerprint != other.fingerprint
    assert (first.end_tokens, first.special, first.tokens[END]) == ((END,), frozenset({BOS, END}), b"</s>")
    assert first.tokenize(b"ab") == [SPACE, *b"ab"]
