"""A batch's arrays as llama.cpp reads them, filled a whole batch at once. Knows their layout; refuses to know what is
computed.
"""

import ctypes
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from flowgen.adapters.llama.kv_memory import BatchPiece


class BatchArrays:
    """Room for `capacity` tokens, each of one sequence."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.token = np.zeros(capacity, np.int32)
        self.position = np.zeros(capacity, np.int32)
        self.sequence = np.zeros(capacity, np.int32)
        self.num_sequences = np.ones(capacity, np.int32)
        self.output = np.zeros(capacity, np.int8)
        self._rows = np.arange(capacity, dtype=np.int32)
        addresses = self.sequence.ctypes.data + np.arange(capacity, dtype=np.uintp) * self.sequence.itemsize
        self._sequence_lists = addresses.astype(np.uintp)

    def pointers(self) -> tuple[Any, ...]:
        """llama_batch's pointers in their order: token, embd, pos, n_seq_id, seq_id, logits; valid as long as this
        object. Each row's list of sequences is its own element of `sequence`: filling touches no pointer."""
        numbers = ctypes.POINTER(ctypes.c_int32)
        return (
            self.token.ctypes.data_as(numbers),
            None,
            self.position.ctypes.data_as(numbers),
            self.num_sequences.ctypes.data_as(numbers),
            self._sequence_lists.ctypes.data_as(ctypes.POINTER(numbers)),
            self.output.ctypes.data_as(ctypes.POINTER(ctypes.c_int8)),
        )

    def fill(self, pieces: Sequence[BatchPiece]) -> int:
        """Lay the pieces one after the other; give the number of tokens. Raises ValueError for more than there is room
        for: llama.cpp would end the process."""
        if len(pieces) <= self.capacity and all(len(piece.tokens) == 1 for piece in pieces):
            return self._fill_singly(pieces)
        lengths = np.array([len(piece.tokens) for piece in pieces], np.int32)
        ends = np.cumsum(lengths, dtype=np.int32)
        count = int(ends[-1]) if len(ends) else 0
        if count > self.capacity:
            raise ValueError(f"{count} tokens in a batch of at most {self.capacity}")
        rows = self._rows[:count]
        offsets = np.array([piece.position for piece in pieces], np.int32) - (ends - lengths)
        first_outputs = ends - np.array([piece.num_outputs for piece in pieces], np.int32)
        self.token[:count] = np.fromiter(chain.from_iterable(piece.tokens for piece in pieces), np.int32, count)
        self.position[:count] = rows + np.repeat(offsets, lengths)
        self.sequence[:count] = np.repeat(np.array([piece.sequence for piece in pieces], np.int32), lengths)
        self.output[:count] = rows >= np.repeat(first_outputs, lengths)
        return count

    def _fill_singly(self, pieces: Sequence[BatchPiece]) -> int:
        """A token of each sequence, which is what most batches are."""
        count = len(pieces)
        self.token[:count] = [piece.tokens[0] for piece in pieces]
        self.position[:count] = [piece.position for piece in pieces]
        self.sequence[:count] = [piece.sequence for piece in pieces]
        self.output[:count] = [piece.num_outputs for piece in pieces]
        return count
