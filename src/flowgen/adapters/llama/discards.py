"""Counts what an answer threw away because a check of its schema failed, and says when it was too much. Pure."""

from flowgen.domain.errors import ConstraintUnsatisfied
from flowgen.domain.verdicts import Verdict

_LEAST = 512
_PER_TOKEN = 4


class Discards:
    """The tokens that may be thrown away: 4 for each that may be generated, 512 at least. A token that is refused at
    once costs no computation, so it counts against that budget, but is no discarded token."""

    def __init__(self, max_tokens: int) -> None:
        self.num_tokens = 0
        self._num_refused = 0
        self._budget = max(_LEAST, _PER_TOKEN * max_tokens)

    def count(self, verdict: Verdict) -> None:
        """Raises ConstraintUnsatisfied once the budget is spent, or where no token is left to choose."""
        if verdict.num_back:
            self.num_tokens += verdict.num_back + 1
        else:
            self._num_refused += 1
        failure = verdict.failure
        is_spent = self.num_tokens + self._num_refused > self._budget
        if failure is not None and (is_spent or verdict.is_final):
            raise ConstraintUnsatisfied(failure.field, failure.keyword, failure.pointer, self.num_tokens)
