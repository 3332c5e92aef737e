"""Draws a token from scores as a request asks. Knows the order of the steps; refuses to know where scores come from.

The order is llama.cpp's (common/sampling.cpp): top_n_sigma, top_k, tail-free, typical, top_p, min_p, xtc, temperature,
and the draw. The few tokens that the first step leaves are found here, and llama.cpp is handed no others: it would walk
or sort them all.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.candidates import Candidates, Places, Scores, Scratch, above, best_first, largest, likeliest
from flowgen.adapters.llama.mirostat import Mirostat
from flowgen.adapters.llama.tail_free import tail_free_count
from flowgen.domain.generation import Sampling

_MIN_KEEP = 1
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
        self._steps = None if is_greedy else make(steps(sampling, seed))
        self._mirostat = None
        if sampling.mirostat_mode and not is_greedy:
            tau, eta = sampling.mirostat_tau, sampling.mirostat_eta
            self._mirostat = Mirostat(sampling.mirostat_mode, tau, eta, n_vocab)

    @property
    def surprise(self) -> float:
        """Mirostat's state, which may be put back when tokens are taken back; the random state runs on."""
        return 0.0 if self._mirostat is None else self._mirostat.mu

    @surprise.setter
    def surprise(self, mu: float) -> None:
        if self._mirostat is not None:
            self._mirostat.mu = mu

    def draw(self, candidates: Candidates, scratch: Scratch) -> int:
        """Give a token. There must be no NaN and no infinite score, and a score above -inf."""
        scores = candidates.scores
        if self._steps is None:
            return candidates.token(int(np.argmax(scores)))
        if self._sampling.top_n_sigma > 0.0:
            scores = within_sigmas(scores, self._sampling.top_n_sigma)
        if self._mirostat is not None:
            return self._draw_steered(self._steps, self._mirostat, Candidates(scores, candidates.ids), scratch)
        maxima = candidates.maxima if scores is candidates.scores else None
        places, is_sorted = shortlist(scores, self._sampling, scratch, maxima)
        chosen = scores[places]
        handed = scratch.candidates(len(places))
        handed["id"] = places if candidates.ids is None else candidates.ids[places]
        best = chosen[0] if is_sorted else chosen.max()
        np.subtract(chosen, best, out=handed["logit"])  # the best score is 0, so that no quotient overflows
        return self._steps.draw(handed, is_sorted=is_sorted)

    def _draw_steered(self, draw: StepSampler, mirostat: Mirostat, candidates: Candidates, scratch: Scratch) -> int:
        places = best_first(candidates.scores, np.flatnonzero(candidates.scores > -np.inf))
        chosen = candidates.scores[places]
        chosen = (chosen - chosen.max()) / np.float32(max(self._sampling.temperature, _GREEDY_BELOW))
        num_kept = mirostat.num_kept(chosen)
        places, chosen = places[:num_kept], chosen[:num_kept]
        handed = scratch.candidates(num_kept)
        handed["id"], handed["logit"] = np.arange(num_kept), chosen
        place = draw.draw(handed, is_sorted=True)
        mirostat.drawn(chosen, place)
        return candidates.token(int(places[place]))

    def close(self) -> None:
        if self._steps is not None:
            self._steps.close()


def within_sigmas(scores: Scores, num_sigmas: float) -> Scores:
    """The scores that lie so many standard deviations below the best at most, -inf for the others: llama.cpp's
    top_n_sigma."""
    told = scores[scores > -np.inf]
    bound = told.max() - np.float32(num_sigmas) * told.std()
    return np.where(scores >= bound, scores, np.float32(-np.inf))


def shortlist(
    scores: Scores, sampling: Sampling, scratch: Scratch, maxima: Scores | None = None
) -> tuple[Places, bool]:
    """The places of the tokens that the first steps leave, and whether they are sorted, best first. `maxima` are those
    of the scores' columns, where they are known."""
    cuts_tail = sampling.tfs_z < 1.0
    if sampling.top_k > 0 or cuts_tail:
        places = largest(scores, sampling.top_k if sampling.top_k > 0 else len(scores), maxima)
        return places[: tail_free_count(scores[places], sampling.tfs_z)] if cuts_tail else places, True
    if sampling.typical_p < 1.0:
        return np.flatnonzero(scores > -np.inf), False
    if sampling.top_p < 1.0:
        return likeliest(scores, sampling.top_p, sampling.min_p, scratch), True
    return above(scores, sampling.min_p) if sampling.min_p > 0.0 else np.flatnonzero(scores > -np.inf), False


def steps(sampling: Sampling, seed: int) -> list[Step]:
    """llama.cpp's samplers with their arguments, but for those that `shortlist` and mirostat stand in for."""
    temperature = _temperature(sampling)
    if sampling.mirostat_mode:
        return [("dist", (seed,))]
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
