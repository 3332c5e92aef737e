"""A model that is lent out, and when all of it has come back. Knows counts; refuses to know what a model is."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from flowgen.application.loaded_model import LoadedModel


class Lendable:
    """Counts the borrowers of one model. For one event loop."""

    def __init__(self, model: LoadedModel) -> None:
        self.model = model
        self.is_open = True
        self._num_lent = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def lend(self) -> Iterator[LoadedModel]:
        """Count one borrower for the length of the block."""
        self._num_lent += 1
        self._idle.clear()
        try:
            yield self.model
        finally:
            self._num_lent -= 1
            if not self._num_lent:
                self._idle.set()

    def close(self) -> None:
        """Lend no more; those who have it keep it."""
        self.is_open = False

    async def returned(self, timeout_s: float) -> bool:
        """Wait until nobody has the model; False when that took longer than `timeout_s` seconds."""
        if self._idle.is_set():
            return True  # wait_for with no time at all would not look
        try:
            await asyncio.wait_for(self._idle.wait(), timeout_s)
        except TimeoutError:
            return False
        return True
