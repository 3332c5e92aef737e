"""uvicorn with our way to end: the model's answers first, then the connections. Refuses to know what is served."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from types import FrameType

import uvicorn
from litestar import Litestar

GRACE_S = 3
"""Seconds from a signal until requests that have not ended are cut; answers have ended long before."""


class Server(uvicorn.Server):
    """Calls `close` as soon as a signal arrives: uvicorn waits for open streams, which would not end by themselves.

    A signal is a wish to end and not an error, so that the process exits with 0; a second SIGINT ends it at once.
    """

    def __init__(self, app: Litestar, close: Callable[[], Awaitable[None]]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._close = close
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Future[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Remember the loop that signals are handed to."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End the answers, then the server."""
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin_closing)

    def _begin_closing(self) -> None:
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
