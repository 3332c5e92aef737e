"""Executes one step of one answer: decode a piece, choose a token. Knows the order of things; refuses to know threads,
queues and pointers.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.drafting import Drafter
from flowgen.adapters.llama.logprobs import token_logprob
from flowgen.adapters.llama.sequence import Answer
from flowgen.domain.errors import EngineFailed
from flowgen.domain.generation import TokenLogprob
from flowgen.domain.model import Vocabulary

_SEQUENCE = 0


class DecodingContext(Protocol):
    """The part of `backend.Context` that a step needs."""

    def decode(self, tokens: Sequence[int], position: int, sequence: int, *, num_outputs: int) -> int: ...
    def logits(self, index: int) -> NDArray[np.float32]: ...
    def forget(self, sequence: int) -> None: ...
    def take_back(self, sequence: int, position: int) -> bool: ...


class Runner:
    """Computes at most `n_batch` tokens a step, guesses of `drafter` not counted."""

    def __init__(
        self, context: DecodingContext, vocabulary: Vocabulary, n_batch: int, drafter: Drafter | None = None
    ) -> None:
        self._context = context
        self._vocabulary = vocabulary
        self._n_batch = n_batch
        self._drafter = drafter

    def step(self, answer: Answer) -> None:
        """Compute the next piece; once all is computed, choose. Raises EngineFailed."""
        piece = answer.next_piece(self._n_batch)
        drafts = self._drafter.guess(answer, piece) if self._drafter is not None else []
        self._decode(answer, piece, drafts)
        if answer.is_caught_up:
            self._choose_all(answer, len(piece) - 1, drafts)

    def forget(self) -> None:
        """Empty the memory, for the next answer or after a failure."""
        self._context.forget(_SEQUENCE)

    def _decode(self, answer: Answer, piece: Sequence[int], drafts: Sequence[int]) -> None:
        position = answer.num_computed
        reports = answer.prompt_logprobs and position < len(answer.prompt) and not answer.tokens
        num_outputs = len(piece) if reports else 1 + len(drafts)
        status = self._context.decode([*piece, *drafts], position, _SEQUENCE, num_outputs=num_outputs)
        if status:
            raise EngineFailed(f"llama.cpp could not compute the tokens: llama_decode gave {status}.")
        answer.computed(len(piece))
        if reports:
            answer.report_prompt(self._prompt_logprobs(answer, position, len(piece)))

    def _prompt_logprobs(self, answer: Answer, position: int, count: int) -> list[TokenLogprob]:
        """The log-probabilities of the tokens that follow those of a piece of the prompt."""
        following = answer.prompt[position + 1 : position + count + 1]
        return [self._logprob(answer, self._context.logits(index), token) for index, token in enumerate(following)]

    def _choose_all(self, answer: Answer, index: int, drafts: Sequence[int]) -> None:
        """Choose after the piece, whose last token is at `index` of the batch; then, while the choices are the drafts,
        after these: every token is chosen as it would be without drafts. What was guessed wrong is taken back."""
        num_right = 0
        while answer.is_caught_up and not answer.is_over:
            self._choose(answer, self._context.logits(index + num_right))
            while (pending := answer.next_piece(1)) and pending == drafts[num_right : num_right + 1]:
                answer.computed(1)
                num_right += 1
        if num_right < len(drafts) and not answer.is_over:
            self._take_back(answer)

    def _take_back(self, answer: Answer) -> None:
        if not self._context.take_back(_SEQUENCE, answer.num_computed):
            self.forget()
            answer.forgotten()

    def _choose(self, answer: Answer, logits: NDArray[np.float32]) -> None:
        token = answer.chooser.choose(logits, answer.prompt, answer.tokens)
        if answer.chooser.is_end(token):
            answer.end()
            return
        answer.chooser.accept(token)
        wants_logprobs = answer.num_logprobs is not None
        answer.append(token, self._logprob(answer, logits, token) if wants_logprobs else None)
        if not wants_logprobs:  # a forced token's logits are not computed, so it has no log-probability
            self._append_forced(answer)

    def _append_forced(self, answer: Answer) -> None:
        """Take the tokens that the grammar leaves no choice about; they are computed with the next step's piece."""
        if answer.is_over:
            return
        for token in answer.chooser.forced():
            if answer.is_over:
                return
            if answer.chooser.is_end(token):
                answer.end()
                return
            answer.chooser.accept(token)
            answer.append(token)

    def _logprob(self, answer: Answer, logits: NDArray[np.float32], token: int) -> TokenLogprob:
        return token_logprob(logits, token, answer.num_logprobs or 0, self._vocabulary.tokens)
