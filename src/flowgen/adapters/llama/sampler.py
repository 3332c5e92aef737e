"""Draws a token from scores as a request asks. Knows the order of the steps; refuses to know where scores come from.

The order is llama.cpp's (common/sampling.cpp): top_n_sigma, top_k, tail-free, typical, top_p, min_p, xtc, temperature,
and the draw. The few tokens that the first step leaves are found here, and llama.cpp is handed no others: it would walk
or sort them all.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.candidates import Candidates, Places, Scores, Scratch, above, largest, likeliest
from flowgen.adapters.llama.tail_free import tail_free_count
from flowgen.domain.generation import Sampling

_MIN_KEEP = 1
_MIROSTAT_M = 100
"""The number of tokens that mirostat 1 estimates its s from, as in llama.cpp's own tools."""
_GREEDY_BELOW = 1e-6
"""Below this temperature the quotient of two scores' difference overflows, and the likeliest token is the draw."""

Step = tuple[str, Sequence[float | int]]


class StepSampler(Protocol):
    """`backend.Sampler`: llama.cpp's samplers in a row."""

    def draw(self, candidates: NDArray[Any], *, is_sorted: bool) -> int: ...
    def close(self) -> None: ...


class TokenSampler:
    """The draws of one answer. `make` makes llama.cpp's samplers from their names; `close` frees them."""

    def __init__(
        self, sampling: Sampling, seed: int, n_vocab: int, make: Callable[[Sequence[Step]], StepSampler]
    ) -> None:
        self._sampling = sampling
        is_greedy = sampling.temperature < _GREEDY_BELOW and not (sampling.xtc_probability or sampling.dynatemp_range)
        self._steps = None if is_greedy else make(steps(sampling, seed, n_vocab))

    def draw(self, candidates: Candidates, scratch: Scratch) -> int:
        """Give a token. There must be no NaN and no infinite score, and a score above -inf."""
        scores = candidates.scores
        if self._steps is None:
            return candidates.token(int(np.argmax(scores)))
        if self._sampling.top_n_sigma > 0.0:
            scores = within_sigmas(scores, self._sampling.top_n_sigma)
        places, is_sorted = shortlist(scores, self._sampling, scratch)
        chosen = scores[places]
        handed = scratch.candidates(len(places))
        handed["id"] = places if candidates.ids is None else candidates.ids[places]
        handed["logit"] = chosen - chosen.max()  # the best score is 0, so that no quotient overflows
        return self._steps.draw(handed, is_sorted=is_sorted)

    def close(self) -> None:
        if self._steps is not None:
            self._steps.close()


def within_sigmas(scores: Scores, num_sigmas: float) -> Scores:
    """The scores that lie so many standard deviations below the best at most, -inf for the others: llama.cpp's
    top_n_sigma."""
    told = scores[scores > -np.inf]
    bound = told.max() - np.float32(num_sigmas) * told.std()
    return np.where(scores >= bound, scores, np.float32(-np.inf))


def shortlist(scores: Scores, sampling: Sampling, scratch: Scratch) -> tuple[Places, bool]:
    """The places of the tokens that the first steps leave, and whether they are sorted, best first."""
    if sampling.mirostat_mode:
        return np.flatnonzero(scores > -np.inf), False
    cuts_tail = sampling.tfs_z < 1.0
    if sampling.top_k > 0 or cuts_tail:
        places = largest(scores, sampling.top_k if sampling.top_k > 0 else len(scores))
        return places[: tail_free_count(scores[places], sampling.tfs_z)] if cuts_tail else places, True
    if sampling.typical_p < 1.0:
        return np.flatnonzero(scores > -np.inf), False
    if sampling.top_p < 1.0:
        return likeliest(scores, sampling.top_p, sampling.min_p, scratch), True
    return above(scores, sampling.min_p) if sampling.min_p > 0.0 else np.flatnonzero(scores > -np.inf), False


def steps(sampling: Sampling, seed: int, n_vocab: int) -> list[Step]:
    """llama.cpp's samplers with their arguments, but for those that `shortlist` stands in for."""
    temperature = _temperature(sampling)
    tau, eta = sampling.mirostat_tau, sampling.mirostat_eta
    if sampling.mirostat_mode == 1:
        return [temperature, ("mirostat", (n_vocab, seed, tau, eta, _MIROSTAT_M))]
    if sampling.mirostat_mode == 2:
        return [temperature, ("mirostat_v2", (seed, tau, eta))]
    is_cut = sampling.top_k > 0 or sampling.tfs_z < 1.0 or sampling.typical_p < 1.0
    filters: list[tuple[str, float, bool]] = [
        ("typical", sampling.typical_p, sampling.typical_p < 1.0),
        ("top_p", sampling.top_p, sampling.top_p < 1.0 and is_cut),
        ("min_p", sampling.min_p, sampling.min_p > 0.0),
    ]
    cuts: list[Step] = [(name, (value, _MIN_KEEP)) for name, value, does_cut in filters if does_cut]
    if sampling.xtc_probability > 0.0:
        cuts.append(("xtc", (sampling.xtc_probability, sampling.xtc_threshold, _MIN_KEEP, seed)))
    return [*cuts, temperature, ("dist", (seed,))]


def _temperature(sampling: Sampling) -> Step:
    """Below the least that can be divided by it is 0, which llama.cpp takes for the likeliest token."""
    temperature = sampling.temperature if sampling.temperature >= _GREEDY_BELOW else 0.0
    if sampling.dynatemp_range > 0.0:
        return "temp_ext", (temperature, sampling.dynatemp_range, sampling.dynatemp_exponent)
    return "temp", (temperature,)
