"""A matcher that brings a document to its end while there are tokens left for it. Knows when, and which tokens are on
the way; refuses to know what a document must be: the matcher that it goes round says that."""

from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.constraints.checking import json_reader as mode
from flowgen.adapters.constraints.checking.checked_matcher import CheckedMatcher
from flowgen.adapters.constraints.checking.token_index import Bits, TokenIndex
from flowgen.adapters.constraints.closing.places import Place, Places
from flowgen.domain.model import Vocabulary
from flowgen.domain.ports import CompiledConstraint, TokenMatcher
from flowgen.domain.schemas import Lowered
from flowgen.domain.verdicts import Verdict

LEAST_TOKENS = 64
"""Answers of fewer tokens are never hurried: who asks for so few wants to see the beginning."""
_SPARE_SHARE = 16
_LEAST_SPARE = 24
_ERROR = 1.3
"""The guess of what is needed may be off by so much."""
_HOPELESS = 2.0
_MOST_TRIED = 256
"""Tokens that are looked at for one choice, the shortest first."""
_MOST_TRIED_IN_TEXT = 100
"""A pattern may take long to follow."""
_NEAR = 0.01
"""A difference of tokens that does not count."""


_CLOSERS = {mode.STRING: frozenset(b'"'), mode.NUMBER: frozenset(b",]}")}
Tokens = NDArray[np.intp]


class ClosingGrammar:
    """A compiled grammar of the documents of one schema. Safe from any thread."""

    def __init__(
        self, grammar: CompiledConstraint, lowered: Lowered, index: TokenIndex, vocabulary: Vocabulary
    ) -> None:
        self.warnings: tuple[str, ...] = getattr(grammar, "warnings", ())
        self._grammar = grammar
        self._lowered = lowered
        self._places: Places | None = None
        self._index = index
        self._ends = vocabulary.end_tokens
        self._lock = Lock()

    def matcher(self) -> "ClosingMatcher":
        with self._lock:
            self._places = self._places or Places(self._lowered)
        return ClosingMatcher(self._grammar.matcher(), self._places, self._index, self._ends)


class ClosingMatcher:
    """One answer's way. What is masked here is only a choice: `accept` takes whatever the grammar takes. Once hurried
    an answer stays so, also where tokens are taken back: it had its length."""

    def __init__(self, grammar: TokenMatcher, places: Places, index: TokenIndex, end_tokens: tuple[int, ...]) -> None:
        self._grammar = grammar
        self._places = places
        self._index = index
        self._ends = frozenset(end_tokens)
        self._end_bits: Bits = np.bitwise_or.reduce([index.only(token) for token in end_tokens])
        self._tokens: list[int] = []
        self._text = bytearray()
        self._followed: list[Place] = [Place()]
        self._is_hurried = False

    @property
    def num_held(self) -> int:
        return self._grammar.num_held

    def fill_mask(self, mask: memoryview) -> None:
        self._grammar.fill_mask(mask)

    def accept(self, token: int) -> Verdict:
        verdict = self._grammar.accept(token)
        if verdict.is_accepted:
            self._tokens.append(token)
        elif verdict.num_back:
            self._go_back(verdict.num_back)
        return verdict

    def rollback(self, num_tokens: int) -> None:
        if num_tokens > 0:
            self._grammar.rollback(num_tokens)
            self._go_back(num_tokens)

    def forced(self) -> list[int]:
        return self._grammar.forced()

    def is_finished(self) -> bool:
        return self._grammar.is_finished()

    def may_finish(self) -> bool:
        return self._grammar.may_finish()

    def hasten(self, mask: memoryview, num_left: int) -> bool:
        total = len(self._tokens) + num_left
        if not self._is_hurried and (total < LEAST_TOKENS or num_left > max(total // 2, 2 * self._places.least)):
            return False
        place = self._here()
        rest = self._places.rest(place, self._bytes)
        if not self._is_hurried:
            spare = max(_LEAST_SPARE, total // _SPARE_SHARE)
            self._is_hurried = num_left <= rest * _ERROR + spare and rest <= _HOPELESS * num_left
            if self._is_hurried and isinstance(self._grammar, CheckedMatcher):
                self._grammar.hurry()
        return self._is_hurried and self._narrow(np.frombuffer(mask, np.uint8), place)

    def _narrow(self, bits: Bits, place: Place) -> bool:
        """Leave the tokens after which the end is nearest; say whether there were others."""
        ends = bits & self._end_bits
        if ends.any():
            best = ends
        else:
            tokens = np.flatnonzero(np.unpackbits(bits, bitorder="little")[: len(self._index.texts)])
            best = self._nearest([int(token) for token in self._tried(tokens, place)], place)
        is_narrower = bool((bits & ~best).any())
        bits &= best
        return is_narrower

    def _nearest(self, tokens: Sequence[int], place: Place) -> Bits:
        """Of these tokens those after which the end is nearest."""
        if len(tokens) < 2:
            return self._index.some(tokens)
        rests = [self._rest_after(place, token) for token in tokens]
        least = min(rests) + _NEAR
        return self._index.some([token for token, rest in zip(tokens, rests, strict=True) if rest <= least])

    def _tried(self, tokens: Tokens, place: Place) -> Tokens:
        """Those that may lead to the end: in a text or number, what closes it; in a name, what makes it a required
        one."""
        letters = _CLOSERS.get(place.reading.mode) or self._places.next_letters(place, self._bytes)
        if letters:
            likely = tokens[np.isin(self._index.firsts[tokens], list(letters))]
            tokens = likely if len(likely) else tokens
        most = _MOST_TRIED_IN_TEXT if place.reading.mode == mode.STRING else _MOST_TRIED
        if len(tokens) > most:
            tokens = tokens[np.argsort(self._index.sizes[tokens], kind="stable")[:most]]
        return tokens

    def _rest_after(self, place: Place, token: int) -> float:
        text = self._bytes + self._index.texts[token]
        return self._places.rest(self._places.moved(place, text, len(self._text)), text)

    @property
    def _bytes(self) -> bytes:
        return bytes(self._text)

    def _here(self) -> Place:
        """Follow the tokens that came since the last time."""
        while len(self._followed) <= len(self._tokens):
            token = self._tokens[len(self._followed) - 1]
            begin = len(self._text)
            if token not in self._ends:
                self._text += self._index.texts[token]
            self._followed.append(self._places.moved(self._followed[-1], self._bytes, begin))
        return self._followed[-1]

    def _go_back(self, num_tokens: int) -> None:
        del self._tokens[-num_tokens:]
        if len(self._followed) > len(self._tokens) + 1:
            del self._followed[len(self._tokens) + 1 :]
            self._text = bytearray(b"".join(self._index.texts[t] for t in self._tokens if t not in self._ends))
