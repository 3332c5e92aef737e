"""Draws a token from scores as a request asks. Knows the order of the steps; refuses to know where scores come from.

The order is llama.cpp's (common/sampling.cpp): top_k, tail-free, typical, top_p, min_p, temperature, and the draw.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.tail_free import tail_free_count
from flowgen.domain.generation import Sampling

_MIN_KEEP = 1
_MIROSTAT_M = 100
"""The number of tokens that mirostat 1 estimates its s from, as in llama.cpp's own tools."""
_GREEDY_BELOW = 1e-6
"""Below this temperature the quotient of two scores' difference overflows, and the likeliest token is the draw."""

CANDIDATE = np.dtype([("id", "i4"), ("logit", "f4"), ("p", "f4")])
"""One token of llama.cpp's token data array: id, score, probability."""

Step = tuple[str, Sequence[float | int]]


class StepSampler(Protocol):
    """`backend.Sampler`: llama.cpp's samplers in a row."""

    def apply(self, candidates: NDArray[Any]) -> tuple[NDArray[Any], int]: ...
    def close(self) -> None: ...


class TokenSampler:
    """The draws of one answer. `make` makes llama.cpp's samplers from their names; `close` frees them."""

    def __init__(
        self, sampling: Sampling, seed: int, n_vocab: int, make: Callable[[Sequence[Step]], StepSampler]
    ) -> None:
        self._sampling = sampling
        self._is_greedy = sampling.temperature < _GREEDY_BELOW
        before, after = ([], []) if self._is_greedy else steps(sampling, seed, n_vocab)
        self._before = make(before) if before else None
        self._after = make(after) if after else None

    def draw(self, scores: NDArray[np.float32]) -> int:
        """Give a token whose score is finite; there must be one."""
        if self._is_greedy or self._after is None:
            return int(np.argmax(scores))
        candidates = self._candidates(scores)
        if self._before is not None:
            candidates, _ = self._before.apply(candidates)
            candidates = candidates[: tail_free_count(candidates["logit"], self._sampling.tfs_z)]
        candidates, place = self._after.apply(candidates)
        return int(candidates["id"][place])

    def close(self) -> None:
        for sampler in (self._before, self._after):
            if sampler is not None:
                sampler.close()

    def _candidates(self, scores: NDArray[np.float32]) -> NDArray[Any]:
        """The tokens that may be drawn; the best score is 0, so that no quotient overflows."""
        ids = np.flatnonzero(np.isfinite(scores))
        candidates = np.zeros(len(ids), CANDIDATE)
        candidates["id"] = ids
        candidates["logit"] = scores[ids] - scores[ids].max()
        return candidates


def steps(sampling: Sampling, seed: int, n_vocab: int) -> tuple[list[Step], list[Step]]:
    """llama.cpp's samplers with their arguments: those before the tail-free step (sorting), and those after it."""
    temperature: Step = ("temp", (sampling.temperature,))
    tau, eta = sampling.mirostat_tau, sampling.mirostat_eta
    if sampling.mirostat_mode == 1:
        return [], [temperature, ("mirostat", (n_vocab, seed, tau, eta, _MIROSTAT_M))]
    if sampling.mirostat_mode == 2:
        return [], [temperature, ("mirostat_v2", (seed, tau, eta))]
    top_k: list[Step] = [("top_k", (sampling.top_k,))] if sampling.top_k > 0 else []
    if sampling.tfs_z < 1.0:
        before: list[Step] = top_k or [("top_k", (n_vocab,))]
        top_k = []
    else:
        before = []
    after: list[Step] = [
        *top_k,
        ("typical", (sampling.typical_p, _MIN_KEEP)),
        ("top_p", (sampling.top_p, _MIN_KEEP)),
        ("min_p", (sampling.min_p, _MIN_KEEP)),
        temperature,
        ("dist", (seed,)),
    ]
    return before, after
