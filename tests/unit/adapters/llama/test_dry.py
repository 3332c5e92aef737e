"""DRY looks back on prompt and answer and follows what is taken back; XTC and the sigmas cut where llama.cpp does."""

import numpy as np
import pytest

from flowgen.adapters.llama import backend
from flowgen.adapters.llama.candidates import Candidates, Scratch
from flowgen.adapters.llama.dry import DryPenalty
from flowgen.adapters.llama.sampler import TokenSampler, within_sigmas
from flowgen.domain.generation import Sampling
from support.tiny_runtimes import NANO

SEQUENCE = [300, 301, 302, 303, 304, 300, 301, 302]


@pytest.fixture(scope="module")
def model() -> backend.Model:
    return backend.Model(str(NANO), {"vocab_only": True})


def dry(model: backend.Model, last_n: int = 64) -> DryPenalty:
    return DryPenalty(backend.Sampler([model.dry_step(0.8, 1.75, 2, last_n, ["\n"])]), last_n)


@pytest.mark.parametrize("num_prompt", [0, 4, 8])
def test_what_would_go_on_with_a_repetition_is_penalised(model: backend.Model, num_prompt: int) -> None:
    scores = np.zeros(model.n_vocab, np.float32)
    dry(model).process(SEQUENCE[:num_prompt], SEQUENCE[num_prompt:], scores)
    assert scores[303] == pytest.approx(-0.8 * 1.75)  # three tokens repeated, one more than is allowed
    assert np.count_nonzero(scores) == 1


def test_it_looks_back_as_far_as_it_is_told(model: backend.Model) -> None:
    scores = np.zeros(model.n_vocab, np.float32)
    dry(model, last_n=4).process([], SEQUENCE, scores)
    assert not scores.any()


def test_tokens_that_were_taken_back_are_forgotten(model: backend.Model) -> None:
    penalty = dry(model)
    for tokens in (SEQUENCE, SEQUENCE[:5]):
        scores = np.zeros(model.n_vocab, np.float32)
        penalty.process([], tokens, scores)
    assert not scores.any()


def test_what_is_forbidden_stays_so(model: backend.Model) -> None:
    scores = np.full(model.n_vocab, -np.inf, np.float32)
    dry(model).process([], SEQUENCE, scores)
    assert not np.isfinite(scores).any()


def test_sigmas_are_counted_from_the_best() -> None:
    scores = np.array([0.0, 1.0, 2.0, 3.0, -np.inf], np.float32)
    assert list(np.isfinite(within_sigmas(scores, 1.0))) == [False, False, True, True, False]


def test_xtc_takes_the_likeliest_away() -> None:
    scores = np.array([5.0, 4.9, 0.0], np.float32)
    sampling = Sampling(temperature=0.0, top_k=0, top_p=1.0, min_p=0.0, xtc_probability=1.0, xtc_threshold=0.1)
    sampler = TokenSampler(sampling, 1, 3, backend.Sampler)
    assert {sampler.draw(Candidates(scores), Scratch(3)) for _ in range(5)} == {1}
    sampler.close()
