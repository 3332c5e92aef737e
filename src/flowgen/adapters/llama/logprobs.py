"""Log-probabilities of the model's own distribution, before any option changes it. Knows arrays of logits only."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.candidates import largest
from flowgen.adapters.llama.scores import mended
from flowgen.domain.generation import TokenAlternative, TokenLogprob

LEAST = -9999.0
"""Stands for what has no probability at all, as in OpenAI's API: JSON has no infinity."""


def token_logprob(logits: NDArray[np.float32], token: int, num_top: int, tokens: Sequence[bytes]) -> TokenLogprob:
    """The natural-log probability of `token` and of the `num_top` likeliest ones, best first; LEAST at least."""
    mass = log_mass(logits)
    if not np.isfinite(mass):
        logits = mended(logits)
        mass = log_mass(logits)

    def alternative(place: int) -> TokenAlternative:
        return TokenAlternative(token=place, data=tokens[place], logprob=max(float(logits[place]) - mass, LEAST))

    return TokenLogprob(
        chosen=alternative(token), top=tuple(alternative(place) for place in likeliest(logits, num_top))
    )


def log_mass(logits: NDArray[np.float32]) -> float:
    """log(sum(exp(logits))): 1e-6 off at most, because single precision's exponentials are summed pairwise."""
    best = logits.max()
    with np.errstate(invalid="ignore"):
        return float(best) + float(np.log(np.exp(logits - best).sum()))


def likeliest(logits: NDArray[np.float32], count: int) -> list[int]:
    """The ids of the `count` highest scores, best first; the lower id first where two are equal."""
    best = largest(logits, count)
    impossible = np.flatnonzero(logits == -np.inf)[: count - len(best)] if len(best) < count else best[:0]
    return [int(place) for place in (*best, *impossible)]
