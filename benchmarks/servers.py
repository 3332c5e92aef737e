"""Servers in processes of their own, started for a measurement and ended after it. Refuses to know the workloads."""

import contextlib
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

_READY_S = 180.0
_HEALTH = ("/health", "/v1/models")
"""FlowGen and llama.cpp's server have the first; llama_cpp.server the second."""


@dataclass(frozen=True)
class Setting:
    """What both servers run with. `context` is KV cells in all, shared by up to `sequences` answers."""

    model: Path
    threads: int
    context: int
    sequences: int


def flowgen_command(setting: Setting, port: int) -> list[str]:
    """FlowGen with this setting."""
    options = {
        "n_ctx": setting.context,
        "n_cells": setting.context,
        "n_seq_max": setting.sequences,
        "n_threads": setting.threads,
        "n_threads_batch": setting.threads,
    }
    command = [sys.executable, "-m", "flowgen", "serve", "--model", str(setting.model), "--port", str(port)]
    return [*command, *(part for name, value in options.items() for part in ("--option", f"{name}={value}"))]


def peer_command(template: str, setting: Setting, port: int) -> list[str]:
    """A command line with {model}, {threads}, {context}, {sequences} and {port} filled in."""
    filled = template.format(
        model=setting.model,
        threads=setting.threads,
        context=setting.context,
        sequences=setting.sequences,
        port=port,
    )
    return shlex.split(filled)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[str]:
    """Start a server; give its address once it is ready, and end it with the block. Raises SystemExit if it ends."""
    with tempfile.TemporaryFile() as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            if (failure := _wait_until_ready(process, url)) is not None:
                raise SystemExit(f"{shlex.join(command)}\n{failure}\n{_end_of(log)}")
            yield url
        finally:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to end, then make it: also where a second signal cuts the wait short."""
    try:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
    finally:
        process.kill()
        process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", url: str) -> str | None:
    """Wait; say what went wrong, None if nothing did."""
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return f"the server ended with {process.returncode}"
        if any(_answers(url + path) for path in _HEALTH):
            return None
        time.sleep(0.2)
    return f"the server was not ready in {_READY_S:.0f} s"


def _end_of(log: IO[bytes]) -> str:
    """The last of what a server said."""
    log.seek(0)
    return log.read()[-2000:].decode(errors="replace")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False
