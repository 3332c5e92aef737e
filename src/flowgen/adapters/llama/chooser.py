"""Chooses an answer's next token: the rules over the scores, the grammar's last word, the draw.

Refuses to know where logits come from and what becomes of the token.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.sampler import TokenSampler
from flowgen.adapters.llama.scores import Allowed, ScoreRules, allowed_tokens
from flowgen.domain.errors import EngineFailed
from flowgen.domain.model import Vocabulary
from flowgen.domain.ports import TokenMatcher


class TokenChooser:
    """One per answer, on the engine's thread. `make_sampler` is called once, at the first choice."""

    def __init__(
        self,
        rules: ScoreRules,
        make_sampler: Callable[[], TokenSampler],
        vocabulary: Vocabulary,
        matcher: TokenMatcher | None = None,
    ) -> None:
        self._rules = rules
        self._make_sampler = make_sampler
        self._sampler: TokenSampler | None = None
        self._ends = frozenset(vocabulary.end_tokens)
        self._n_vocab = len(vocabulary.tokens)
        self._matcher = matcher
        self._mask = np.zeros((self._n_vocab + 31) // 32, np.uint32)

    @property
    def warnings(self) -> Sequence[str]:
        return self._rules.warnings

    def choose(self, logits: NDArray[np.float32], prompt: Sequence[int], tokens: Sequence[int]) -> int:
        """Give the next token; it is not accepted yet. Raises EngineFailed where the grammar leaves none."""
        self._sampler = self._sampler or self._make_sampler()
        return self._sampler.draw(self._rules.apply(logits, prompt, tokens, self._allowed()))

    def is_end(self, token: int) -> bool:
        """Whether a token ends the answer here: under a grammar only where it may end."""
        return token in self._ends and (self._matcher is None or self._matcher.may_finish())

    def accept(self, token: int) -> None:
        """Advance the grammar. Raises EngineFailed if it forbids the token."""
        if self._matcher is not None and not self._matcher.accept(token):
            raise EngineFailed(f"The grammar forbids token {token}, which it allowed before.")

    def forced(self) -> list[int]:
        """The tokens that the grammar leaves no choice about, from here on."""
        return [] if self._matcher is None else self._matcher.forced()

    def is_finished(self) -> bool:
        """The grammar lets nothing follow."""
        return self._matcher is not None and self._matcher.is_finished()

    def close(self) -> None:
        if self._sampler is not None:
            self._sampler.close()

    def _allowed(self) -> Allowed | None:
        if self._matcher is None:
            return None
        self._mask[:] = 0
        self._matcher.fill_mask(self._mask.data.cast("B"))
        allowed = allowed_tokens(self._mask, self._n_vocab)
        if self._matcher.may_finish():
            allowed[list(self._ends)] = True
        return allowed
