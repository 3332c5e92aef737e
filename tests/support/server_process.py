"""A server with the embedded model in a process of its own, for tests that end it, or the engine's process."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx

from support.live_server import free_port

_PATIENCE_S = 60.0


class ServerProcess:
    """`flowgen serve`, once it is well."""

    def __init__(self) -> None:
        port = free_port()
        command = [sys.executable, "-m", "flowgen", "serve", "--port", str(port), "--option", "n_threads=1"]
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = self.process.pid
        self.until_well()

    def health(self) -> int:
        """The status of /health."""
        return httpx.get(f"{self.url}/health", timeout=10).status_code

    def until_well(self) -> None:
        """Wait until it can chat."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if self.health() == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("the server does not become well")

    def is_running(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def server_process() -> Iterator[ServerProcess]:
    """Start one, and end it with the block."""
    server = ServerProcess()
    try:
        yield server
    finally:
        server.end()
