"""What servers are started with, and that one which does not start says why."""

import signal
import sys
from pathlib import Path

import httpx
import pytest
from benchmarks.servers import Setting, flowgen_command, free_port, peer_command, running

SETTING = Setting(model=Path("/m/x.gguf"), threads=2, context=4096, sequences=4)


def test_both_run_with_the_same_setting() -> None:
    ours = flowgen_command(SETTING, 9)
    assert ours[ours.index("--model") + 1] == "/m/x.gguf"
    assert {"n_threads=2", "n_threads_batch=2", "n_ctx=4096", "n_cells=4096", "n_seq_max=4"} <= set(ours)
    theirs = peer_command("server -m {model} -t {threads} -c {context} -np {sequences} --port {port}", SETTING, 9)
    assert theirs == ["server", "-m", "/m/x.gguf", "-t", "2", "-c", "4096", "-np", "4", "--port", "9"]


def test_a_server_that_ends_says_why() -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such model')"]
    with pytest.raises(SystemExit, match="no such model"), running(command, free_port()):
        raise AssertionError("it never runs")


STUBBORN = """
import http.server, signal, sys, threading
signal.signal(signal.SIGTERM, signal.SIG_IGN)
threading.Timer(20, lambda: __import__("os")._exit(0)).start()
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Health).serve_forever()
"""


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_server_that_will_not_end_is_killed_though_the_wait_for_it_is_interrupted() -> None:
    port = free_port()
    before = signal.signal(signal.SIGALRM, _interrupt)
    try:
        with pytest.raises(KeyboardInterrupt), running([sys.executable, "-c", STUBBORN, str(port)], port) as url:
            signal.setitimer(signal.ITIMER_REAL, 0.5)
        with pytest.raises(httpx.ConnectError):
            httpx.get(url)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
