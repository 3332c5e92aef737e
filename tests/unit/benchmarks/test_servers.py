"""What servers are started with, and that one which does not start says why."""

import sys
from pathlib import Path

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
