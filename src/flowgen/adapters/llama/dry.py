"""DRY: makes tokens less likely that would go on with a repetition. Knows what was said; llama.cpp finds what repeats
(llama_sampler_init_dry). Refuses to know requests.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.candidates import CANDIDATE
from flowgen.domain.plugins import Logits


class RepetitionSampler(Protocol):
    """`backend.Sampler` with the one step `dry`."""

    def accept(self, tokens: Iterable[int]) -> None: ...
    def forget(self) -> None: ...
    def apply(self, candidates: NDArray[Any]) -> Any: ...
    def close(self) -> None: ...


class DryPenalty:
    """A logits processor, one per answer. `last_n` is how many tokens it looks back on, the prompt's too."""

    def __init__(self, sampler: RepetitionSampler, last_n: int) -> None:
        self._sampler = sampler
        self._last_n = last_n
        self._told: list[int] = []

    def __del__(self) -> None:
        self._sampler.close()

    def process(self, prompt: Sequence[int], tokens: Sequence[int], logits: Logits) -> None:
        """Only a token that was said can repeat, so llama.cpp is handed no others."""
        known = [*prompt, *tokens]
        said = known[-self._last_n :]
        self._tell(known, len(said))
        ids = np.unique(np.fromiter(said, np.int32, len(said)))
        handed = np.empty(len(ids), CANDIDATE)
        scores = np.asarray(logits)
        handed["id"] = ids
        handed["logit"] = scores[ids]
        is_told = np.isfinite(handed["logit"])
        self._sampler.apply(handed)
        scores[ids[is_told]] = handed["logit"][is_told]

    def _tell(self, known: list[int], num_said: int) -> None:
        """Bring the sampler to what is known: usually one token more; all anew where tokens were taken back."""
        count = len(self._told)
        if known[:count] != self._told:
            self._sampler.forget()
            count = 0
        self._sampler.accept(known[max(count, len(known) - num_said) :])
        self._told = known
