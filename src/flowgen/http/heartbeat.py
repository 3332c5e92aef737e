"""Keeps a silent event stream alive, so that no proxy or client gives up on it. Refuses to know what is streamed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar.types import Send

PING = b": ping\n\n"
"""A comment line: clients skip it; an `event: ping` with empty data would break some."""


class PingedBody:
    """A response's body in pieces. One sender and one clock: a piece costs neither a task nor a timer of its own."""

    def __init__(self, send: Send, interval_s: float) -> None:
        self._send = send
        self._interval_s = interval_s
        self._clock = asyncio.get_running_loop().time
        self._last = self._clock()
        self._turn = asyncio.Lock()  # a ping must not overtake a piece that waits for a slow client

    async def write(self, piece: bytes) -> None:
        """Send a piece; waits while the client reads too slowly."""
        async with self._turn:
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            self._last = self._clock()

    async def end(self) -> None:
        """Send the end of the body."""
        async with self._turn:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def ping(self) -> None:
        """Send a ping after every `interval_s` seconds of silence, until cancelled."""
        while True:
            left_s = self._last + self._interval_s - self._clock()
            if left_s > 0:
                await asyncio.sleep(left_s)
            else:
                await self.write(PING)


@asynccontextmanager
async def pinged(send: Send, interval_s: float) -> AsyncIterator[PingedBody]:
    """Give a body that pings until the block is left."""
    body = PingedBody(send, interval_s)
    pings = asyncio.ensure_future(body.ping())
    try:
        yield body
    finally:
        pings.cancel()
        await asyncio.wait({pings})
        if not pings.cancelled():
            pings.exception()  # seen: what breaks the sending breaks the pieces too
