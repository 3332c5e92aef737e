"""What a request does to the model's scores before a token is drawn: bias, penalties, processors, the grammar's mask.

Pure arithmetic over arrays; refuses to know llama.cpp and how a token is drawn from the result.
"""

from collections import Counter
from collections.abc import Sequence
from math import isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.candidates import Candidates, Scores, Scratch, column_maxima
from flowgen.domain.errors import EngineFailed
from flowgen.domain.generation import Sampling
from flowgen.domain.plugins import LogitsProcessor

Mask = NDArray[np.uint32]
"""One bit per token, little-endian in 32-bit words: 1 is allowed. No bit is set beyond the vocabulary."""


class Banned(NamedTuple):
    """All tokens may come but these few."""

    tokens: NDArray[np.int64]


_FORBIDDEN = np.float32(-np.inf)
_FEW_WORDS = 64
_LIMITS = np.where(
    np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little") == 1, -_FORBIDDEN, _FORBIDDEN
).astype(np.float32)
"""By the byte of a mask, the most that each of its eight tokens may score."""
DROPPED = "logit_bias and logits_processor left no token to choose from; they were dropped for one token or more"


class ScoreRules:
    """The steps of one answer, in their order. `warnings` has DROPPED once a step had to be."""

    def __init__(self, sampling: Sampling, processors: Sequence[LogitsProcessor] = ()) -> None:
        self._processors = processors
        self._biased = np.fromiter(sampling.logit_bias.keys(), np.int64)
        with np.errstate(over="ignore"):
            self._bias = np.fromiter(sampling.logit_bias.values(), np.float64).astype(np.float32)
        self._penalties = Penalties(sampling)
        self.warnings: list[str] = []

    def apply(
        self, logits: Scores, prompt: Sequence[int], tokens: Sequence[int], mask: Mask | Banned | None, scratch: Scratch
    ) -> Candidates:
        """Give the tokens that may come, at least one with a finite score and none with another but -inf: a view of
        `logits`, which are never changed, or of `scratch`. Raises EngineFailed if the grammar allows no token."""
        candidates = restrict(self._changed(logits, prompt, tokens, scratch), mask, scratch)
        maxima = column_maxima(candidates.scores)
        if isfinite(maxima.max()):  # the best is a number, so none is NaN and none infinite
            return Candidates(candidates.scores, candidates.ids, maxima)
        candidates = Candidates(mended(candidates.scores), candidates.ids)
        if np.isfinite(candidates.scores.max()):
            return candidates
        if DROPPED not in self.warnings:
            self.warnings.append(DROPPED)
        return self._without_wishes(logits, mask, scratch)

    def _changed(self, logits: Scores, prompt: Sequence[int], tokens: Sequence[int], scratch: Scratch) -> Scores:
        is_penalised = self._penalties.counts(tokens)
        if not (len(self._biased) or is_penalised or self._processors):
            return logits
        scores = scratch.scores
        np.copyto(scores, logits)
        if len(self._biased):
            with np.errstate(over="ignore", invalid="ignore"):
                scores[self._biased] += self._bias
        self._penalties.apply(scores)
        for processor in self._processors:
            processor.process(prompt, tokens, scores)
        return scores

    def _without_wishes(self, logits: Scores, mask: Mask | Banned | None, scratch: Scratch) -> Candidates:
        scores = logits.copy()
        self._penalties.apply(scores)
        restricted = restrict(scores, mask, scratch)
        candidates = Candidates(mended(restricted.scores), restricted.ids)
        if not np.isfinite(candidates.scores.max()):
            raise EngineFailed("The model's scores are no numbers: its weights or options.kv_overrides are broken.")
        return candidates


class Penalties:
    """llama.cpp's penalties over the last generated tokens of one answer, in its own precision."""

    def __init__(self, sampling: Sampling) -> None:
        with np.errstate(over="ignore"):
            self._repeat = np.float32(sampling.repeat_penalty)
            self._frequency = np.float32(sampling.frequency_penalty)
            self._presence = np.float32(sampling.presence_penalty)
        self._is_on = bool(self._repeat != 1 or self._frequency or self._presence)
        self._last_n = sampling.penalty_last_n
        self._counts: Counter[int] = Counter()
        self._num_counted = 0

    def counts(self, tokens: Sequence[int]) -> bool:
        """Count the last of an answer's tokens, of which the last may have been taken back; whether any is to be
        penalised."""
        if not self._is_on or not self._last_n or not tokens:
            return False
        if self._last_n > 0:
            self._counts = Counter(tokens[-self._last_n :])
        else:
            if len(tokens) < self._num_counted:
                self._counts, self._num_counted = Counter(), 0
            self._counts.update(tokens[self._num_counted :])
            self._num_counted = len(tokens)
        return True

    def apply(self, scores: Scores) -> None:
        """Penalise what was counted, in place: llama_sampler_penalties_apply (src/llama-sampler.cpp). A positive score
        is divided by repeat_penalty, another one multiplied; then count * frequency + presence goes off."""
        if not self._counts:
            return
        seen = np.fromiter(self._counts.keys(), np.int64, len(self._counts))
        counts = np.fromiter(self._counts.values(), np.float32, len(self._counts))
        with np.errstate(all="ignore"):
            values = scores[seen]
            values = np.where(values > 0, values / self._repeat, values * self._repeat)
            scores[seen] = values - (counts * self._frequency + self._presence)


def restrict(scores: Scores, mask: Mask | Banned | None, scratch: Scratch) -> Candidates:
    """Leave out what a mask forbids, or what is banned: few that may come are picked out, of many the others get -inf
    in `scratch`. Raises EngineFailed if a mask lets none come."""
    if mask is None:
        return Candidates(scores)
    if isinstance(mask, Banned):
        if scores is not scratch.scores:
            np.copyto(scratch.scores, scores)
        scratch.scores[mask.tokens] = _FORBIDDEN
        return Candidates(scratch.scores)
    words = np.flatnonzero(mask)
    if not len(words):
        raise EngineFailed("The grammar allows no token here, and does not allow the answer to end.")
    if len(words) <= _FEW_WORDS:
        bits = np.unpackbits(mask[words].view(np.uint8), bitorder="little").reshape(-1, 32)
        rows, columns = np.nonzero(bits)
        ids = (words[rows] * 32 + columns).astype(np.int32)
        return Candidates(scores[ids], ids)
    np.take(_LIMITS, mask.view(np.uint8), axis=0, out=scratch.limits, mode="clip")  # `raise` would copy first
    return Candidates(np.minimum(scores, scratch.limits.reshape(-1)[: len(scores)], out=scratch.scores))


def mended(scores: Scores) -> Scores:
    """A copy without what is no number; where scores are infinite, only these are left."""
    numbers = np.where(np.isnan(scores), _FORBIDDEN, scores)
    infinite = np.isposinf(numbers)
    return np.where(infinite, np.float32(0), _FORBIDDEN) if infinite.any() else numbers
