"""An answer as its consumer holds it while chunks arrive from elsewhere. For one event loop; refuses to know
where from."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import Self

from flowgen.domain.errors import FlowGenError
from flowgen.domain.generation import TokenChunk

Delivery = TokenChunk | FlowGenError
"""A chunk, or the error in its place that ends the answer."""


class ArrivingAnswer:
    """Queues without bound what arrives, so that a slow consumer holds up nobody else. `cancel` tells the source."""

    def __init__(self, num_prompt_tokens: int, warnings: Sequence[str], cancel: Callable[[], None]) -> None:
        self.num_prompt_tokens = num_prompt_tokens
        self.warnings = warnings
        self._cancel = cancel
        self._arrived: asyncio.Queue[Delivery | None] = asyncio.Queue()
        self._is_over = False

    def deliver(self, delivery: Delivery) -> None:
        """Take what comes next."""
        self._arrived.put_nowait(delivery)

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
