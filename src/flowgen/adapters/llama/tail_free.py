"""Tail-free sampling, which llama.cpp has dropped. Knows one array of sorted scores.

The algorithm: Trenton Bricken, "Tail Free Sampling" (2019); this follows llama_sampler_tail_free_impl of llama.cpp
before its removal in October 2024: the second derivative of the sorted probabilities, its absolute values normalised,
and the tail cut where their sum exceeds z.
"""

import numpy as np
from numpy.typing import NDArray

_MIN_KEEP = 1


def tail_free_count(logits: NDArray[np.float32], z: float) -> int:
    """How many of the candidates to keep, at least one; `logits` fall, and z from 1 up keeps all."""
    if z >= 1.0 or len(logits) <= 2:
        return len(logits)
    probabilities = np.exp(logits.astype(np.float64) - float(logits[0]))
    probabilities /= probabilities.sum()
    curvature = np.abs(np.diff(np.diff(probabilities)))
    total = curvature.sum()
    weights = curvature / total if total > 1e-6 else np.full(len(curvature), 1.0 / len(curvature))
    beyond = np.flatnonzero(np.cumsum(weights)[_MIN_KEEP:] > z)
    return int(beyond[0]) + _MIN_KEEP if len(beyond) else len(logits)
