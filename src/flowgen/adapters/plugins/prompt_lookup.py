"""A draft model without a model: what followed the last tokens where they stood before. Refuses to know text.

{"name": "prompt-lookup", "max_ngram_size": 3, "num_tokens": 8}

The method: Apoorv Saxena, "Prompt Lookup Decoding" (2023).
"""

from collections.abc import Sequence

import numpy as np


class PromptLookup:
    """Looks for the latest earlier place of the last `max_ngram_size` tokens, then of fewer, and guesses what followed.

    Gives at most `num_tokens` guesses.
    """

    def __init__(self, max_ngram_size: int = 3, num_tokens: int = 8) -> None:
        for name, value in {"max_ngram_size": max_ngram_size, "num_tokens": num_tokens}.items():
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 64:
                raise ValueError(f"{name} must be an integer from 1 to 64, not {value!r}")
        self._max_ngram_size = max_ngram_size
        self._num_tokens = num_tokens

    def draft(self, tokens: Sequence[int]) -> Sequence[int]:
        """Give the tokens that may follow, none where the last token is a new one."""
        ids = np.asarray(tokens, np.int64)
        for size in range(min(self._max_ngram_size, len(ids) - 1), 0, -1):
            windows = np.lib.stride_tricks.sliding_window_view(ids[:-1], size)
            places = np.flatnonzero((windows == ids[-size:]).all(axis=1))
            if len(places):
                start = int(places[-1]) + size
                return [int(token) for token in ids[start : start + self._num_tokens]]
        return []
