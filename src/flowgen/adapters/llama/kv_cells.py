"""Who holds which KV cells, counted as llama.cpp shares them. Pure; refuses to know what is in a cell and who may go.

The cells here are counters, not llama.cpp's own places: what matters is how many are free, and what a sequence's end
would free.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray


class CellLedger:
    """`num_cells` cells, shared by sequences that were forked from one another; a shared cell counts once."""

    def __init__(self, num_cells: int) -> None:
        self.num_cells = num_cells
        self._free = list(range(num_cells - 1, -1, -1))
        self._held: dict[int, list[int]] = {}
        self._num_holders = np.zeros(num_cells, np.int32)

    @property
    def num_free(self) -> int:
        return len(self._free)

    @property
    def num_used(self) -> int:
        return self.num_cells - len(self._free)

    def length(self, sequence: int) -> int:
        """The cells of a sequence, which are its tokens in the model's memory."""
        return len(self._held.get(sequence, ()))

    def extend(self, sequence: int, count: int) -> None:
        """Take free cells; there must be `count` of them."""
        if count == 1:  # what an answer takes with each token
            cell = self._free.pop()
            self._num_holders[cell] = 1
            self._held.setdefault(sequence, []).append(cell)
            return
        cells = self._free[len(self._free) - count :]
        del self._free[len(self._free) - count :]
        self._num_holders[cells] += 1
        self._held.setdefault(sequence, []).extend(cells)

    def fork(self, source: int, target: int, position: int) -> None:
        """Let `target`, which holds nothing, share the source's first cells."""
        cells = self._held[source][:position]
        self._num_holders[cells] += 1
        self._held[target] = cells

    def cut(self, sequence: int, position: int) -> None:
        """Give back the cells from `position` on."""
        held = self._held.get(sequence, [])
        self._give_back(held[position:])
        del held[position:]

    def release(self, sequence: int) -> None:
        """Give back all cells of a sequence."""
        self._give_back(self._held.pop(sequence, []))

    def num_held_only_by(self, sequences: Collection[int]) -> int:
        """How many cells would be free if all these sequences ended."""
        return len(self._held_only_by(sequences))

    def num_shared(self, sequence: int, position: int, sequences: Collection[int]) -> int:
        """How many of a sequence's first cells would not be free if all these sequences ended."""
        cells = self._held.get(sequence, [])[:position]
        return len(cells) - int(np.isin(self._held_only_by(sequences), cells).sum())

    def _held_only_by(self, sequences: Collection[int]) -> NDArray[np.int64]:
        held = [cell for sequence in sequences for cell in self._held.get(sequence, ())]
        cells, counts = np.unique(np.array(held, np.int64), return_counts=True)
        only: NDArray[np.int64] = cells[self._num_holders[cells] == counts]
        return only

    def _give_back(self, cells: list[int]) -> None:
        if not cells:
            return
        places = np.array(cells)
        self._num_holders[places] -= 1
        self._free.extend(int(cell) for cell in places[self._num_holders[places] == 0])
