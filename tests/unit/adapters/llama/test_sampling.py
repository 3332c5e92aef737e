"""Draws: tail-free, log-probabilities, and llama.cpp's samplers in their order."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from flowgen.adapters.llama.backend import Sampler
from flowgen.adapters.llama.logprobs import LEAST, likeliest, log_softmax, token_logprob
from flowgen.adapters.llama.preparation import draw_seed
from flowgen.adapters.llama.sampler import TokenSampler
from flowgen.adapters.llama.tail_free import tail_free_count
from flowgen.domain.generation import Sampling
from flowgen.domain.options import RANDOM_SEED

NEUTRAL: dict[str, Any] = {"top_k": 0, "top_p": 1.0, "min_p": 0.0, "temperature": 1.0}
scores_lists = st.lists(st.floats(-20, 20, width=32), min_size=3, max_size=40)


def tail_free_by_the_book(logits: Sequence[float], z: float) -> int:
    """llama_sampler_tail_free_impl, line by line, with min_keep 1."""
    weights = np.exp(np.array(logits, np.float64) - max(logits))
    probabilities = weights / weights.sum()
    first = [probabilities[i] - probabilities[i + 1] for i in range(len(probabilities) - 1)]
    second = [abs(first[i] - first[i + 1]) for i in range(len(first) - 1)]
    total = sum(second)
    second = [value / total if total > 1e-6 else 1.0 / len(second) for value in second]
    cumulative = 0.0
    for index, value in enumerate(second):
        cumulative += value
        if cumulative > z and index >= 1:
            return index
    return len(logits)


@given(logits=scores_lists, z=st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9, 0.99, 1.0, 2.0]))
def test_tail_free_is_the_classic_algorithm(logits: list[float], z: float) -> None:
    ordered = sorted(logits, reverse=True)
    expected = len(ordered) if z >= 1 else tail_free_by_the_book(ordered, z)
    assert tail_free_count(np.array(ordered, np.float32), z) == expected >= 1


@given(logits=scores_lists, count=st.integers(0, 50))
def test_log_probabilities_sum_to_one_and_fall(logits: list[float], count: int) -> None:
    scores = log_softmax(np.array(logits, np.float32))
    assert np.exp(scores).sum() == pytest.approx(1.0)
    best = likeliest(scores, count)
    assert len(best) == min(count, len(logits))
    assert sorted(best, key=lambda token: (-scores[token], token)) == best
    assert not best or scores[best[0]] == scores.max()


def test_a_token_logprob_has_bytes_and_alternatives() -> None:
    logprob = token_logprob(np.array([0.0, 1.0], np.float32), 0, 2, [b"a", b"\xff"])
    assert (logprob.chosen.data, [top.data for top in logprob.top]) == (b"a", [b"\xff", b"a"])
    assert logprob.chosen.logprob == pytest.approx(-1.3132616)


def test_the_impossible_has_a_number_too() -> None:
    logprob = token_logprob(np.array([0.0, -np.inf], np.float32), 1, 2, [b"a", b"b"])
    assert (logprob.chosen.logprob, logprob.top[1].logprob) == (LEAST, LEAST)


def draws(scores: NDArray[np.float32], count: int = 300, seed: int = 7, **fields: Any) -> Counter[int]:
    sampler = TokenSampler(Sampling(**(NEUTRAL | fields)), seed, len(scores), Sampler)
    counts = Counter(sampler.draw(scores) for _ in range(count))
    sampler.close()
    return counts


SCORES = np.array([1.0, 3.0, 2.0, -1.0, 0.0, -np.inf], np.float32)


@pytest.mark.parametrize(
    ("fields", "possible"),
    [
        ({}, {0, 1, 2, 3, 4}),
        ({"temperature": 0.0}, {1}),
        ({"temperature": 1e-30}, {1}),
        ({"top_k": 1}, {1}),
        ({"top_k": 2}, {1, 2}),
        ({"top_p": 0.0}, {1}),
        ({"top_p": 0.8}, {1, 2}),
        ({"min_p": 0.3}, {1, 2}),
        ({"min_p": 1.0}, {1}),
        ({"typical_p": 0.01}, {2}),
        ({"tfs_z": 0.0}, {1}),
        ({"tfs_z": 0.95}, {1, 2}),
        ({"temperature": 1e6}, {0, 1, 2, 3, 4}),
        ({"mirostat_mode": 1, "mirostat_tau": 0.01}, {1}),
        ({"mirostat_mode": 2, "mirostat_tau": 0.01}, {1}),
    ],
)
def test_each_option_bounds_what_is_drawn(fields: dict[str, Any], possible: set[int]) -> None:
    counts = draws(SCORES, **fields)
    late = draws(SCORES, 600, **fields) if "mirostat_mode" in fields else counts
    if "mirostat_mode" in fields:  # it takes some tokens to find its target
        assert late[1] > 300
    else:
        assert set(counts) <= possible
        assert len(counts) >= min(len(possible), 2)


def test_draws_follow_the_distribution() -> None:
    counts = draws(SCORES, 4000)
    expected = np.exp(log_softmax(SCORES[:5]))
    for token, share in enumerate(expected):
        assert counts[token] / 4000 == pytest.approx(share, abs=0.04)


def test_the_seed_decides() -> None:
    assert draws(SCORES, 50, seed=1) == draws(SCORES, 50, seed=1)
    assert draws(SCORES, 50, seed=1) != draws(SCORES, 50, seed=2)


def test_seeds_come_from_the_request_then_the_model_then_chance() -> None:
    assert draw_seed(5, 6) == 5
    assert draw_seed(None, 6) == 6
    assert draw_seed(0, 6) == 0
    for random in (-1, RANDOM_SEED):
        assert 0 <= draw_seed(random, 6) < RANDOM_SEED
        assert len({draw_seed(None, random) for _ in range(8)}) > 1
