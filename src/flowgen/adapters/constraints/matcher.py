"""Follows answers through a compiled grammar. Knows llguidance's matcher; refuses to know how grammars are written."""

from threading import Lock

from llguidance import LLMatcher

from flowgen.domain.errors import EngineFailed
from flowgen.domain.verdicts import ACCEPTED, REFUSED, Verdict


class CompiledGrammar:
    """A compiled constraint: copies of one matcher that stands at the grammar's beginning. Safe from any thread."""

    def __init__(self, matcher: LLMatcher, end_tokens: tuple[int, ...], warnings: tuple[str, ...] = ()) -> None:
        self.warnings = warnings
        self._matcher = matcher
        self._end_tokens = end_tokens
        self._lock = Lock()

    def matcher(self) -> "GrammarMatcher":
        with self._lock:
            return GrammarMatcher(self._matcher.deep_copy(), self._end_tokens)


class GrammarMatcher:
    """One answer's way through its grammar. End tokens are kept here: llguidance refuses them once it has stopped."""

    def __init__(self, matcher: LLMatcher, end_tokens: tuple[int, ...]) -> None:
        self._matcher = matcher
        self._end_tokens = frozenset(end_tokens)
        self._has_ended = False

    def fill_mask(self, mask: memoryview) -> None:
        words = mask.cast("B")
        if self._has_ended:
            bits = bytearray(len(words))
        else:
            bits = bytearray(self._matcher.compute_bitmask()[: len(words)].ljust(len(words), b"\0"))
            self._check()
        self._set_end_tokens(bits, is_allowed=self.may_finish())
        if not any(bits):
            raise EngineFailed("The grammar cannot be followed any further: no token of this vocabulary may come next.")
        words[:] = bits

    def _set_end_tokens(self, bits: bytearray, *, is_allowed: bool) -> None:
        for token in self._end_tokens:
            bit = 1 << (token & 7)
            bits[token >> 3] = bits[token >> 3] | bit if is_allowed else bits[token >> 3] & ~bit

    @property
    def num_held(self) -> int:
        """What a grammar has taken stays."""
        return 0

    def accept(self, token: int) -> Verdict:
        self._check()
        if self._has_ended:
            return REFUSED
        if token in self._end_tokens:
            self._has_ended = self.may_finish()
            return ACCEPTED if self._has_ended else REFUSED
        is_accepted = self._matcher.try_consume_tokens([token]) == 1
        self._check()
        return ACCEPTED if is_accepted else REFUSED

    def rollback(self, num_tokens: int) -> None:
        if num_tokens > 0 and self._has_ended:
            self._has_ended = False
            num_tokens -= 1
        if num_tokens > 0 and not self._matcher.rollback(num_tokens):
            self._check()

    def forced(self) -> list[int]:
        if self._has_ended or self.is_finished():
            return []
        tokens = [int(token) for token in self._matcher.compute_ff_tokens()]
        num_valid = self._matcher.validate_tokens(tokens) if tokens else 0
        self._check()
        return tokens[:num_valid]

    def is_finished(self) -> bool:
        self._check()
        return self._has_ended or bool(self._matcher.is_stopped() and self._matcher.is_accepting())

    def may_finish(self) -> bool:
        self._check()
        return self._has_ended or bool(self._matcher.is_accepting())

    def _check(self) -> None:
        if self._matcher.is_error():
            raise EngineFailed(f"The grammar cannot be followed any further: {first_lines(self._matcher.get_error())}")


def first_lines(error: str) -> str:
    """Give llguidance's words without its dump of states."""
    return error.split("<state>")[0].strip()
