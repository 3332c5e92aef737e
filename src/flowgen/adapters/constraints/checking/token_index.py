"""A vocabulary by its texts: which tokens begin with a text, and where they part from one. Refuses to know grammars."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from flowgen.domain.model import Vocabulary

Bits = NDArray[np.uint8]
"""A bit per token, little-endian."""
_MOST_KEPT = 512
_CLOSES = re.compile(rb'"[^"]*[\]}]', re.DOTALL)


class TokenIndex:
    """Built once per vocabulary: some 50 ms for a large one. `firsts` are the tokens' first bytes, 256 for the answer's
    ends; `sizes` count their bytes. `closers` have a closing bracket, `closers_behind_quote` one behind a quotation
    mark."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.texts: Sequence[bytes] = vocabulary.tokens
        self._ends = frozenset(vocabulary.end_tokens)
        self._order = sorted(range(len(self.texts)), key=self.texts.__getitem__)
        self._sorted = [self.texts[token] for token in self._order]
        self.firsts = np.array([text[0] if text else 256 for text in self.texts], np.int16)
        self.firsts[list(self._ends)] = 256
        self.sizes = np.array([len(text) for text in self.texts], np.int32)
        self._most_bytes = int(self.sizes.max(initial=0))
        self._num_bytes = -(-len(self.texts) // 32) * 4
        self._known: dict[bytes, Bits] = {}
        closers = [token for token, text in enumerate(self.texts) if b"}" in text or b"]" in text]
        self.closers = np.array(closers, np.intp)
        self.closers_behind_quote = np.array([token for token in closers if _CLOSES.search(self.texts[token])], np.intp)

    def beginning_with(self, text: bytes) -> Bits:
        """The tokens that begin with a text."""
        found = self._known.get(text)
        if found is None:
            flags = np.zeros(self._num_bytes * 8, np.uint8)
            flags[self._order[bisect_left(self._sorted, text) : bisect_right(self._sorted, text + b"\xff" * 64)]] = 1
            found = np.packbits(flags, bitorder="little")
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[text] = found
        return found

    def along(self, text: bytes) -> Bits:
        """The tokens that a text begins with."""
        found: list[int] = []
        for size in range(1, min(len(text), self._most_bytes) + 1):
            begun = text[:size]
            found += self._order[bisect_left(self._sorted, begun) : bisect_right(self._sorted, begun)]
        return self.some(found)

    def only(self, token: int) -> Bits:
        """One token."""
        return self.some([token])

    def some(self, tokens: Sequence[int]) -> Bits:
        """These tokens."""
        bits = np.zeros(self._num_bytes, np.uint8)
        for token in tokens:
            bits[token >> 3] |= 1 << (token & 7)
        return bits

    def first_fork(self, allowed: Bits, way: bytes) -> int | None:
        """The first byte of a way at which one of these tokens says something else; None where all go along with it.
        The answer's end is another way too."""
        tokens = np.flatnonzero(np.unpackbits(allowed, bitorder="little")[: len(self.texts)])
        if (self.firsts[tokens] != way[0]).any():
            return 0
        return min(self._forks(tokens, way), default=None)

    def last_fork(self, allowed: Bits, way: bytes) -> int | None:
        """The last such byte."""
        tokens = np.flatnonzero(np.unpackbits(allowed, bitorder="little")[: len(self.texts)])
        along = self.firsts[tokens] == way[0]
        return max(self._forks(tokens[along], way), default=None if along.all() else 0)

    def _forks(self, tokens: NDArray[np.intp], way: bytes) -> list[int]:
        texts = (self.texts[int(token)] for token in tokens)
        return [fork for text in texts if (fork := _parting(text, way)) is not None]


def _parting(text: bytes, way: bytes) -> int | None:
    return next((place for place, (one, other) in enumerate(zip(text, way, strict=False)) if one != other), None)
