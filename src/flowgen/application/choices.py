"""Several answers to one request, side by side. Knows their order and that they end together; refuses to know how an
answer is made.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from flowgen.application.fold import AnswerFold, EventSource
from flowgen.domain.chat import ChatAnswer, ChatRequest
from flowgen.domain.events import ChatEvent
from flowgen.domain.options import RANDOM_SEED

_AHEAD = 64
"""How many events an answer may be ahead of who reads them."""

IndexedEvent = tuple[int, ChatEvent]
_Arrival = IndexedEvent | Exception | None


class Choices:
    """Admitted answers, counted from 0. Leaving `async with` ends them all and gives the model back."""

    def __init__(self, streams: Sequence[EventSource], resources: AsyncExitStack) -> None:
        self.model_name = streams[0].model_name
        self.warnings: tuple[str, ...] = tuple(dict.fromkeys(text for stream in streams for text in stream.warnings))
        self._streams = streams
        self._resources = resources

    def __len__(self) -> int:
        return len(self._streams)

    def num_prompt_tokens(self, index: int) -> int:
        """How many tokens the prompt of an answer has."""
        return self._streams[index].num_prompt_tokens

    def echo(self, index: int) -> str:
        """The prompt's text, where it stands before an answer; else empty."""
        return self._streams[index].echo

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._resources.aclose()

    async def __aiter__(self) -> AsyncIterator[IndexedEvent]:
        """Give the events of all, as they come, each with its answer's number. Raises what the first to fail raises."""
        if len(self._streams) == 1:
            async for event in self._streams[0]:
                yield 0, event
            return
        async with aclosing(_interleaved(self._streams)) as events:
            async for indexed in events:
                yield indexed

    async def answers(self) -> list[ChatAnswer]:
        """Read all to their ends."""
        folds = [AnswerFold() for _ in self._streams]
        async for index, event in self:
            folds[index].add(event)
        return [fold.answer(()) for fold in folds]


async def _interleaved(streams: Sequence[EventSource]) -> AsyncGenerator[IndexedEvent, None]:
    arrived: asyncio.Queue[_Arrival] = asyncio.Queue(_AHEAD * len(streams))
    readers = [asyncio.ensure_future(_read(index, stream, arrived)) for index, stream in enumerate(streams)]
    num_open = len(readers)
    try:
        while num_open:
            arrival = await arrived.get()
            if arrival is None:
                num_open -= 1
            elif isinstance(arrival, Exception):
                raise arrival
            else:
                yield arrival
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.wait(readers)


async def _read(index: int, stream: EventSource, arrived: "asyncio.Queue[_Arrival]") -> None:
    try:
        async for event in stream:
            await arrived.put((index, event))
    except Exception as error:  # raised where the events are read
        await arrived.put(error)
    else:
        await arrived.put(None)


def variations(request: ChatRequest, count: int, model_seed: int) -> list[ChatRequest]:
    """The requests of `count` answers: number i draws with the seed + i; a seed that is drawn is drawn for each."""
    seed = model_seed if request.sampling.seed is None else request.sampling.seed
    if count == 1 or seed in (-1, RANDOM_SEED):
        return [request] * count
    seeds = [(seed + index) % RANDOM_SEED for index in range(count)]
    return [replace(request, sampling=replace(request.sampling, seed=one)) for one in seeds]
