"""Bias, penalties, processors and the mask, each against its formula."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.llama.backend import Sampler
from flowgen.adapters.llama.candidates import Candidates, Scores, Scratch
from flowgen.adapters.llama.chooser import TokenChooser, mask_of
from flowgen.adapters.llama.sampler import TokenSampler
from flowgen.adapters.llama.scores import DROPPED, Penalties, ScoreRules, restrict
from flowgen.domain.errors import EngineFailed
from flowgen.domain.generation import Sampling
from flowgen.domain.model import Vocabulary
from flowgen.domain.plugins import Logits
from flowgen.domain.verdicts import Verdict

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
    penalties = Penalties(sampling)
    for count in (len(tokens) // 2, len(tokens)):
        penalties.counts(tokens[:count])
    penalties.apply(scores)
    window = tokens if last_n < 0 else tokens[max(0, len(tokens) - last_n) :]
    for token, logit in enumerate(LOGITS.astype(float)):
        count = window.count(token)
        expected = logit
        if count:
            expected = logit / repeat if logit > 0 else logit * repeat
            expected -= count * frequency + presence
        assert scores[token] == pytest.approx(expected, abs=1e-5)


def apply(
    rules: ScoreRules, logits: Scores = LOGITS, tokens: Sequence[int] = (), allowed: Sequence[int] | None = None
) -> Scores:
    """The scores of all tokens, -inf for those left out."""
    mask = None if allowed is None else mask_of(allowed, len(logits))
    candidates = rules.apply(logits, [], tokens, mask, Scratch(len(logits)))
    return everywhere(candidates, len(logits))


def everywhere(candidates: Candidates, n_vocab: int) -> Scores:
    scores = np.full(n_vocab, -np.inf, np.float32)
    scores[slice(None) if candidates.ids is None else candidates.ids] = candidates.scores
    return scores


def test_a_bias_adds_to_its_tokens_alone() -> None:
    scores = apply(ScoreRules(Sampling(logit_bias={0: 5.0, 7: -100.0, 3: 1e300})))
    assert np.argmax(scores) == 3
    assert np.isfinite(scores).sum() == 1  # an infinite score leaves no other
    scores = apply(ScoreRules(Sampling(logit_bias={0: 5.0, 7: -100.0})))
    assert np.flatnonzero(scores != LOGITS).tolist() == [0, 7]


class Forbid:
    def __init__(self, *forbidden: int) -> None:
        self._forbidden = list(forbidden)

    def process(self, prompt: object, tokens: object, logits: Logits) -> None:
        for token in self._forbidden:
            logits[token] = float("-inf")


def test_the_mask_has_the_last_word_over_processors() -> None:
    rules = ScoreRules(Sampling(), [Forbid(2)])
    assert np.flatnonzero(np.isfinite(apply(rules, allowed=[1, 2]))).tolist() == [1]
    assert rules.warnings == []
    rules = ScoreRules(Sampling(), [Forbid(1, 2)])
    for _ in range(2):
        assert np.flatnonzero(np.isfinite(apply(rules, allowed=[1, 2]))).tolist() == [1, 2]
    assert rules.warnings == [DROPPED]


def test_penalties_stay_where_wishes_are_dropped() -> None:
    rules = ScoreRules(Sampling(presence_penalty=2.0, logit_bias={4: -1e300}), [Forbid(7)])
    scores = apply(rules, tokens=[4], allowed=[4, 7])
    assert [scores[4], scores[7]] == [1.0, 4.0]
    assert rules.warnings == [DROPPED]


def test_a_mask_that_allows_nothing_is_an_error() -> None:
    with pytest.raises(EngineFailed):
        apply(ScoreRules(Sampling()), allowed=[])


def test_scores_that_are_no_numbers_are_an_error() -> None:
    with pytest.raises(EngineFailed, match="no numbers"):
        apply(ScoreRules(Sampling()), np.full(8, np.nan, np.float32))


def test_a_score_that_is_no_number_is_left_out() -> None:
    logits = np.array([1.0, np.nan, 2.0], np.float32)
    assert np.flatnonzero(np.isfinite(apply(ScoreRules(Sampling()), logits))).tolist() == [0, 2]


def test_the_given_logits_stay_as_they_are() -> None:
    logits = LOGITS.copy()
    logits.flags.writeable = False
    rules = ScoreRules(Sampling(logit_bias={1: 3.0}, repeat_penalty=2.0), [Forbid(0)])
    apply(rules, logits, [1], allowed=[0, 1])
    apply(ScoreRules(Sampling()), logits, [1])
    assert (logits == LOGITS).all()


@given(allowed=st.sets(st.integers(0, 9_999), min_size=1), is_dense=st.booleans(), n_vocab=st.integers(9_970, 10_000))
def test_masks_are_bits_little_endian(allowed: set[int], is_dense: bool, n_vocab: int) -> None:
    if is_dense:
        allowed = allowed ^ set(range(0, 10_000, 3))
    allowed = {token for token in allowed if token < n_vocab} | {5}
    logits = np.linspace(-3, 3, n_vocab, dtype=np.float32)
    found = everywhere(restrict(logits, mask_of(sorted(allowed), n_vocab), Scratch(n_vocab)), n_vocab)
    assert np.flatnonzero(np.isfinite(found)).tolist() == sorted(allowed)
    assert (found[sorted(allowed)] == logits[sorted(allowed)]).all()


class FewTokens:
    """A grammar that allows some tokens, and bits beyond the vocabulary; it may finish at once."""

    def __init__(self, *allowed: int) -> None:
        self._allowed = allowed

    def fill_mask(self, mask: memoryview) -> None:
        words = np.frombuffer(mask, np.uint32)
        words[-1] |= np.uint32(0x80000000)
        for token in self._allowed:
            words[token // 32] |= np.uint32(1 << token % 32)

    num_held = 0

    def accept(self, token: int) -> Verdict:
        return Verdict()

    def rollback(self, num_tokens: int) -> None: ...

    def forced(self) -> list[int]:
        return []

    def is_finished(self) -> bool:
        return False

    def may_finish(self) -> bool:
        return True


def chooser(matcher: FewTokens | None = None, *, ignore_eos: bool = False, **fields: Any) -> TokenChooser:
    vocabulary = Vocabulary(
        tokens=(b"",) * 8, special=frozenset(), end_tokens=(7, 4), fingerprint="eight", tokenize=list
    )
    sampling = Sampling(**({"temperature": 0.0} | fields))
    return TokenChooser(
        ScoreRules(sampling), lambda: TokenSampler(sampling, 1, 8, Sampler), vocabulary, matcher, ignore_eos=ignore_eos
    )


def test_end_tokens_are_ignored_when_asked() -> None:
    plain, ignoring = chooser(), chooser(ignore_eos=True)
    assert plain.choose(LOGITS, [], []) == 7
    assert plain.is_end(7)
    assert ignoring.choose(LOGITS, [], []) == 0
    assert not ignoring.is_end(7)
    hot = chooser(ignore_eos=True, temperature=100.0, top_k=0, top_p=1.0, min_p=0.0, logit_bias={4: 50.0})
    assert {hot.choose(LOGITS, [], []) for _ in range(100)} == {0, 1, 2, 3, 5, 6}
    hot.close()


def test_a_grammar_allows_its_tokens_and_the_end_where_it_may_finish() -> None:
    hot = {"temperature": 1e6, "top_k": 0, "top_p": 1.0, "min_p": 0.0}
    for ignore_eos, possible in ((False, {1, 2, 4, 7}), (True, {1, 2})):
        bound = chooser(FewTokens(1, 2), ignore_eos=ignore_eos, **hot)
        assert {bound.choose(LOGITS, [], []) for _ in range(200)} == possible
        bound.close()
