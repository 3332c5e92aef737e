"""A model's memory and scores without a model: what a sequence holds decides the scores, and every misuse is an error.

It behaves as llama.cpp does: cells are shared by forks, a hybrid sequence has a newest state that only a checkpoint
brings back, and a batch of a hybrid model has at most two lengths.
"""

import hashlib
import pickle
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.kv_memory import BatchPiece

Cell = tuple[int, int]
"""A cell's own number, and the token in it."""


class FakeMemory:
    """`num_cells` cells; scores over `n_vocab` tokens that depend on all tokens before. `num_to_fail` decodes fail, and
    `num_states_to_fail` checkpoints do not come back. A batch of more than `n_pass` tokens takes several passes."""

    def __init__(
        self, num_cells: int, n_vocab: int, *, is_hybrid: bool, n_rs_seq: int = 0, n_pass: int = 2**31
    ) -> None:
        self.num_cells, self.n_vocab = num_cells, n_vocab
        self.is_hybrid, self.n_rs_seq = is_hybrid, n_rs_seq
        self.n_pass = n_pass
        self.num_to_fail = self.num_states_to_fail = 0
        self.num_decodes = self.num_tokens = 0
        self._cells: dict[int, list[Cell]] = {}
        self._states: dict[int, tuple[int, ...]] = {}
        self._last: dict[int, int] = {}
        self._num_made = 0
        self._scores: list[NDArray[np.float32] | None] = []

    @property
    def num_used(self) -> int:
        return len({cell for cells in self._cells.values() for cell in cells})

    @property
    def sequences(self) -> set[int]:
        """Those that hold anything."""
        return {sequence for sequence, cells in self._cells.items() if cells}

    def decode(self, pieces: Sequence[BatchPiece]) -> int:
        self.num_decodes += 1
        lengths = {len(piece.tokens) for piece in pieces}
        assert len({piece.sequence for piece in pieces}) == len(pieces)
        assert all(piece.tokens for piece in pieces)
        assert not self.is_hybrid or len(lengths) <= 2, f"{len(lengths)} passes"
        assert not self.is_hybrid or len(lengths) < 2 or 1 in lengths
        if self.num_to_fail:
            self.num_to_fail -= 1
            return 2
        if self.num_used + sum(len(piece.tokens) for piece in pieces) > self.num_cells:
            return 1
        self._scores = []
        for piece in pieces:
            self._compute(piece)
        if (
            len(lengths) > 1 or sum(len(piece.tokens) for piece in pieces) > self.n_pass
        ):  # a second pass may have moved the states of the first
            self._last = {}
        return 0

    def _compute(self, piece: BatchPiece) -> None:
        cells = self._cells.setdefault(piece.sequence, [])
        assert piece.position == len(cells), f"position {piece.position} after {len(cells)} tokens"
        self._check_state(piece.sequence)
        for place, token in enumerate(piece.tokens):
            self._num_made += 1
            cells.append((self._num_made, token))
            is_output = place >= len(piece.tokens) - piece.num_outputs
            self._scores.append(scores_after([token for _, token in cells], self.n_vocab) if is_output else None)
        self.num_tokens += len(piece.tokens)
        self._last[piece.sequence] = len(piece.tokens)
        self._states[piece.sequence] = self._tokens(piece.sequence)

    def _check_state(self, sequence: int) -> None:
        if self.is_hybrid:
            assert self._states.get(sequence, ()) == self._tokens(sequence), "the state is not that of the cells"

    def _tokens(self, sequence: int) -> tuple[int, ...]:
        return tuple(token for _, token in self._cells.get(sequence, ()))

    def logits(self, index: int) -> NDArray[np.float32]:
        scores = self._scores[index]
        assert scores is not None, "no scores were asked for here"
        return scores

    def forget(self, sequence: int) -> None:
        self._cells.pop(sequence, None)
        self._states.pop(sequence, None)

    def fork(self, source: int, target: int, position: int) -> None:
        assert not self._cells.get(target)
        assert position <= len(self._cells[source])
        self._cells[target] = self._cells[source][:position]
        self._states[target] = () if self._is_taken_back(source) else self._states[source]
        self._last[target] = 0

    def take_back(self, sequence: int, position: int) -> bool:
        cells = self._cells.get(sequence, [])
        if not cells:  # as llama.cpp does
            return True
        if self.is_hybrid and self._states[sequence] != tuple(token for _, token in cells[:position]):
            back, most = len(cells) - position, min(self.n_rs_seq, self._last.get(sequence, 0))
            assert back <= most, f"llama.cpp would give a wrong state: {back} tokens back, {most} kept"
            self._last[sequence] = -1
        del cells[position:]
        self._states[sequence] = self._tokens(sequence)
        return True

    def _is_taken_back(self, sequence: int) -> bool:
        return self._last.get(sequence) == -1

    def save_size(self, sequence: int) -> int:
        return len(pickle.dumps(self._tokens(sequence)))

    def save(self, sequence: int) -> bytes:
        self._check_state(sequence)
        return pickle.dumps(self._tokens(sequence))

    def load(self, sequence: int, data: bytes) -> bool:
        assert not self._cells.get(sequence)
        tokens = pickle.loads(data)
        if self.num_used + len(tokens) > self.num_cells:
            return False
        made = range(self._num_made + 1, self._num_made + 1 + len(tokens))
        self._num_made += len(tokens)
        self._cells[sequence] = list(zip(made, tokens, strict=True))
        self._states[sequence] = tokens
        self._last[sequence] = 0
        return True

    def save_state(self, sequence: int) -> bytes:
        return pickle.dumps(self._states[sequence]) if self.is_hybrid else b""

    def load_state(self, sequence: int, data: bytes) -> bool:
        if self.num_states_to_fail:
            self.num_states_to_fail -= 1
            self.forget(sequence)
            return False
        if self.is_hybrid:
            self._states[sequence] = pickle.loads(data)
            self._last[sequence] = 0
        return True


def scores_after(tokens: Sequence[int], n_vocab: int) -> NDArray[np.float32]:
    """Scores that all of these tokens decide."""
    scores = np.zeros(n_vocab, np.float32)
    scores[next_after(tokens, n_vocab)] = 1.0
    return scores


def next_after(tokens: Sequence[int], n_vocab: int) -> int:
    """The likeliest token after these; never 0, which ends answers, but for one time in 128."""
    digest = hashlib.blake2s(np.asarray(tokens, np.int32).tobytes()).digest()
    return 0 if digest[0] < 2 else 1 + digest[1] % (n_vocab - 1)
