"""What a request does to the model's scores before a token is drawn: bias, penalties, processors, the grammar's mask.

Pure arithmetic over one array; refuses to know llama.cpp and how a token is drawn from the result.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from flowgen.domain.errors import EngineFailed
from flowgen.domain.generation import Sampling
from flowgen.domain.plugins import LogitsProcessor

Scores = NDArray[np.float32]
Allowed = NDArray[np.bool_]

_FORBIDDEN = np.float32(-np.inf)
DROPPED = "logit_bias and logits_processor left no token to choose from; they were dropped for one token or more"


class ScoreRules:
    """The steps of one answer, in their order. `warnings` has DROPPED once a step had to be."""

    def __init__(self, sampling: Sampling, processors: Sequence[LogitsProcessor] = ()) -> None:
        self._sampling = sampling
        self._processors = processors
        self._biased = np.fromiter(sampling.logit_bias.keys(), np.int64)
        self._bias = np.fromiter(sampling.logit_bias.values(), np.float64)
        self.warnings: list[str] = []

    def apply(self, logits: Scores, prompt: Sequence[int], tokens: Sequence[int], allowed: Allowed | None) -> Scores:
        """Give new scores, -inf for what must not be drawn. Raises EngineFailed if the grammar allows no token."""
        scores = logits.copy()
        add_bias(scores, self._biased, self._bias)
        penalise(scores, tokens, self._sampling)
        for processor in self._processors:
            processor.process(prompt, tokens, scores)
        return self._masked(scores, logits, tokens, allowed)

    def _masked(self, scores: Scores, logits: Scores, tokens: Sequence[int], allowed: Allowed | None) -> Scores:
        if allowed is not None and not allowed.any():
            raise EngineFailed("The grammar allows no token here, and does not allow the answer to end.")
        masked = _mask(scores, allowed)
        if np.isfinite(masked.max()):
            return masked
        if DROPPED not in self.warnings:
            self.warnings.append(DROPPED)
        plain = logits.copy()
        penalise(plain, tokens, self._sampling)
        masked = _mask(plain, allowed)
        if not np.isfinite(masked.max()):
            raise EngineFailed("The model's scores are no numbers: its weights or options.kv_overrides are broken.")
        return masked


def add_bias(scores: Scores, tokens: NDArray[np.int64], bias: NDArray[np.float64]) -> None:
    """Add numbers to the scores of some tokens, in place."""
    if len(tokens):
        with np.errstate(over="ignore"):
            scores[tokens] = (scores[tokens] + bias).astype(np.float32)


def penalise(scores: Scores, tokens: Sequence[int], sampling: Sampling) -> None:
    """llama.cpp's penalties (llama_sampler_penalties_apply in src/llama-sampler.cpp) over the last generated tokens:
    a positive score is divided by repeat_penalty, another one multiplied; then count * frequency + presence goes off.
    """
    last_n = sampling.penalty_last_n
    window = tokens if last_n < 0 else tokens[-last_n:] if last_n else ()
    is_neutral = (sampling.repeat_penalty, sampling.frequency_penalty, sampling.presence_penalty) == (1.0, 0.0, 0.0)
    if not window or is_neutral:
        return
    counts = Counter(window)
    seen = np.fromiter(counts.keys(), np.int64)
    values = scores[seen].astype(np.float64)
    values = np.where(values > 0, values / sampling.repeat_penalty, values * sampling.repeat_penalty)
    values -= np.fromiter(counts.values(), np.float64) * sampling.frequency_penalty + sampling.presence_penalty
    scores[seen] = values.astype(np.float32)


def allowed_tokens(mask: NDArray[np.uint32], n_vocab: int) -> Allowed:
    """Unfold a mask of one bit per token, little-endian in 32-bit words."""
    return np.unpackbits(mask.view(np.uint8), bitorder="little")[:n_vocab].astype(np.bool_)


def _mask(scores: Scores, allowed: Allowed | None) -> Scores:
    """Forbid what the mask leaves out, and what is no number; of infinite scores only those are left."""
    masked = scores if allowed is None else np.where(allowed, scores, _FORBIDDEN)
    if np.isfinite(masked.max()):  # the usual case: the best score is a number, so none is NaN and none infinite
        return masked
    masked = np.where(np.isnan(masked), _FORBIDDEN, masked)
    infinite = np.isposinf(masked)
    return np.where(infinite, np.float32(0), _FORBIDDEN) if infinite.any() else masked
