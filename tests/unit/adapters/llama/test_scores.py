"""Bias, penalties, processors and the mask, each against its formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.llama.scores import DROPPED, ScoreRules, allowed_tokens, penalise
from flowgen.domain.errors import EngineFailed
from flowgen.domain.generation import Sampling

tokens = st.lists(st.integers(0, 7), max_size=20)
LOGITS = np.array([2.0, -1.0, 0.5, 0.0, 3.0, -2.0, 1.0, 4.0], np.float32)


@given(
    tokens=tokens,
    repeat=st.floats(0.5, 2.0),
    frequency=st.floats(-1.0, 1.0),
    presence=st.floats(-1.0, 1.0),
    last_n=st.integers(-1, 20),
)
def test_penalties_follow_llama_cpps_formula(
    tokens: list[int], repeat: float, frequency: float, presence: float, last_n: int
) -> None:
    sampling = Sampling(
        repeat_penalty=repeat, frequency_penalty=frequency, presence_penalty=presence, penalty_last_n=last_n
    )
    scores = LOGITS.copy()
    penalise(scores, tokens, sampling)
    window = tokens if last_n < 0 else tokens[max(0, len(tokens) - last_n) :]
    for token, logit in enumerate(LOGITS.astype(float)):
        count = window.count(token)
        expected = logit
        if count:
            expected = logit / repeat if logit > 0 else logit * repeat
            expected -= count * frequency + presence
        assert scores[token] == pytest.approx(expected, abs=1e-5)


def test_a_bias_adds_to_its_tokens_alone() -> None:
    scores = ScoreRules(Sampling(logit_bias={0: 5.0, 7: -100.0, 3: 1e300})).apply(LOGITS, [], [], None)
    assert np.argmax(scores) == 3
    assert np.isfinite(scores).sum() == 1  # an infinite score leaves no other
    scores = ScoreRules(Sampling(logit_bias={0: 5.0, 7: -100.0})).apply(LOGITS, [], [], None)
    assert np.flatnonzero(scores != LOGITS).tolist() == [0, 7]


class Forbid:
    def __init__(self, *forbidden: int) -> None:
        self._forbidden = list(forbidden)

    def process(self, prompt: object, tokens: object, logits: object) -> None:
        for token in self._forbidden:
            logits[token] = float("-inf")  # type: ignore[index]


def test_the_mask_has_the_last_word_over_processors() -> None:
    allowed = np.zeros(8, np.bool_)
    allowed[[1, 2]] = True
    rules = ScoreRules(Sampling(), [Forbid(2)])
    assert np.flatnonzero(np.isfinite(rules.apply(LOGITS, [], [], allowed))).tolist() == [1]
    assert rules.warnings == []
    rules = ScoreRules(Sampling(), [Forbid(1, 2)])
    for _ in range(2):
        assert np.flatnonzero(np.isfinite(rules.apply(LOGITS, [], [], allowed))).tolist() == [1, 2]
    assert rules.warnings == [DROPPED]


def test_a_mask_that_allows_nothing_is_an_error() -> None:
    with pytest.raises(EngineFailed):
        ScoreRules(Sampling()).apply(LOGITS, [], [], np.zeros(8, np.bool_))


def test_scores_that_are_no_numbers_are_an_error() -> None:
    with pytest.raises(EngineFailed, match="no numbers"):
        ScoreRules(Sampling()).apply(np.full(8, np.nan, np.float32), [], [], None)


def test_the_given_logits_stay_as_they_are() -> None:
    before = LOGITS.copy()
    ScoreRules(Sampling(logit_bias={1: 3.0}, repeat_penalty=2.0), [Forbid(0)]).apply(LOGITS, [], [1], None)
    assert (before == LOGITS).all()


@given(allowed=st.sets(st.integers(0, 99)))
def test_masks_are_bits_little_endian(allowed: set[int]) -> None:
    words = np.zeros(4, np.uint32)
    for token in allowed:
        words[token // 32] |= np.uint32(1 << (token % 32))
    assert np.flatnonzero(allowed_tokens(words, 100)).tolist() == sorted(allowed)
