"""Where the engine runs: how its process is started, and llama.cpp in this one.

Imports llama.cpp only where it is asked for.
"""

import json
import logging
import sys
from collections.abc import Sequence

from flowgen.adapters.worker.factory import Workers
from flowgen.bootstrap.settings import EngineKind
from flowgen.domain.ports import RuntimeFactory, SchemaConstrainer

LOG_FORMAT = "%(levelname)s %(name)s: %(message)s"
_BEGIN = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]);"
    " from flowgen.bootstrap.worker import main; main(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))"
)
_TRY = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]);"
    " from flowgen.adapters.constraints.sandboxed import main; main()"
)


def worker_command() -> list[str]:
    """What starts the engine's process, all but the socket's number: with the modules and the log that we have."""
    path = json.dumps([entry for entry in sys.path if isinstance(entry, str)])
    level = logging.getLogger().getEffectiveLevel()
    return [sys.executable, "-P", "-c", _BEGIN, path, str(level), LOG_FORMAT]


def sandbox_command() -> list[str]:
    """What starts a process that tries constraints."""
    path = json.dumps([entry for entry in sys.path if isinstance(entry, str)])
    return [sys.executable, "-P", "-c", _TRY, path]


def start_processes(engine: EngineKind) -> Workers:
    """The engine's processes, the first of them started, so that it gets ready while the server does."""
    workers = Workers(worker_command)
    if engine == "worker":
        workers.start_ahead()
    return workers


def make_inline(constrainer: SchemaConstrainer) -> RuntimeFactory:
    """The engine in this process."""
    from flowgen.bootstrap.worker import make_runtimes

    return make_runtimes(constrainer)


def builtin_templates() -> Sequence[str]:
    """The names of the chat templates built into llama.cpp."""
    from flowgen.adapters.llama import backend

    return backend.builtin_templates()


def apply_builtin_template(name: str, messages: Sequence[tuple[str, str]], add_generation_prompt: bool, /) -> str:
    """Render with one of them. Raises ValueError where llama.cpp refuses."""
    from flowgen.adapters.llama import backend

    return backend.apply_builtin_template(name, messages, add_generation_prompt)
