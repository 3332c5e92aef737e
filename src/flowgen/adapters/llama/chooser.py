"""Chooses an answer's next token: the rules over the scores, the grammar's last word, the draw.

Refuses to know where logits come from and what becomes of the token.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.candidates import Scratch
from flowgen.adapters.llama.sampler import TokenSampler
from flowgen.adapters.llama.scores import Mask, ScoreRules
from flowgen.domain.errors import EngineFailed
from flowgen.domain.model import Vocabulary
from flowgen.domain.ports import TokenMatcher


class TokenChooser:
    """One per answer, on the engine's thread. `make_sampler` is called once, at the first choice.

    With `ignore_eos` no end token is chosen and none ends the answer. The choosers of one engine may share a `scratch`.
    """

    def __init__(
        self,
        rules: ScoreRules,
        make_sampler: Callable[[], TokenSampler],
        vocabulary: Vocabulary,
        matcher: TokenMatcher | None = None,
        *,
        ignore_eos: bool = False,
        scratch: Scratch | None = None,
    ) -> None:
        n_vocab = len(vocabulary.tokens)
        self._rules = rules
        self._make_sampler = make_sampler
        self._sampler: TokenSampler | None = None
        self._matcher = matcher
        self._ignores_ends = ignore_eos and bool(vocabulary.end_tokens)
        self._ends = frozenset(vocabulary.end_tokens)
        self._end_mask = mask_of(vocabulary.end_tokens, n_vocab)
        self._all_mask = ~mask_of((), n_vocab)
        self._all_mask[-1:] >>= np.uint32(-n_vocab % 32)
        self._mask = self._all_mask & ~self._end_mask
        self._scratch = scratch or Scratch(n_vocab)

    @property
    def warnings(self) -> Sequence[str]:
        return self._rules.warnings

    def choose(self, logits: NDArray[np.float32], prompt: Sequence[int], tokens: Sequence[int]) -> int:
        """Give the next token; it is not accepted yet. `logits` stay as they are. Raises EngineFailed where the grammar
        leaves none."""
        self._sampler = self._sampler or self._make_sampler()
        candidates = self._rules.apply(logits, prompt, tokens, self._allowed(), self._scratch)
        return self._sampler.draw(candidates, self._scratch)

    def is_end(self, token: int) -> bool:
        """Whether a token ends the answer here: under a grammar only where it may end."""
        if self._ignores_ends or token not in self._ends:
            return False
        return self._matcher is None or self._matcher.may_finish()

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

    def _allowed(self) -> Mask | None:
        """The grammar's mask; the answer's end is among it where it may end. None allows all."""
        if self._matcher is None:
            return self._mask if self._ignores_ends else None
        mask = self._mask
        mask[:] = 0
        self._matcher.fill_mask(mask.data.cast("B"))
        if self._ignores_ends:
            mask &= ~self._end_mask
        elif self._matcher.may_finish():
            mask |= self._end_mask
        mask &= self._all_mask  # the last word may reach beyond the vocabulary
        return mask


def mask_of(tokens: Sequence[int], n_vocab: int) -> Mask:
    """A mask that allows these tokens."""
    mask = np.zeros(-(-n_vocab // 32), np.uint32)
    for token in tokens:
        mask[token // 32] |= np.uint32(1 << token % 32)
    return mask
