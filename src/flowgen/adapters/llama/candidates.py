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
_FEW = 256
"""So many are sorted by a key sooner than as whole numbers."""
_NUM_LIKELY = (2_000, 16_000)
"""How many tokens are tried, at most, before all of them are sorted: some 0.1 ms, and 1 ms."""
_ROUNDING = 3e-4
"""The most that sums of a vocabulary's weights in single precision are off, as a share."""


class Candidates(NamedTuple):
    """Scores, -inf for what must not come; `ids` are their tokens, None for all of the vocabulary in order. `maxima`
    are those of `column_maxima`, where they are known."""

    scores: Scores
    ids: NDArray[np.int32] | None = None
    maxima: Scores | None = None

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


def column_maxima(scores: Scores) -> Scores:
    """The highest score of each of 1024 columns, place modulo 1024; of few scores all, each its own column. One look at
    the whole vocabulary says what is best and where to look for the next ones. A NaN is the highest."""
    size = len(scores) - len(scores) % _NUM_COLUMNS
    if size < 2 * _NUM_COLUMNS:
        return scores
    maxima: Scores = scores[:size].reshape(-1, _NUM_COLUMNS).max(axis=0)
    rest = scores[size:]
    np.maximum(maxima[: len(rest)], rest, out=maxima[: len(rest)])
    return maxima


def largest(scores: Scores, count: int, maxima: Scores | None = None) -> Places:
    """The places of the `count` highest scores, best first, the lower place first where two are equal; -inf is never
    among them. There must be no NaN. `maxima` are the columns' own, where the caller has them."""
    if count <= 0:
        return np.empty(0, np.intp)
    columns = column_maxima(scores) if maxima is None else maxima
    if len(columns) == len(scores) or count > len(columns):
        return best_first(scores, np.flatnonzero(scores > -np.inf))[:count]
    bound = np.partition(columns, -count)[-count]  # at least `count` scores reach it, and few more
    likely = (columns >= bound).nonzero()[0]
    if bound == -np.inf or len(likely) > 2 * count:
        places = np.flatnonzero(scores >= bound if bound > -np.inf else scores > bound)
    else:
        places = _reaching(scores, bound, likely)
    return best_first(scores, places)[:count]


def _reaching(scores: Scores, bound: np.float32, columns: Places) -> Places:
    """The places, in order, of the scores in these columns that reach a bound."""
    size = len(scores) - len(scores) % _NUM_COLUMNS
    few = scores[:size].reshape(-1, _NUM_COLUMNS).take(columns, axis=1)
    rows, found = np.divmod((few >= bound).ravel().nonzero()[0], len(columns))
    places = rows * _NUM_COLUMNS + columns[found]
    if size == len(scores):
        return places
    return np.concatenate((places, size + np.flatnonzero(scores[size:] >= bound)))


def best_first(scores: Scores, places: Places) -> Places:
    """Sort places, which are in order, by their scores, the lower place first where two are equal: many of them as
    whole numbers, score above place, which numpy sorts many times faster than it sorts by a key."""
    falling = np.float32(0) - scores[places]
    if len(places) <= _FEW:
        return places[falling.argsort(kind="stable")]
    bits = falling.view(np.int32)
    keys = (bits ^ ((bits >> 31) & np.int32(0x7FFFFFFF))).astype(np.int64)  # negative floats count backwards
    keys = (keys << 32) | places
    keys.sort()
    return keys & 0xFFFFFFFF


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
