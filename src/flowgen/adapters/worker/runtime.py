"""A model in a process of its own: the port `ModelRuntime` over a connection that is kept alive. Refuses to know when
the process is restarted."""

import asyncio
from collections.abc import Sequence

from flowgen.adapters.worker.generation import WorkerGeneration
from flowgen.adapters.worker.messages import Detokenize, Embed, Status, Tokenize
from flowgen.adapters.worker.supervisor import Supervisor
from flowgen.domain.errors import EngineFailed, ModelUnavailable
from flowgen.domain.generation import GenerationRequest
from flowgen.domain.model import Embeddings, EngineStatus, ModelInfo

_STATUS_S = 5.0
"""Seconds after which a process that does not say how it is counts as stuck."""


class WorkerRuntime:
    """One loaded model. What is asked while its process is restarted waits."""

    def __init__(self, info: ModelInfo, supervisor: Supervisor) -> None:
        self.info = info
        self._supervisor = supervisor

    async def start(self, request: GenerationRequest) -> WorkerGeneration:
        """Have an answer admitted."""
        connection = await self._supervisor.connection()
        return await connection.start(request)

    async def tokenize(self, text: str, *, special: bool, add_special: bool = False) -> list[int]:
        """Give the ids of a text, with `add_special` between the BOS and EOS that the model wants."""
        connection = await self._supervisor.connection()
        return await connection.call(Tokenize(text=text, special=special, add_special=add_special), list[int])

    async def detokenize(self, tokens: Sequence[int]) -> bytes:
        """Give the bytes of tokens."""
        connection = await self._supervisor.connection()
        return await connection.call(Detokenize(tokens=tuple(tokens)), bytes)

    async def embed(self, inputs: Sequence[Sequence[int]]) -> Embeddings:
        """Give one pooled vector per input."""
        connection = await self._supervisor.connection()
        embeddings = await connection.call(Embed(inputs=tuple(map(tuple, inputs))), Embeddings)
        connection.finished()
        return embeddings

    async def status(self) -> EngineStatus:
        """Ask the process; never waits for a restart."""
        connection = self._supervisor.current
        if connection is None:
            return self._dead(self._supervisor.reason)
        try:
            async with asyncio.timeout(_STATUS_S):
                return await connection.call(Status(), EngineStatus)
        except (EngineFailed, ModelUnavailable) as error:  # it ends, or is ended, meanwhile
            return self._dead(str(error))
        except TimeoutError:
            return self._dead(f"The engine's process has not answered for {_STATUS_S:.0f} seconds.")

    async def interrupt(self, reason: str) -> None:
        """End all answers, running and waiting; what waits for a restart, too."""
        self._supervisor.interrupt(reason)
        connection = self._supervisor.current
        if connection is not None:
            connection.interrupt(reason)

    async def close(self) -> None:
        """End all answers and the process."""
        await self._supervisor.close()

    def _dead(self, reason: str) -> EngineStatus:
        return EngineStatus(num_running=0, num_waiting=self._supervisor.num_waiting, is_alive=False, reason=reason)
