"""A compiled grammar with checks: makes the matchers of answers. Refuses to know how an answer is followed."""

from collections.abc import Callable

from flowgen.adapters.constraints.checking.checked_matcher import CheckedMatcher
from flowgen.adapters.constraints.checking.followers import Follower
from flowgen.adapters.constraints.checking.token_index import TokenIndex
from flowgen.domain.model import Vocabulary
from flowgen.domain.ports import CompiledConstraint


class CheckedGrammar:
    """A compiled grammar with checks. Safe from any thread."""

    def __init__(
        self, grammar: CompiledConstraint, follow: Callable[[], Follower], index: TokenIndex, vocabulary: Vocabulary
    ) -> None:
        self.warnings: tuple[str, ...] = getattr(grammar, "warnings", ())
        self._grammar = grammar
        self._follow = follow
        self._index = index
        self._ends = vocabulary.end_tokens

    def matcher(self) -> CheckedMatcher:
        return CheckedMatcher(self._grammar.matcher(), self._follow(), self._index, self._ends)
