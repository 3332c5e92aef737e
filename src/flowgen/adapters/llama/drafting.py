"""Asks a draft model for guesses that a step can verify. Knows the bounds; refuses to know how guesses are verified."""

import logging
from collections.abc import Sequence

from flowgen.adapters.llama.sequence import Answer
from flowgen.domain.plugins import DraftModel

_LOGGER = logging.getLogger(__name__)

MAX_DRAFTS = 8
"""The most guesses of one step. A hybrid model keeps as many states per sequence, so more would cost memory."""


class Drafter:
    """Bounds a draft model's guesses: at most `num_drafts`, in one pass of `n_pass` tokens with what comes before, no
    more than may yet be generated, and tokens of the vocabulary."""

    def __init__(self, model: DraftModel, n_vocab: int, num_drafts: int, n_pass: int) -> None:
        self._model = model
        self._n_vocab = n_vocab
        self._num_drafts = num_drafts
        self._n_pass = n_pass
        self._is_broken = False

    def guess(self, answer: Answer, piece: Sequence[int]) -> list[int]:
        """Give the guesses that follow a piece which is the last that is known; none while the prompt is computed."""
        if self._is_broken or not answer.tokens or answer.num_computed + len(piece) < answer.num_known:
            return []
        most = min(self._num_drafts, self._n_pass - len(piece), answer.num_left - 1)
        guesses = self._drafted([*answer.prompt, *answer.tokens])[: max(0, most)]
        known = (place for place, token in enumerate(guesses) if not 0 <= token < self._n_vocab)
        return guesses[: next(known, len(guesses))]

    def _drafted(self, tokens: Sequence[int]) -> list[int]:
        try:
            return [int(token) for token in self._model.draft(tokens)]
        except (Exception, SystemExit):  # a border: answers do not need a plugin's guesses
            _LOGGER.exception("the draft model has failed; it is not asked again until the model is loaded anew")
            self._is_broken = True
            return []
