"""Where the engine runs, and what the server's process is spared."""

import subprocess
import sys

from flowgen.adapters.llama.factory import LlamaRuntimeFactory
from flowgen.adapters.worker.factory import WorkerRuntimeFactory
from flowgen.bootstrap.container import make_container
from flowgen.bootstrap.engines import start_processes
from flowgen.bootstrap.settings import Settings
from support.processes import children, wait_until_gone


def test_the_engine_runs_where_the_settings_say() -> None:
    assert isinstance(make_container(Settings()).runtimes(), WorkerRuntimeFactory)
    assert isinstance(make_container(Settings(engine="inline")).runtimes(), LlamaRuntimeFactory)


def test_an_engine_of_its_own_is_started_ahead() -> None:
    before = children()
    start_processes("inline")
    assert children() == before
    processes = start_processes("worker")
    (engine,) = children() - before
    make_container(Settings(), processes).workers().close()
    wait_until_gone(engine)


def test_the_servers_process_does_not_import_what_only_the_engine_needs() -> None:
    check = "import sys, flowgen.cli.main; print(*{'llama_cpp', 'numpy', 'transformers'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, text=True).stdout == "\n"
