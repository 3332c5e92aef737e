"""What the engine asks of the model's memory, as roles: llama.cpp's, or a test's. Refuses to know pointers and
policy."""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from flowgen.domain.values import Value

_LOGGER = logging.getLogger(__name__)


class BatchPiece(Value, frozen=True):
    """One sequence's share of a batch: `tokens` from `position` on; the last `num_outputs` of them get logits."""

    sequence: int
    position: int
    tokens: Sequence[int]
    num_outputs: int


class KvMemory(Protocol):
    """Sequences in the model's memory, by number: their KV cells and, on hybrid models, their newest recurrent state.

    On a hybrid model a tail can only be cut after `load_state`, and a fork begins with the source's newest state.
    """

    def forget(self, sequence: int) -> None:
        """Take a whole sequence out: possible on every kind of model."""

    def fork(self, source: int, target: int, position: int) -> None:
        """Let `target`, which is empty, share the source's cells from 0 to `position`."""

    def take_back(self, sequence: int, position: int) -> bool:
        """Cut a sequence at `position`; False where the model's kind does not allow it: then forget the sequence."""

    def save_size(self, sequence: int) -> int:
        """The bytes that `save` would give."""

    def save(self, sequence: int) -> bytes:
        """Copy all of a sequence to host memory."""

    def load(self, sequence: int, data: bytes) -> bool:
        """Bring a copy back into an empty sequence; False where the cells do not suffice."""

    def save_state(self, sequence: int) -> bytes:
        """Copy a sequence's newest recurrent state: a checkpoint. Empty on models without one."""

    def load_state(self, sequence: int, data: bytes) -> bool:
        """Put a checkpoint's state in the place of a sequence's newest one. The cells stay as they are."""


class DecodingContext(KvMemory, Protocol):
    """The part of `backend.Context` that a step needs."""

    def decode(self, pieces: Sequence[BatchPiece]) -> int:
        """Compute a batch, at most n_batch tokens; 0 is success, 1 that no cells were free."""

    def logits(self, index: int) -> NDArray[np.float32]:
        """The scores at a place of the last batch, counted over all its tokens: a view, valid until the next decode."""


def copied(save: Callable[[int], bytes], slot: int) -> bytes:
    """What `save` gives; nothing where host memory has no room for it: it is computed again."""
    try:
        return save(slot)
    except MemoryError:
        _LOGGER.warning("no memory for a copy of sequence %d", slot)
        return b""
