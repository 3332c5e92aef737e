"""A server on a socket, whose event loop a test can look into: it runs on a thread of this process."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flowgen.bootstrap.container import make_container
from flowgen.bootstrap.settings import Settings
from flowgen.cli.listening import listen
from flowgen.cli.server import Server
from support.tiny_runtimes import NANO, spec_of

_PATIENCE_S = 120.0


class ServedHere:
    """The embedded model behind HTTP, its engine in a process of its own. `options` are those of /load."""

    def __init__(self, **options: Any) -> None:
        self._spec = spec_of(NANO, **options)
        self._listener = listen("127.0.0.1", 0)
        self._port: int = self._listener.getsockname()[1]
        self._is_ready = threading.Event()
        container = make_container(Settings(port=self._port))
        self._host = container.host()
        self._server = Server(container.app(), lambda: self._host.close("The test is over."))
        self._thread = threading.Thread(target=self._run, name="served-here")
        self._loop: asyncio.AbstractEventLoop
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Come back once it can chat."""
        self._thread.start()
        if not self._is_ready.wait(_PATIENCE_S):
            raise AssertionError("the server does not become ready")

    def num_open(self) -> tuple[int, int]:
        """The connections and the tasks that there are at this moment."""

        async def count() -> tuple[int, int]:
            return len(self._server.server_state.connections), len(asyncio.all_tasks()) - 1

        return asyncio.run_coroutine_threadsafe(count(), self._loop).result(_PATIENCE_S)

    def end(self) -> None:
        """End the answers, the server and its thread."""
        if self._is_ready.is_set():
            self._loop.call_soon_threadsafe(self._server.handle_exit, 0, None)
        self._thread.join(_PATIENCE_S)
        self._listener.close()

    def _run(self) -> None:
        """On the event loop that `flowgen serve` takes."""
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        await self._host.load(self._spec, lambda *_: None)
        self._is_ready.set()
        await serving


@contextmanager
def served_here(**options: Any) -> Iterator[ServedHere]:
    """Start one, and end it with the block."""
    server = ServedHere(**options)
    try:
        server.start()
        yield server
    finally:
        server.end()
