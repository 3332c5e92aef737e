"""A logits processor: no run of n tokens occurs twice in an answer. Knows tokens; refuses to know text.

{"name": "no_repeat_ngram", "n": 3}
"""

from collections.abc import Sequence

from flowgen.domain.plugins import Logits

_FORBIDDEN = float("-inf")


class NoRepeatNgram:
    """Forbids each token that would complete a run of `n` generated tokens that is there already."""

    def __init__(self, n: int) -> None:
        if isinstance(n, bool) or not isinstance(n, int) or n < 1:
            raise ValueError(f"n must be an integer from 1, not {n!r}")
        self._n = n
        self._followers: dict[tuple[int, ...], set[int]] = {}
        self._num_seen = 0

    def process(self, prompt: Sequence[int], tokens: Sequence[int], logits: Logits) -> None:
        """Forbid what followed the last n - 1 tokens before; the prompt's own runs may be repeated."""
        self._learn(tokens)
        if len(tokens) < self._n - 1:
            return
        context = tuple(tokens[len(tokens) - self._n + 1 :])
        for token in self._followers.get(context, ()):
            logits[token] = _FORBIDDEN

    def _learn(self, tokens: Sequence[int]) -> None:
        """Take in the runs that end with a token not seen yet; tokens may come several at once, and the last ones may
        have been taken back."""
        if len(tokens) < self._num_seen:
            self._followers, self._num_seen = {}, 0
        for end in range(self._num_seen, len(tokens)):
            start = end - self._n + 1
            if start >= 0:
                self._followers.setdefault(tuple(tokens[start:end]), set()).add(tokens[end])
        self._num_seen = len(tokens)
