"""Executes a step: decodes the pieces and chooses the tokens that follow them. Knows the order of things; refuses to
know threads, queues, who gets a place and pointers.
"""

import logging
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.kv_memory import BatchPiece, DecodingContext
from flowgen.adapters.llama.logprobs import token_logprob
from flowgen.adapters.llama.pieces import Piece
from flowgen.adapters.llama.scheduler import Scheduler
from flowgen.adapters.llama.sequence import Answer
from flowgen.domain.errors import EngineFailed, FlowGenError
from flowgen.domain.generation import TokenLogprob
from flowgen.domain.model import Vocabulary

_LOGGER = logging.getLogger(__name__)
_MOST_REFUSED = 32
"""Tokens of an answer that are refused in one step, before the others have theirs."""


class Runner:
    """Computes steps in a context. `context` belongs to the thread that calls `step`."""

    def __init__(self, context: DecodingContext, vocabulary: Vocabulary) -> None:
        self._context = context
        self._vocabulary = vocabulary

    def step(self, pieces: Sequence[Piece], scheduler: Scheduler) -> None:
        """Compute the pieces; for each answer of which all is computed, choose. An answer's failure is its own."""
        begun = time.monotonic()
        before = sum(len(piece.answer.tokens) for piece in pieces)
        status = self._context.decode([_batch_piece(piece) for piece in pieces])
        if status:
            _LOGGER.error("llama_decode gave %d for a batch of %d sequences", status, len(pieces))
            scheduler.failed(pieces, status)
            return
        scheduler.computed(pieces)
        first = 0
        for piece in pieces:
            _guarded(piece.answer, self._finish_piece(piece, first))
            first += piece.size
        generated = sum(len(piece.answer.tokens) for piece in pieces) - before
        scheduler.measured(pieces, max(0, generated), time.monotonic() - begun)

    def _finish_piece(self, piece: Piece, first: int) -> Callable[[], None]:
        """What is to be done with a piece whose first token is at `first` of the batch."""

        def work() -> None:
            answer = piece.answer
            if _reports_prompt(answer, piece.position):
                answer.report_prompt(piece.position, self._prompt_logprobs(piece, first))
            if answer.is_caught_up and not answer.num_left:
                answer.end_unanswered()
            elif answer.is_caught_up:
                self._choose_all(answer, first + len(piece.tokens) - 1, piece.drafts)

        return work

    def _prompt_logprobs(self, piece: Piece, first: int) -> list[TokenLogprob]:
        """The log-probabilities of the tokens that follow those of a piece of the prompt."""
        following = piece.answer.prompt[piece.position + 1 : piece.position + len(piece.tokens) + 1]
        return [
            self._logprob(piece.answer, self._context.logits(first + place), token)
            for place, token in enumerate(following)
        ]

    def _choose_all(self, answer: Answer, index: int, drafts: Sequence[int]) -> None:
        """Choose after the piece, whose last token is at `index` of the batch; then, while the choices are the drafts,
        after these: every token is chosen as it would be without drafts."""
        num_right = 0
        while answer.is_caught_up and not answer.is_over:
            if not self._choose(answer, self._context.logits(index + num_right)):
                return
            while (pending := answer.next_piece(1)) and list(pending) == list(drafts[num_right : num_right + 1]):
                answer.computed(1)
                num_right += 1

    def _choose(self, answer: Answer, logits: NDArray[np.float32]) -> bool:
        """Choose until a token is taken; False where none was: tokens before it were taken back, so that the scores are
        no longer those of the last one, or it takes too long, or the answer is over."""
        for _ in range(_MOST_REFUSED):
            token = answer.chooser.choose(logits, answer.prompt, answer.tokens)
            is_end = answer.chooser.is_end(token)
            verdict = answer.chooser.accept(token)
            if verdict.is_accepted:
                break
            answer.discard(verdict)
            answer.check_time()
            if verdict.num_back or answer.is_over:
                return False
        else:
            answer.pause()
            return False
        if is_end:
            answer.end()
            return True
        answer.wants_mark = answer.wants_mark or verdict.opens
        wants_logprobs = answer.num_logprobs is not None
        answer.append(token, self._logprob(answer, logits, token) if wants_logprobs else None)
        # a forced token's logits are not computed, so it has no log-probability
        return wants_logprobs or self._append_forced(answer)

    def _append_forced(self, answer: Answer) -> bool:
        """Take the tokens that the grammar leaves no choice about, up to one that is refused; they are computed with
        the next step's piece. False where tokens were taken back."""
        if answer.is_over:
            return True
        for token in answer.chooser.forced():
            if answer.is_over:
                return True
            is_end = answer.chooser.is_end(token)
            verdict = answer.chooser.accept(token)
            if not verdict.is_accepted:
                answer.discard(verdict)
                return not verdict.num_back
            if is_end:
                answer.end()
                return True
            answer.append(token)
        return True

    def _logprob(self, answer: Answer, logits: NDArray[np.float32], token: int) -> TokenLogprob:
        return token_logprob(logits, token, answer.num_logprobs or 0, self._vocabulary.tokens)


def _reports_prompt(answer: Answer, position: int) -> bool:
    return answer.prompt_logprobs and position < len(answer.prompt) and not answer.tokens


def _batch_piece(piece: Piece) -> BatchPiece:
    """The last token has logits where the next one is chosen after it, and so has every draft."""
    size = len(piece.tokens)
    is_last = piece.position + size == piece.answer.num_known
    num_outputs = size if _reports_prompt(piece.answer, piece.position) else int(is_last)
    return BatchPiece(
        sequence=piece.slot,
        position=piece.position,
        tokens=[*piece.tokens, *piece.drafts],
        num_outputs=num_outputs + len(piece.drafts),
    )


def _guarded(answer: Answer, work: Callable[[], None]) -> None:
    try:
        work()
    except FlowGenError as error:
        answer.ended = error
    except (Exception, SystemExit):  # the engine's border: a fault in one answer, a plugin's too, ends no other
        _LOGGER.exception("the engine failed at token %d of an answer", len(answer.tokens))
        answer.ended = EngineFailed("The engine failed while it computed this answer; the server's log says why.")
