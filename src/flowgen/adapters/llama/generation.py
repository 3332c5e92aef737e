"""The consumer's side of an answer: chunks cross from the engine's thread to the event loop here, and only here."""

import asyncio
from collections.abc import Callable, Sequence

from flowgen.adapters.arriving import ArrivingAnswer, Delivery
from flowgen.domain.values import Value


class Admission(Value, frozen=True):
    """An answer that was admitted for a consumer without an event loop. `cancel` is safe from any thread, any time."""

    num_prompt_tokens: int
    cancel: Callable[[], None]
    warnings: tuple[str, ...] = ()


class LlamaGeneration(ArrivingAnswer):
    """An admitted answer. `deliver` may be called from any thread; all else belongs to the loop that made it."""

    def __init__(self, num_prompt_tokens: int, warnings: Sequence[str], cancel: Callable[[], None]) -> None:
        super().__init__(num_prompt_tokens, warnings, cancel)
        self._loop = asyncio.get_running_loop()

    def deliver(self, delivery: Delivery) -> None:
        """Hand over a chunk or an error; dropped where the event loop is gone."""
        try:
            self._loop.call_soon_threadsafe(self._arrived.put_nowait, delivery)
        except RuntimeError:  # the loop is closed: nobody can be waiting
            self._cancel()
