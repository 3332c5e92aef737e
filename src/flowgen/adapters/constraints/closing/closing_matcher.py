"""A matcher that brings an answer to its end while there are tokens left for it. Knows when, and which tokens are on
the way; refuses to know what a document must be: the matcher that it goes round says that."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.constraints.checking import json_reader as mode
from flowgen.adapters.constraints.checking.checked_matcher import CheckedMatcher
from flowgen.adapters.constraints.checking.token_index import Bits, TokenIndex
from flowgen.adapters.constraints.closing.locators import Locator
from flowgen.adapters.constraints.closing.places import Place, Places
from flowgen.domain.model import Vocabulary
from flowgen.domain.ports import CompiledConstraint, TokenMatcher
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
    """A compiled grammar of answers in which a JSON text stands. `locate` makes what finds it in one answer. Safe from
    any thread."""

    def __init__(
        self, grammar: CompiledConstraint, locate: Callable[[], Locator], index: TokenIndex, vocabulary: Vocabulary
    ) -> None:
        self.warnings: tuple[str, ...] = getattr(grammar, "warnings", ())
        self._grammar = grammar
        self._locate = locate
        self._index = index
        self._ends = vocabulary.end_tokens

    def matcher(self) -> "ClosingMatcher":
        return ClosingMatcher(self._grammar.matcher(), self._locate(), self._index, self._ends)


class ClosingMatcher:
    """One answer's way. What is masked here is only a choice: `accept` takes whatever the grammar takes. Once hurried
    an answer stays so, also where tokens are taken back: it had its length."""

    def __init__(self, grammar: TokenMatcher, locator: Locator, index: TokenIndex, end_tokens: tuple[int, ...]) -> None:
        self._grammar = grammar
        self._locator = locator
        self._index = index
        self._ends = frozenset(end_tokens)
        self._end_bits: Bits = np.bitwise_or.reduce([index.only(token) for token in end_tokens])
        self._tokens: list[int] = []
        self._answer = bytearray()
        self._num_joined = 0  # tokens whose bytes are in the answer
        self._known: _Known | None = None
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
        if not self._is_hurried and (total < LEAST_TOKENS or num_left > max(total // 2, 2 * self._locator.least)):
            return False
        known = self._here()
        if known is not None and not self._is_hurried:
            rest = known.places.rest(known.place, known.text) + self._locator.behind
            spare = max(_LEAST_SPARE, total // _SPARE_SHARE)
            needed = max(rest, known.rest_after(b",")) if known.place.reading.mode == mode.AFTER else rest
            self._is_hurried = num_left <= needed * _ERROR + spare and rest <= _HOPELESS * num_left
            if self._is_hurried and isinstance(self._grammar, CheckedMatcher):
                self._grammar.hurry()
        return self._is_hurried and self._narrow(np.frombuffer(mask, np.uint8), known)

    @property
    def was_led(self) -> bool:
        return isinstance(self._grammar, CheckedMatcher) and self._grammar.was_led

    def _narrow(self, bits: Bits, known: "_Known | None") -> bool:
        """Leave the tokens after which the end is nearest; say whether there were others."""
        best = bits & self._end_bits
        if not best.any():
            if known is None:
                return False
            tokens = np.flatnonzero(np.unpackbits(bits, bitorder="little")[: len(self._index.texts)])
            best = self._nearest([int(token) for token in self._tried(tokens, known)], known)
        is_narrower = bool((bits & ~best).any())
        bits &= best
        return is_narrower

    def _nearest(self, tokens: Sequence[int], known: "_Known") -> Bits:
        """Of these tokens those after which the end is nearest."""
        if len(tokens) < 2:
            return self._index.some(tokens)
        rests = [known.rest_after(self._index.texts[token]) for token in tokens]
        least = min(rests) + _NEAR
        return self._index.some([token for token, rest in zip(tokens, rests, strict=True) if rest <= least])

    def _tried(self, tokens: Tokens, known: "_Known") -> Tokens:
        """Those that may lead to the end: in a text or number, what closes it; in a name, what makes it a required
        one."""
        state = known.place.reading.mode
        letters = _CLOSERS.get(state) or known.places.next_letters(known.place, known.text)
        if letters:
            likely = tokens[np.isin(self._index.firsts[tokens], list(letters))]
            tokens = likely if len(likely) else tokens
        most = _MOST_TRIED_IN_TEXT if state == mode.STRING else _MOST_TRIED
        if len(tokens) > most:
            tokens = tokens[np.argsort(self._index.sizes[tokens], kind="stable")[:most]]
        return tokens

    def _here(self) -> "_Known | None":
        """Follow the tokens that came since the last time."""
        for token in self._tokens[self._num_joined :]:
            if token not in self._ends:
                self._answer += self._index.texts[token]
        self._num_joined = len(self._tokens)
        answer = bytes(self._answer)
        found = self._locator.find(answer)
        if found is None:
            self._known = None
        elif self._known is None or found != (self._known.places, self._known.start):
            self._known = _Known(*found).moved(answer)
        else:
            self._known = self._known.moved(answer)
        return self._known

    def _go_back(self, num_tokens: int) -> None:
        del self._tokens[-num_tokens:]
        if self._num_joined > len(self._tokens):
            self._answer.clear()
            self._num_joined = 0
            self._known = None
            self._locator.went_back()


class _Known(NamedTuple):
    """The JSON text under way: what it has to be, the byte of the answer that it begins at, how far it is."""

    places: Places
    start: int
    place: Place = Place()
    text: bytes = b""

    def moved(self, answer: bytes) -> "_Known":
        text = answer[self.start :]
        return self._replace(place=self.places.moved(self.place, text, len(self.text)), text=text)

    def rest_after(self, data: bytes) -> float:
        text = self.text + data
        return self.places.rest(self.places.moved(self.place, text, len(self.text)), text)
