"""The tokens that may come next, and the largest of them, found without sorting a vocabulary. Pure arithmetic.

Refuses to know why a token may not come and how one is drawn.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Places = NDArray[np.intp]

CANDIDATE = np.dtype([("id", "i4"), ("logit", "f4"), ("p", "f4")])
"""One token of llama.cpp's token data array: id, score, probability."""

_NUM_COLUMNS = 1024
_NUM_LIKELY = (2_000, 16_000)
"""How many tokens are tried, at most, before all of them are sorted: some 0.1 ms, and 1 ms."""
_ROUNDING = 3e-4
"""The most that sums of a vocabulary's weights in single precision are off, as a share."""


class Candidates(NamedTuple):
    """Scores, -inf for what must not come; `ids` are their tokens, None for all of the vocabulary in order."""

    scores: Scores
    ids: NDArray[np.int32] | None = None

    def token(self, place: int) -> int:
        return place if self.ids is None else int(self.ids[place])


class Scratch:
    """Arrays of the vocabulary's size, filled anew for every token. The choices of one engine are made one after the
    other and share them, so that they stay in the processor's cache."""

    def __init__(self, n_vocab: int) -> None:
        self.scores = np.empty(n_vocab, np.float32)
        self.limits = np.empty((-(-n_vocab // 32) * 4, 8), np.float32)
        self.weights = np.empty(n_vocab, np.float32)
        self.sums = np.empty(n_vocab, np.float32)
        self._candidates = np.empty(0, CANDIDATE)

    def candidates(self, count: int) -> NDArray[Any]:
        """Room for so many of llama.cpp's candidates."""
        if len(self._candidates) < count:
            self._candidates = np.empty(count, CANDIDATE)
        return self._candidates[:count]


def largest(scores: Scores, count: int) -> Places:
    """The places of the `count` highest scores, best first, the lower place first where two are equal; -inf is never
    among them. There must be no NaN."""
    bound = _least_of_largest(scores, count)
    places = np.flatnonzero(scores >= bound if bound > -np.inf else scores > bound)
    return best_first(scores, places)[:count]


def best_first(scores: Scores, places: Places) -> Places:
    """Sort places by their scores, the lower place first where two are equal: as whole numbers, score above place,
    which numpy sorts many times faster than it sorts by a key."""
    bits = (np.float32(0) - scores[places]).view(np.int32)
    keys = (bits ^ ((bits >> 31) & np.int32(0x7FFFFFFF))).astype(np.int64)  # negative floats count backwards
    keys = (keys << 32) | places
    keys.sort()
    return keys & 0xFFFFFFFF


def _least_of_largest(scores: Scores, count: int) -> float:
    """A score that at least `count` others reach, near the lowest such: the count-th of the maxima of many columns."""
    rows = len(scores) // _NUM_COLUMNS
    if rows < 2 or not 0 < count <= _NUM_COLUMNS:
        return float("-inf") if count else float("inf")
    maxima = scores[: rows * _NUM_COLUMNS].reshape(rows, _NUM_COLUMNS).max(axis=0)
    return float(np.partition(maxima, -count)[-count])


def likeliest(scores: Scores, top_p: float, min_p: float, scratch: Scratch) -> Places:
    """The places of llama.cpp's top_p, best first: the fewest whose share of the mass of all reaches top_p. Of these,
    min_p may miss some that it would drop anyhow."""
    weights, sums = scratch.weights[: len(scores)], scratch.sums[: len(scores)]
    np.exp(np.subtract(scores, scores.max(), out=weights), out=weights)
    # llama.cpp adds one weight after the other, which loses 1e-4 of the mass: with many at the cut, some tokens
    mass = weights.sum() if min_p else np.cumsum(weights, out=sums)[-1]
    floor = min_p * 0.999  # a margin for rounding: who is near the border is judged by llama.cpp
    enough = (top_p + _ROUNDING) * mass
    for bound in (*(max(float(mass) / count, floor) for count in _NUM_LIKELY), floor):
        places = np.flatnonzero(weights >= bound if bound > 0 else scores > -np.inf)
        if bound == floor or weights[places].sum() > enough:
            break
    places = best_first(scores, places)
    reached = np.cumsum(weights[places] / mass)
    return places[: int(np.searchsorted(reached, np.float32(top_p))) + 1]


def above(scores: Scores, min_p: float) -> Places:
    """The places in order of all that llama.cpp's min_p keeps, and perhaps some at the border."""
    return np.flatnonzero(scores >= scores.max() + np.log(min_p) - 1e-3)
