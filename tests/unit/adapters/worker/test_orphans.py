"""The engine's process ends with its server, whatever it does then."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.processes import wait_until_gone
from support.scripted_worker import pids, spec_at

_SERVER = """
import asyncio, pathlib, sys
from support.scripted_worker import ask, quiet, scripted_factory, spec_at

async def main():
    doing = sys.argv[2]
    load = scripted_factory().load(spec_at(pathlib.Path(sys.argv[1]), "slow" if doing == "loading" else "plain"), quiet)
    if doing == "loading":
        await load
    runtime = await load
    await runtime.start(ask("stuck" if doing == "stuck" else "hello"))

asyncio.run(main())
"""


@pytest.mark.parametrize("doing", ["loading", "stuck"])
def test_a_killed_server_leaves_no_process(tmp_path: Path, doing: str) -> None:
    path = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    command = [sys.executable, "-c", _SERVER, str(tmp_path), doing]
    with subprocess.Popen(command, env=path, stderr=subprocess.PIPE) as server:
        assert server.stderr is not None
        server.stderr.readline()  # what the engine's process says when it is at it
        server.kill()
    wait_until_gone(pids(spec_at(tmp_path, ""))[0])
