"""Inspects and loads models in processes of their own: the port `RuntimeFactory`. Knows which process is used for what;
refuses to know what an answer is."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from flowgen.adapters.worker.connection import Connection
from flowgen.adapters.worker.fate import Fate
from flowgen.adapters.worker.messages import Command, Inspect, Load
from flowgen.adapters.worker.process import WorkerProcess
from flowgen.adapters.worker.runtime import WorkerRuntime
from flowgen.adapters.worker.supervisor import Endurance, Supervisor
from flowgen.domain.errors import EngineFailed, FlowGenError, InvalidModelFile
from flowgen.domain.model import ModelFacts, ModelInfo, ModelSpec, Progress

T = TypeVar("T")

_KEEP_S = 30.0
"""Seconds that a process which has inspected a file is kept for the load to come."""


class Workers:
    """Starts processes with `command`; one may be started ahead of time."""

    def __init__(self, command: Callable[[], Sequence[str]]) -> None:
        self._command = command
        self._ahead: WorkerProcess | None = None

    def start_ahead(self) -> None:
        """Start the next process now, so that it gets ready meanwhile; needs no event loop. Raises EngineFailed."""
        if self._ahead is None:
            self._ahead = WorkerProcess(self._command())

    async def open(self) -> Connection:
        """Give a process that listens. Raises EngineFailed."""
        if self._ahead is not None and not self._ahead.is_alive():
            self.close()
        process, self._ahead = self._ahead or WorkerProcess(self._command()), None
        try:
            return await Connection.open(process)
        except BaseException:
            _drop(process)
            raise

    def close(self) -> None:
        """End the process that nobody came for."""
        process, self._ahead = self._ahead, None
        if process is not None:
            _drop(process)


class WorkerRuntimeFactory:
    """Loads each model into a process of its own, the one that has inspected it."""

    def __init__(self, workers: Workers, endurance: Endurance | None = None, keep_s: float = _KEEP_S) -> None:
        self._workers = workers
        self._endurance = endurance or Endurance()
        self._keep_s = keep_s
        self._kept: tuple[ModelSpec, Connection] | None = None
        self._expiry: asyncio.TimerHandle | None = None

    async def inspect(self, spec: ModelSpec, reclaimable: int = 0) -> ModelFacts:
        """Read a file's header there, where a file that breaks llama.cpp breaks nothing else."""
        connection = self._take() or await self._workers.open()
        facts = await _ask(connection, Inspect(spec=spec, reclaimable=reclaimable), ModelFacts, _unreadable(spec))
        self._keep(spec, connection)
        return facts

    async def load(self, spec: ModelSpec, progress: Progress) -> WorkerRuntime:
        """Load there. A load whose task is cancelled ends its process."""
        connection = self._take(spec) or await self._inspecting(spec)
        info = await _ask(connection, Load(spec=spec), ModelInfo, _broken_off, progress)

        async def reopen() -> Connection:
            return await self._reopen(spec, info)

        return WorkerRuntime(info, Supervisor(connection, reopen, self._endurance))

    def close(self) -> None:
        """End the processes that nobody came for."""
        self._give_up()
        self._workers.close()

    async def _inspecting(self, spec: ModelSpec) -> Connection:
        """A new process that knows how many cells memory allows."""
        connection = await self._workers.open()
        await _ask(connection, Inspect(spec=spec), ModelFacts, _unreadable(spec))
        return connection

    async def _reopen(self, spec: ModelSpec, before: ModelInfo) -> Connection:
        connection = await self._inspecting(spec)
        info = await _ask(connection, Load(spec=spec), ModelInfo, _broken_off)
        if (info.facts.size, info.facts.metadata) != (before.facts.size, before.facts.metadata):
            connection.abandon()
            raise EngineFailed(f"The file {spec.path} is another one now.")
        return connection

    def _keep(self, spec: ModelSpec, connection: Connection) -> None:
        self._kept = spec, connection
        self._expiry = asyncio.get_running_loop().call_later(self._keep_s, self._give_up)

    def _take(self, spec: ModelSpec | None = None) -> Connection | None:
        """The process that is kept; with a spec, only where it was for that."""
        if self._kept is None:
            return None
        kept_for, connection = self._kept
        if not connection.is_open or (spec is not None and spec != kept_for):
            self._give_up()
            return None
        self._forget()
        return connection

    def _give_up(self) -> None:
        if self._kept is not None:
            self._kept[1].abandon()
            self._forget()

    def _forget(self) -> None:
        self._kept = None
        if self._expiry is not None:
            self._expiry.cancel()


async def _ask(
    connection: Connection,
    command: Command,
    kind: type[T],
    ended: Callable[[Fate], FlowGenError],
    progress: Progress | None = None,
) -> T:
    """The reply; on any failure the process is ended, and `ended` makes the error where it has ended by itself."""
    try:
        return await connection.call(command, kind, progress)
    except EngineFailed as error:
        if connection.is_open:
            connection.abandon()
            raise
        raise ended(await connection.fate) from error
    except BaseException:
        connection.abandon()
        raise


def _drop(process: WorkerProcess) -> None:
    """End a process that nobody listens to."""
    process.kill()
    process.socket.close()


def _unreadable(spec: ModelSpec) -> Callable[[Fate], FlowGenError]:
    """The error of an inspection: native code that breaks over a file is the file's fault, a kill is not."""

    def error(fate: Fate) -> FlowGenError:
        sentence = fate.sentence(f" while it read {spec.path}")
        return InvalidModelFile(sentence, field="model_path") if fate.is_fault else EngineFailed(sentence)

    return error


def _broken_off(fate: Fate) -> FlowGenError:
    return EngineFailed(fate.sentence(" while it loaded the model"))
