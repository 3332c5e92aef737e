"""Chooses an answer's next token: the rules over the scores, the grammar's last word, the draw.

Refuses to know where logits come from and what becomes of the token.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.candidates import Scratch
from flowgen.adapters.llama.sampler import TokenSampler
from flowgen.adapters.llama.scores import Banned, Mask, ScoreRules
from flowgen.domain.errors import EngineFailed
from flowgen.domain.model import Vocabulary
from flowgen.domain.ports import HasteningMatcher, TokenMatcher
from flowgen.domain.verdicts import ACCEPTED, Verdict

LED = (
    "for long no value was found that the schema takes, so a part of the answer was written along a value that is known"
    " to be taken"
)
HASTENED = "the tokens that the answer may have were nearly spent, so it was brought to its end on the shortest way"


class TokenChooser:
    """One per answer, on the engine's thread. `make_sampler` is called once, at the first choice.

    With `ignore_eos` no end token is chosen and none ends the answer. Where `max_tokens` are nearly spent, a matcher
    may hasten to the end; a warning says so. The choosers of one engine may share a `scratch`.
    """

    def __init__(
        self,
        rules: ScoreRules,
        make_sampler: Callable[[], TokenSampler],
        vocabulary: Vocabulary,
        matcher: TokenMatcher | None = None,
        *,
        ignore_eos: bool = False,
        max_tokens: int | None = None,
        scratch: Scratch | None = None,
    ) -> None:
        n_vocab = len(vocabulary.tokens)
        self._rules = rules
        self._make_sampler = make_sampler
        self._sampler: TokenSampler | None = None
        self._matcher = matcher
        self._hastening = matcher if isinstance(matcher, HasteningMatcher) else None
        self._max_tokens = max_tokens
        self._is_hastened = False
        self._surprise = 0.0  # the draw's state before the token that is chosen now
        self._surprises: list[float] = []  # and before each token that was taken
        self._ignores_ends = ignore_eos and bool(vocabulary.end_tokens)
        self._ends = frozenset(vocabulary.end_tokens)
        self._banned = Banned(np.array(vocabulary.end_tokens, np.int64))
        self._end_mask = mask_of(vocabulary.end_tokens, n_vocab)
        self._all_mask = ~mask_of((), n_vocab)
        self._all_mask[-1:] >>= np.uint32(-n_vocab % 32)
        self._mask = np.empty_like(self._all_mask)
        self._scratch = scratch or Scratch(n_vocab)

    @property
    def warnings(self) -> Sequence[str]:
        was_led = self._hastening is not None and self._hastening.was_led
        return [*self._rules.warnings, *([HASTENED] if self._is_hastened else []), *([LED] if was_led else [])]

    def choose(self, logits: NDArray[np.float32], prompt: Sequence[int], tokens: Sequence[int]) -> int:
        """Give the next token; it is not accepted yet. `logits` stay as they are. Raises EngineFailed where the grammar
        leaves none."""
        if self._sampler is None:
            self._sampler = self._make_sampler()
            self._surprise = self._sampler.surprise
        candidates = self._rules.apply(logits, prompt, tokens, self._allowed(len(tokens)), self._scratch)
        return self._sampler.draw(candidates, self._scratch)

    def is_end(self, token: int) -> bool:
        """Whether a token ends the answer here: under a grammar only where it may end."""
        if self._ignores_ends or token not in self._ends:
            return False
        return self._matcher is None or self._matcher.may_finish()

    @property
    def num_held(self) -> int:
        """How many of the last tokens may yet be taken back."""
        return 0 if self._matcher is None else self._matcher.num_held

    def accept(self, token: int) -> Verdict:
        """Advance the grammar, or learn what is to be taken back: the draw's state, all but the random one, goes back
        with it. Raises EngineFailed if the grammar forbids the token for no reason of its own."""
        if self._matcher is None:
            return ACCEPTED
        verdict = self._matcher.accept(token)
        if verdict.is_accepted:
            self._surprises.append(self._surprise)
        elif verdict.failure is None:
            raise EngineFailed(f"The grammar forbids token {token}, which it allowed before.")
        else:
            self._go_back(verdict.num_back)
        if self._sampler is not None:
            self._surprise = self._sampler.surprise
        return verdict

    def _go_back(self, num_tokens: int) -> None:
        before = self._surprise
        if num_tokens:
            before = self._surprises[-num_tokens]
            del self._surprises[-num_tokens:]
        if self._sampler is not None:
            self._sampler.surprise = before

    def forced(self) -> list[int]:
        """The tokens that the grammar leaves no choice about, from here on."""
        return [] if self._matcher is None else self._matcher.forced()

    def is_finished(self) -> bool:
        """The grammar lets nothing follow."""
        return self._matcher is not None and self._matcher.is_finished()

    def close(self) -> None:
        if self._sampler is not None:
            self._sampler.close()

    def _allowed(self, num_tokens: int) -> Mask | Banned | None:
        """The grammar's mask; the answer's end is among it where it may end. Without a grammar the end tokens where
        they are banned; None allows all."""
        if self._matcher is None:
            return self._banned if self._ignores_ends else None
        mask = self._mask
        mask[:] = 0
        self._matcher.fill_mask(mask.data.cast("B"))
        if self._ignores_ends:
            mask &= ~self._end_mask
        elif self._matcher.may_finish():
            mask |= self._end_mask
        mask &= self._all_mask  # the last word may reach beyond the vocabulary
        if self._hastening is not None and self._max_tokens is not None:
            is_hastened = self._hastening.hasten(mask.data.cast("B"), self._max_tokens - num_tokens)
            self._is_hastened = self._is_hastened or is_hastened
        return mask


def mask_of(tokens: Sequence[int], n_vocab: int) -> Mask:
    """A mask that allows these tokens."""
    mask = np.zeros(-(-n_vocab // 32), np.uint32)
    for token in tokens:
        mask[token // 32] |= np.uint32(1 << token % 32)
    return mask
