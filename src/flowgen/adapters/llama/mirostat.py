"""Mirostat, which steers how surprising the drawn tokens are, with a state that can be put back. Pure arithmetic;
refuses to know how a token is drawn.

The formulas are llama.cpp's (src/llama-sampler.cpp, llama_sampler_mirostat and _v2); there the state cannot be read.
"""

import math

import numpy as np
from numpy.typing import NDArray

_NUM_ESTIMATED = 100
"""The number of tokens that mode 1 estimates its s from, as in llama.cpp's own tools."""


class Mirostat:
    """`mode` is 1 or 2; `tau` the surprise to keep to, in bits; `eta` how fast. `mu` is the whole state."""

    def __init__(self, mode: int, tau: float, eta: float, n_vocab: int) -> None:
        self.mu = 2.0 * tau
        self._mode = mode
        self._tau = tau
        self._eta = eta
        self._n_vocab = n_vocab

    def num_kept(self, scores: NDArray[np.float32]) -> int:
        """How many of the candidates may be drawn, at least 1; their scores are sorted, best first."""
        shares = _shares(scores)
        if self._mode == 2:
            with np.errstate(divide="ignore"):
                surprising = -np.log2(shares) > self.mu
            return max(1, int(np.argmax(surprising))) if surprising.any() else len(scores)
        return min(max(1, self._top(shares)), len(scores))

    def _top(self, shares: NDArray[np.float64]) -> int:
        size = min(_NUM_ESTIMATED, len(shares))
        positive = shares[:size][shares[:size] > 0]
        ranks = np.arange(len(positive) - 1, dtype=np.float64)
        steps = np.log((ranks + 2) / (ranks + 1))
        falls = np.log(positive[:-1] / positive[1:])
        s = float((steps * falls).sum() / (steps * steps).sum()) if len(steps) else math.inf
        epsilon = s - 1.0
        with np.errstate(all="ignore"):
            k = np.power(epsilon * np.exp2(self.mu) / (1 - np.power(float(self._n_vocab), -epsilon)), 1 / s)
        return int(min(max(float(k), 1.0), float(len(shares)))) if np.isfinite(k) else len(shares)

    def drawn(self, scores: NDArray[np.float32], place: int) -> None:
        """The token at a place was drawn of the candidates that were kept."""
        share = max(float(_shares(scores)[place]), 1e-300)
        self.mu -= self._eta * (-math.log2(share) - self._tau)


def _shares(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    weights = np.exp(scores.astype(np.float64) - float(scores.max()))
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares
