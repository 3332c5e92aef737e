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
from flowgen.adapters.llama.candidates import CANDIDATE, Candidates, Scratch, column_maxima, largest, likeliest
from flowgen.adapters.llama.logprobs import LEAST, token_logprob
from flowgen.adapters.llama.preparation import draw_seed
from flowgen.adapters.llama.sampler import Step, TokenSampler
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
def test_log_probabilities_are_the_softmax_best_first(logits: list[float], count: int) -> None:
    expected = np.array(logits) - np.log(np.exp(np.array(logits)).sum())
    scores = np.array(logits, np.float32)
    found = token_logprob(scores, 1, count, [b""] * len(logits))
    assert found.chosen.logprob == pytest.approx(expected[1], abs=1e-5)
    best = [top.token for top in found.top]
    assert [top.logprob for top in found.top] == pytest.approx(expected[best], abs=1e-5)
    assert len(best) == min(count, len(logits))
    assert best == sorted(range(len(logits)), key=lambda token: (-scores[token], token))[:count]


def test_a_token_logprob_has_bytes_and_alternatives() -> None:
    logprob = token_logprob(np.array([0.0, 1.0], np.float32), 0, 2, [b"a", b"\xff"])
    assert (logprob.chosen.data, [top.data for top in logprob.top]) == (b"a", [b"\xff", b"a"])
    assert logprob.chosen.logprob == pytest.approx(-1.3132616)


def test_log_probabilities_of_a_whole_vocabulary() -> None:
    scores = logits_like_a_models(5)
    expected = scores.astype(np.float64) - np.log(np.exp(scores.astype(np.float64)).sum())
    found = token_logprob(scores, 17, 20, [b""] * len(scores))
    assert [top.token for top in found.top] == np.argsort(-scores, kind="stable")[:20].tolist()
    assert [found.chosen.logprob, found.top[0].logprob] == pytest.approx(expected[[17, found.top[0].token]], abs=2e-6)


def test_scores_that_are_no_numbers_have_log_probabilities_too() -> None:
    logprob = token_logprob(np.array([np.nan, np.inf, 1.0], np.float32), 1, 3, [b"a", b"b", b"c"])
    assert [(top.token, top.logprob) for top in logprob.top] == [(1, 0.0), (0, LEAST), (2, LEAST)]


def test_the_impossible_has_a_number_too() -> None:
    logprob = token_logprob(np.array([0.0, -np.inf], np.float32), 1, 2, [b"a", b"b"])
    assert (logprob.chosen.logprob, logprob.top[1].logprob) == (LEAST, LEAST)


def draws(scores: NDArray[np.float32], count: int = 300, seed: int = 7, **fields: Any) -> Counter[int]:
    sampler = TokenSampler(Sampling(**(NEUTRAL | fields)), seed, len(scores), Sampler)
    scratch = Scratch(len(scores))
    counts = Counter(sampler.draw(Candidates(scores), scratch) for _ in range(count))
    sampler.close()
    return counts


def logits_like_a_models(seed: int, n_vocab: int = 65_536, num_likely: int = 60) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2.5, n_vocab).astype(np.float32)
    logits[rng.integers(0, n_vocab, num_likely)] += rng.normal(9, 2, num_likely).astype(np.float32)
    return logits


