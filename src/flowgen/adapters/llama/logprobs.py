"""Log-probabilities of the model's own distribution, before any option changes it. Knows arrays of logits only."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from flowgen.domain.generation import TokenAlternative, TokenLogprob

LEAST = -9999.0
"""Stands for what has no probability at all, as in OpenAI's API: JSON has no infinity."""


def token_logprob(logits: NDArray[np.float32], token: int, num_top: int, tokens: Sequence[bytes]) -> TokenLogprob:
    """The natural-log probability of `token` and of the `num_top` likeliest ones, best first; LEAST at least."""
    scores = np.maximum(log_softmax(logits), LEAST)
    top = likeliest(scores, num_top)
    return TokenLogprob(
        chosen=TokenAlternative(token=token, data=tokens[token], logprob=float(scores[token])),
        top=tuple(TokenAlternative(token=i, data=tokens[i], logprob=float(scores[i])) for i in top),
    )


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """log(softmax(logits)) in double precision."""
    shifted = logits.astype(np.float64) - float(np.max(logits))
    result: NDArray[np.float64] = shifted - np.log(np.sum(np.exp(shifted)))
    return result


def likeliest(scores: NDArray[np.float64], count: int) -> list[int]:
    """The ids of the `count` highest scores, best first; the lower id first where two are equal."""
    count = min(count, len(scores))
    if count == 0:
        return []
    least = np.partition(scores, -count)[-count]
    best = np.flatnonzero(scores >= least)
    order = np.lexsort((best, -scores[best]))
    return [int(token) for token in best[order][:count]]
