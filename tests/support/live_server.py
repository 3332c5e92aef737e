"""A server in a process of its own, as a person starts it: `python -m flowgen serve`."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def live_server(*arguments: str) -> Iterator[str]:
    """Start a server with the embedded model; give its address once it is ready, and end it with the block."""
    port = free_port()
    command = [sys.executable, "-m", "flowgen", "serve", "--port", str(port), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{port}/health")
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.communicate(timeout=15)


def _wait_until_ready(process: "subprocess.Popen[str]", url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {process.communicate()[0]}")
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass  # it does not listen yet
        time.sleep(0.1)
    raise RuntimeError("the server did not become ready")