def llama_cpps_own_chain(rows: Sequence[NDArray[np.float32]], seed: int, sampling: Sampling) -> list[int]:
    """llama.cpp's samplers in its order, handed every token that is possible."""
    filters: list[Step] = [
        ("top_k", (sampling.top_k,)),
        ("typical", (sampling.typical_p, 1)),
        ("top_p", (sampling.top_p, 1)),
        ("min_p", (sampling.min_p, 1)),
    ]
    sampler = Sampler([*filters, ("temp", (sampling.temperature,)), ("dist", (seed,))])
    tokens = []
    for row in rows:
        candidates = np.zeros(np.isfinite(row).sum(), CANDIDATE)
        candidates["id"] = np.flatnonzero(np.isfinite(row))
        candidates["logit"] = row[candidates["id"]] - row.max()
        tokens.append(sampler.draw(candidates, is_sorted=False))
    sampler.close()
    return tokens


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"top_k": 0},
        {"top_k": -1, "min_p": 0.0},
        {"top_k": 0, "min_p": 0.0, "top_p": 0.999},
        {"top_k": 0, "min_p": 0.0, "top_p": 0.0},
        {"top_k": 0, "top_p": 1.0},
        {"top_k": 0, "top_p": 1.0, "min_p": 0.0},
        {"top_k": 300, "min_p": 0.0},
        {"top_k": 5000, "min_p": 0.0, "top_p": 1.0},
        {"top_k": 10**6},
        {"typical_p": 0.7},
        {"top_k": 0, "typical_p": 0.7},
        {"temperature": 3.0, "min_p": 0.0},
    ],
)
@pytest.mark.parametrize("is_masked", [False, True])
def test_the_same_seed_gives_llama_cpps_tokens(fields: dict[str, Any], is_masked: bool) -> None:
    sampling = Sampling(**({"temperature": 1.0} | fields))
    rows = [logits_like_a_models(seed) for seed in range(20)]
    for row in rows if is_masked else ():
        row[np.random.default_rng(1).integers(0, len(row), 65_500)] = -np.inf
    sampler, scratch = TokenSampler(sampling, 11, len(rows[0]), Sampler), Scratch(len(rows[0]))
    assert [sampler.draw(Candidates(row), scratch) for row in rows] == llama_cpps_own_chain(rows, 11, sampling)
    sampler.close()


@pytest.mark.parametrize("scale", [0.0, 0.05, 1.0])
def test_top_p_falls_back_to_all_tokens_where_the_likeliest_are_too_few(scale: float) -> None:
    scores = (logits_like_a_models(3) * np.float32(scale)).astype(np.float32)
    places = likeliest(scores, 0.95, 0.0, Scratch(len(scores)))
    shares = np.exp(scores.astype(np.float64)[places]) / np.exp(scores.astype(np.float64)).sum()
    assert shares.sum() >= 0.95 - 1e-4 > shares[:-1].sum() - 2e-4
    assert (np.diff(scores[places]) <= 0).all()
    assert scores[places].min() >= np.delete(scores, places).max()


@given(
    scores=st.lists(st.integers(-5, 5), min_size=1, max_size=30),
    times=st.sampled_from([1, 400]),
    count=st.integers(0, 60),
)
def test_the_largest_are_found_without_sorting(scores: list[int], times: int, count: int) -> None:
    array = np.array(scores * times, np.float32)
    array[array == -5] = -np.inf
    expected = [place for place in np.argsort(-array, kind="stable") if array[place] > -np.inf][:count]
    assert largest(array, count).tolist() == expected


@pytest.mark.parametrize("size", [2047, 2048, 2049, 3000, 65_536, 70_001])
@pytest.mark.parametrize("count", [1, 40, 300, 1024, 1025])
@pytest.mark.parametrize("share_possible", [1.0, 0.01])
def test_the_largest_are_found_in_columns(size: int, count: int, share_possible: float) -> None:
    rng = np.random.default_rng(size + count)
    scores = rng.normal(0, 3, size).astype(np.float32).round(2)  # some are equal
    scores[rng.random(size) > share_possible] = -np.inf
    scores[-1] = 50.0  # the last one stands behind the last whole row
    expected = [place for place in np.argsort(-scores, kind="stable")[:count] if scores[place] > -np.inf]
    assert largest(scores, count).tolist() == expected
    assert largest(scores, count, column_maxima(scores)).tolist() == expected


@pytest.mark.parametrize("size", [3, 2047, 2048, 3000])
@pytest.mark.parametrize("value", [np.inf, np.nan, 9.0])
def test_the_columns_say_what_the_best_score_is(size: int, value: float) -> None:
    scores = np.random.default_rng(size).normal(0, 1, size).astype(np.float32)
    for place in (0, size - 1):
        marked = scores.copy()
        marked[place] = value
        assert str(column_maxima(marked).max()) == str(marked.max())


def test_few_candidates_are_drawn_by_their_ids() -> None:
    sampler, scratch = TokenSampler(Sampling(top_k=2, temperature=1.0), 3, 100, Sampler), Scratch(100)
    few = Candidates(np.array([1.0, 9.0, 8.9], np.float32), np.array([40, 70, 90], np.int32))
    assert {sampler.draw(few, scratch) for _ in range(40)} == {70, 90}
    greedy = TokenSampler(Sampling(temperature=0.0), 3, 100, Sampler)
    assert greedy.draw(few, scratch) == 70


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
    expected = np.exp(SCORES[:5]) / np.exp(SCORES[:5]).sum()
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
