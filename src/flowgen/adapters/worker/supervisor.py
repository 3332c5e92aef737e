"""Keeps one model's process alive: restarts, back-off, and when to give up. For one event loop.

Knows when, and who waits for whom; refuses to know what is said to the process.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from flowgen.adapters.worker.connection import UNLOADED, Connection
from flowgen.domain.errors import EngineFailed, FlowGenError, GenerationInterrupted, ModelUnavailable
from flowgen.domain.values import Value

_LOGGER = logging.getLogger(__name__)


class Endurance(Value, frozen=True):
    """How hard a model is kept alive. After `max_starts` starts in a row that ended before an answer was finished it
    stays down. The first restart is at once, the next after `pause_s` seconds, each later one after twice as many, at
    most `longest_pause_s`. A request waits at most `wait_s` for a restart."""

    max_starts: int = 3
    pause_s: float = 0.5
    longest_pause_s: float = 10.0
    wait_s: float = 10.0

    def pause(self, num_restarts: int) -> float:
        """Seconds before the next restart, after so many in a row."""
        return min(self.longest_pause_s, self.pause_s * 2 ** (num_restarts - 1)) if num_restarts else 0.0


class Supervisor:
    """Lends the connection to whoever asks. `reopen` starts a new process with the same model."""

    def __init__(
        self, connection: Connection, reopen: Callable[[], Awaitable[Connection]], endurance: Endurance
    ) -> None:
        self._reopen = reopen
        self._endurance = endurance
        self._current: Connection | None = None
        self._reason = ""
        self._is_down = False
        self._is_closed = False
        self._num_starts = 1  # those since an answer was finished last
        self._num_restarts = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self._adopt(connection)
        self._watching = asyncio.create_task(self._watch(connection))

    @property
    def current(self) -> Connection | None:
        """The connection, None while there is none."""
        return self._current if self._current is not None and self._current.is_open else None

    @property
    def num_waiting(self) -> int:
        """Requests that wait for a restart."""
        return len(self._waiting)

    @property
    def reason(self) -> str:
        """Why there is no connection, and what is done about it."""
        if self._is_closed:
            return UNLOADED
        if self._is_down:
            return f"The engine is down: {self._num_starts} starts in a row came to nothing. {self._reason}"
        return f"The engine is being started again. {self._reason}".rstrip()

    async def connection(self) -> Connection:
        """Lend the connection; wait for a restart. Raises ModelUnavailable when that takes too long or the model has
        been unloaded, EngineFailed when nothing more is tried, and GenerationInterrupted."""
        try:
            async with asyncio.timeout(self._endurance.wait_s):
                while self.current is None and not self._is_down and not self._is_closed:
                    await self._wait()
        except TimeoutError:
            raise ModelUnavailable(self.reason, retry_after=max(1, round(self._endurance.longest_pause_s))) from None
        if self._is_closed:
            raise ModelUnavailable(UNLOADED)
        if self.current is None:
            raise EngineFailed(self.reason, hint="Load the model anew with /load.")
        return self.current

    async def close(self) -> None:
        """Try nothing more, and end the process; harmless twice."""
        self._is_closed = True
        self._wake()
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        if self._current is not None:
            await self._current.close()

    def interrupt(self, reason: str) -> None:
        """End what waits for a restart with GenerationInterrupted."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(GenerationInterrupted(reason))

    async def _wait(self) -> None:
        """Sleep until there is something new."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)

    def _wake(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    def _adopt(self, connection: Connection) -> None:
        connection.finished = self._answer_finished
        self._current = connection
        self._wake()

    def _answer_finished(self) -> None:
        self._num_starts = self._num_restarts = 0

    async def _watch(self, connection: Connection | None) -> None:
        while connection is not None:
            self._reason = (await connection.fate).sentence()
            _LOGGER.error("%s", self._reason)
            connection = await self._restart()
        self._is_down = True
        self._wake()

    async def _restart(self) -> Connection | None:
        """Start until it serves, None where it was tried often enough."""
        while self._num_starts < self._endurance.max_starts:
            await asyncio.sleep(self._endurance.pause(self._num_restarts))
            self._num_starts += 1
            self._num_restarts += 1
            try:
                connection = await self._reopen()
            except FlowGenError as error:
                self._reason = str(error)
                _LOGGER.error("the engine's process could not be started again: %s", error)
            except Exception:  # a border: whatever a start breaks with, the requests that wait for it must be told
                self._reason = "The engine's process could not be started again; the server's log says why."
                _LOGGER.exception("the engine's process could not be started again")
            else:
                self._adopt(connection)
                return connection
        return None
