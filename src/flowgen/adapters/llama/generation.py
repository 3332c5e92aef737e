"""The consumer's side of an answer: chunks cross from the engine's thread to the event loop here, and only here."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import Self

from flowgen.adapters.llama.sequence import Delivery
from flowgen.domain.errors import FlowGenError
from flowgen.domain.generation import TokenChunk
from flowgen.domain.values import Value


class Admission(Value, frozen=True):
    """An answer that was admitted for a consumer without an event loop. `cancel` is safe from any thread, any time."""

    num_prompt_tokens: int
    cancel: Callable[[], None]
    warnings: tuple[str, ...] = ()


class LlamaGeneration:
    """An admitted answer. `deliver` may be called from any thread; all else belongs to the loop that made it."""

    def __init__(self, num_prompt_tokens: int, warnings: Sequence[str], cancel: Callable[[], None]) -> None:
        self.num_prompt_tokens = num_prompt_tokens
        self.warnings = warnings
        self._cancel = cancel
        self._loop = asyncio.get_running_loop()
        self._arrived: asyncio.Queue[Delivery | None] = asyncio.Queue()
        self._is_over = False

    def deliver(self, delivery: Delivery) -> None:
        """Hand over a chunk or an error; dropped where the event loop is gone."""
        try:
            self._loop.call_soon_threadsafe(self._arrived.put_nowait, delivery)
        except RuntimeError:  # the loop is closed: nobody can be waiting
            self._cancel()

    async def __aiter__(self) -> AsyncIterator[TokenChunk]:
        try:
            while not self._is_over:
                delivery = await self._arrived.get()
                if delivery is None:
                    return
                if isinstance(delivery, FlowGenError):
                    self._is_over = True
                    raise delivery
                self._is_over = self._is_over or delivery.finish is not None
                yield delivery
        finally:
            self._end()

    async def cancel(self) -> None:
        """End the answer; whoever iterates over it sees it end without a finish."""
        self._end()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._is_over = True
        self._cancel()
        self._arrived.put_nowait(None)
