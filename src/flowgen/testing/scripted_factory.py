"""A RuntimeFactory that loads scripted runtimes. Knows the port alone; refuses to know files."""

import asyncio
from collections.abc import Callable

from flowgen.domain.errors import FlowGenError
from flowgen.domain.model import ModelFacts, ModelSpec, Progress
from flowgen.testing.scripted_runtime import ScriptedRuntime


class ScriptedRuntimeFactory:
    """Makes a runtime per load; `inspected` and `loaded` record the specs, `runtimes` what was made.

    `inspect_error` and `load_error` are raised where they are set; a load waits for `gate` while one is set.
    """

    def __init__(
        self,
        make: Callable[[ModelSpec], ScriptedRuntime] = lambda _: ScriptedRuntime(lambda _: "ok"),
        *,
        gate: asyncio.Event | None = None,
    ) -> None:
        self._make = make
        self.gate = gate
        self.inspect_error: FlowGenError | None = None
        self.load_error: FlowGenError | None = None
        self.inspected: list[ModelSpec] = []
        self.loaded: list[ModelSpec] = []
        self.runtimes: list[ScriptedRuntime] = []

    async def inspect(self, spec: ModelSpec, reclaimable: int = 0) -> ModelFacts:
        """Give the facts of the runtime that a load would make."""
        self.inspected.append(spec)
        if self.inspect_error is not None:
            raise self.inspect_error
        return self._make(spec).info.facts

    async def load(self, spec: ModelSpec, progress: Progress) -> ScriptedRuntime:
        """Report half and whole, with the gate between."""
        self.loaded.append(spec)
        progress("weights", 0.5)
        if self.gate is not None:
            await self.gate.wait()
        if self.load_error is not None:
            raise self.load_error
        progress("weights", 1.0)
        runtime = self._make(spec)
        self.runtimes.append(runtime)
        return runtime
