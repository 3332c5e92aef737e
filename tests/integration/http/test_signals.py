"""A process that serves: what a signal does to it, and how a load at start fails."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

TESTS = Path(__file__).parents[2]
HELLO = {"messages": [{"role": "user", "content": "Hello!"}]}
Start = Callable[[str], tuple["subprocess.Popen[str]", str]]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(scene: str) -> tuple["subprocess.Popen[str]", str]:
        process = subprocess.Popen(
            [sys.executable, str(TESTS / "support" / "scripted_server.py"), scene],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(TESTS)},
        )
        started.append(process)
        assert process.stdout is not None
        return process, f"http://127.0.0.1:{process.stdout.readline().strip()}"

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """The exit status and what was printed, soon: the five seconds of the promise, and as much for a busy machine."""
    out, err = process.communicate(timeout=10)
    return process.returncode, out, err


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_running_answers_with_an_error_and_the_process_with_0(start: Start, sign: signal.Signals) -> None:
    process, url = start("slow")
    assert process.stdout is not None
    while "Try it" not in process.stdout.readline():
        pass
    with ThreadPoolExecutor() as pool, httpx.Client(base_url=url, timeout=30) as client:
        whole = pool.submit(client.post, "/chat", json=HELLO)
        with client.stream("POST", "/chat", json={**HELLO, "options": {"stream": True}}) as answer:
            pieces = answer.iter_lines()
            assert next(pieces) == 'data: {"content":"Hi"}'
            process.send_signal(sign)
            rest = [line for line in pieces if line]
        assert rest == ['data: {"error":"The server is shutting down."}']
        assert (whole.result().status_code, whole.result().json()) == (503, {"error": "The server is shutting down."})
        status, _, err = ended(process)
    assert (status, err) == (0, "")


def test_a_signal_during_the_first_load_ends_the_process_with_0(start: Start) -> None:
    process, url = start("loading")
    health = httpx.get(f"{url}/health")
    assert (health.status_code, health.json()["status"]) == (503, "loading")
    process.send_signal(signal.SIGTERM)
    assert ended(process)[0] == 0


def test_a_load_that_fails_at_start_is_a_sentence_and_status_2(start: Start) -> None:
    process, _ = start("broken")
    status, out, err = ended(process)
    assert status == 2
    assert "flowgen: The file is truncated." in err
    assert "Traceback" not in out + err


def test_a_second_server_on_the_port_is_a_sentence_and_status_2(start: Start) -> None:
    _, url = start("slow")
    port = url.rsplit(":", 1)[1]
    started = time.monotonic()
    second = subprocess.run(
        [sys.executable, "-m", "flowgen", "serve", "--port", port], capture_output=True, text=True, timeout=30
    )
    assert second.returncode == 2
    assert second.stderr == (
        f"flowgen: Port {port} of 127.0.0.1 is in use. Stop the program that uses it, or give another --port.\n"
    )
    assert time.monotonic() - started < 15
