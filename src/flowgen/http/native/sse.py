"""The native dialect's streams: of a chat's events, and of a load's progress. Knows their order and their ends.

A stream that fails ends with an error event: no completion, no `[DONE]`.
"""

import asyncio
from collections.abc import AsyncGenerator

from flowgen.application.chat import ChatStream
from flowgen.application.fold import AnswerFold
from flowgen.application.lifecycle import LoadReport, ModelHost
from flowgen.domain.model import ModelSpec
from flowgen.domain.values import JsonObject
from flowgen.http.event_stream import DONE, event
from flowgen.http.native.answers import Envelope, completion, loaded, piece
from flowgen.http.native.errors import body_of


async def chat_events(stream: ChatStream, envelope: Envelope) -> AsyncGenerator[bytes, None]:
    """Give the pieces, then the whole answer. The stream stays its owner's to close."""
    folded = AnswerFold()
    try:
        async for chat_event in stream:
            folded.add(chat_event)
            if (shown := piece(chat_event)) is not None:
                yield event(shown)
        yield event({"completion": completion(folded.answer(stream.warnings), envelope)})
    except Exception as error:  # the border: the 200 is gone, what is left is an event
        yield event(body_of(error))
        return
    yield DONE


class LoadWatch:
    """A load under way and what it says of its progress, which may come from any thread."""

    def __init__(self, host: ModelHost, spec: ModelSpec) -> None:
        self._steps: asyncio.Queue[JsonObject | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._load = asyncio.create_task(host.load(spec, self._progress))
        self._load.add_done_callback(self._ended)
        self._first: JsonObject | None = None

    def _progress(self, stage: str, fraction: float) -> None:
        step = {"progress": {"stage": stage, "fraction": round(fraction, 4)}}
        self._loop.call_soon_threadsafe(self._steps.put_nowait, step)

    def _ended(self, load: asyncio.Task[LoadReport]) -> None:
        if not load.cancelled():
            load.exception()  # seen: where the watcher has left, the host logs it
        self._steps.put_nowait(None)

    async def begin(self) -> None:
        """Wait for the first progress. Raises what the load failed with before, so that it has its own status."""
        self._first = await self._steps.get()
        if self._first is None:
            await self._load

    async def events(self, warnings: tuple[str, ...]) -> AsyncGenerator[bytes, None]:
        """Give the progress, then the answer of /load. A load whose watcher leaves goes on."""
        step = self._first
        while step is not None:
            yield event(step)
            step = await self._steps.get()
        try:
            report: LoadReport = await self._load
        except Exception as error:  # the border: the 200 is gone, what is left is an event
            yield event(body_of(error))
            return
        yield event({"loaded": loaded(report, warnings)})
        yield DONE
