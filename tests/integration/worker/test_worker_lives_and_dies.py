"""A server and its engine's process, as a person starts them: kills, signals, orphans."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.processes import engines, is_there, wait_until_gone
from support.server_process import ServerProcess
from support.tiny_runtimes import NANO
from support.worker_kills import LONG, SHORT, engine_of, kill_under_load


@pytest.fixture(scope="module")
def servers() -> Iterator[list[ServerProcess]]:
    """Those that were started: one serves until a test ends it, for each takes seconds to start."""
    started: list[ServerProcess] = []
    yield started
    for server in started:
        server.end()


@pytest.fixture
def server(servers: list[ServerProcess]) -> ServerProcess:
    if not servers or not servers[-1].is_running():
        servers.append(ServerProcess())
    return servers[-1]


def test_killed_under_load_nobody_hangs_and_the_next_chat_works(server: ServerProcess) -> None:
    kill_under_load(server.url, server.pid, times=3)


def test_health_says_that_the_engine_has_ended_and_that_it_is_back(server: ServerProcess) -> None:
    os.kill(engine_of(server.pid), signal.SIGKILL)
    codes = {server.health() for _ in range(20)}
    assert 503 in codes
    server.until_well()


def test_unloading_ends_the_process_and_loading_begins_another(server: ServerProcess) -> None:
    engine = engine_of(server.pid)
    assert httpx.post(f"{server.url}/unload", json={"force": True}, timeout=60).status_code == 200
    assert not is_there(engine)
    assert engines(server.pid) == set()
    assert httpx.post(f"{server.url}/load", json={"model_path": "flowgen-nano"}, timeout=60).status_code == 200
    assert httpx.post(f"{server.url}/chat", json=SHORT, timeout=60).status_code == 200


def test_a_file_that_aborts_llama_cpp_is_refused_with_its_words(server: ServerProcess, tmp_path: Path) -> None:
    key = b"lfm2.block_count"
    data = bytearray(NANO.read_bytes())
    value = data.index(key) + len(key) + 4  # after the type's number
    data[value : value + 4] = bytes(4)
    path = tmp_path / "corrupt.gguf"
    path.write_bytes(data)
    answer = httpx.post(f"{server.url}/load", json={"model_path": str(path)}, timeout=60)
    assert answer.status_code == 400
    for part in ("SIGABRT", str(path), "GGML_ASSERT", "flowgen-nano stays loaded"):
        assert part in answer.json()["error"]
    assert httpx.post(f"{server.url}/chat", json=SHORT, timeout=60).status_code == 200


def test_signals_of_the_terminal_end_the_streams_before_the_engine(server: ServerProcess) -> None:
    engine = engine_of(server.pid)
    assert os.getpgid(engine) != os.getpgid(server.pid)
    with httpx.stream("POST", f"{server.url}/chat", json=LONG, timeout=60) as answer:
        lines = answer.iter_lines()
        next(lines)
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # as a service manager sends them to all
            os.kill(engine, sign)
        next(line for line in lines if line)
        server.process.send_signal(signal.SIGINT)
        assert "shutting down" in [line for line in lines if line][-1]
    assert server.process.wait(10) == 0
    wait_until_gone(engine)


def test_a_server_that_is_killed_leaves_no_orphan_though_it_computes(server: ServerProcess) -> None:
    engine = engine_of(server.pid)
    with httpx.stream("POST", f"{server.url}/chat", json=LONG, timeout=60) as answer:
        lines = answer.iter_lines()
        next(lines)
        server.end()
        began = time.monotonic()
        wait_until_gone(engine)
        assert time.monotonic() - began < 5
        with contextlib.suppress(httpx.TransportError):
            list(lines)
