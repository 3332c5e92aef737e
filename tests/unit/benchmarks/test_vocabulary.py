"""A made-up vocabulary is one that a BPE tokenizer can use, and has the workloads' words whole."""

import itertools

import pytest
from benchmarks.texts import WORDS
from benchmarks.vocabulary import SPECIALS, BpeVocabulary, byte_letters, made_up


@pytest.fixture(scope="module")
def vocabulary() -> BpeVocabulary:
    return made_up(8192)


def test_its_size_is_what_was_asked_for(vocabulary: BpeVocabulary) -> None:
    assert len(vocabulary.tokens) == len(set(vocabulary.tokens)) == 8192
    assert vocabulary.tokens[-vocabulary.num_special :] == list(SPECIALS)
    assert set(byte_letters()) <= set(vocabulary.tokens)


def test_every_merge_joins_tokens_into_a_token(vocabulary: BpeVocabulary) -> None:
    tokens = set(vocabulary.tokens)
    for merge in vocabulary.merges:
        first, second = merge.split(" ")
        assert {first, second, first + second} <= tokens


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_a_token(vocabulary: BpeVocabulary, word: str) -> None:
    assert _merged(f"Ġ{word}", vocabulary.merges) == [f"Ġ{word}"]


def _merged(text: str, merges: list[str]) -> list[str]:
    """Byte-pair encoding as it is defined: the earliest merge first, until none applies."""
    ranks = {tuple(merge.split(" ")): rank for rank, merge in enumerate(merges)}
    parts = list(text)
    while True:
        pairs = [(ranks[pair], place) for place, pair in enumerate(itertools.pairwise(parts)) if pair in ranks]
        if not pairs:
            return parts
        _, place = min(pairs)
        parts[place : place + 2] = ["".join(parts[place : place + 2])]
