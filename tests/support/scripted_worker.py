"""`python scripted_worker.py DESCRIPTOR`: the engine's process without an engine, for tests of how it lives and dies.

The spec's name says how inspecting and loading go, a request's first text how the answer goes. Each load adds a line to
the file that the spec's path names, so that tests can count them.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec

from flowgen.adapters.worker.factory import WorkerRuntimeFactory, Workers
from flowgen.adapters.worker.generation import Delivery
from flowgen.adapters.worker.runtime import WorkerRuntime
from flowgen.adapters.worker.serving import run
from flowgen.adapters.worker.supervisor import Endurance
from flowgen.domain.errors import FlowGenError, OutOfMemory
from flowgen.domain.generation import GenerationRequest, PromptSegment
from flowgen.domain.model import ModelFacts, ModelSpec, Progress
from flowgen.domain.values import Value
from flowgen.testing.scripted_runtime import ScriptedGeneration, ScriptedRuntime

COUNTING = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20"


LoadScripted = Callable[..., Coroutine[Any, Any, WorkerRuntime]]
SpecOf = Callable[[str], ModelSpec]


def command() -> list[str]:
    """What starts this process, all but the socket's number."""
    return [sys.executable, str(Path(__file__))]


def scripted_factory(**given: Any) -> WorkerRuntimeFactory:
    """A factory over such processes, with short pauses."""
    return WorkerRuntimeFactory(Workers(command), Endurance(pause_s=0.05, wait_s=5.0), **given)


def spec_at(folder: Path, name: str) -> ModelSpec:
    """A spec whose name says what happens; its path is where the loads are counted."""
    return ModelSpec(name=name, path=str(folder / "loads"))


def pids(spec: ModelSpec) -> list[int]:
    """The processes that have loaded it, in their order."""
    return [int(line) for line in Path(spec.path).read_text().split()]


async def gone(pid: int) -> None:
    """Wait until a process has ended and been reaped."""
    async with asyncio.timeout(10):
        with contextlib.suppress(ProcessLookupError):
            while True:
                os.kill(pid, 0)
                await asyncio.sleep(0.01)


def ask(text: str = "hello") -> GenerationRequest:
    """A request; its text may be one that the process misbehaves at."""
    return GenerationRequest(prompt=(PromptSegment(text=text),))


def quiet(stage: str, fraction: float) -> None:
    """Progress that nobody watches."""


class Admitted(Value, frozen=True):
    num_prompt_tokens: int
    cancel: Callable[[], None]
    warnings: tuple[str, ...] = ()


class PulledRuntime(ScriptedRuntime):
    """Pulls the scripted answers, where an engine's thread would push its own."""

    def __init__(self, flush: Callable[[], None]) -> None:
        super().__init__(lambda _: COUNTING, delay_s=0.001, embedding_size=3)
        self._flush = flush
        self._pulling: set[asyncio.Task[None]] = set()

    async def admit(self, request: GenerationRequest, deliver: Callable[[Delivery], None]) -> Admitted:
        misbehave(request.prompt[0].text)
        if request.prompt[0].text == "engine ends":
            await self.close()
        generation = await self.start(request)
        task = asyncio.create_task(self._pull(generation, deliver))
        self._pulling.add(task)
        task.add_done_callback(self._pulling.discard)
        loop = asyncio.get_running_loop()
        return Admitted(
            num_prompt_tokens=generation.num_prompt_tokens, cancel=lambda: cancel(loop, generation), warnings=("hm",)
        )

    async def _pull(self, generation: ScriptedGeneration, deliver: Callable[[Delivery], None]) -> None:
        try:
            async for chunk in generation:
                deliver(chunk)
                self._flush()
        except FlowGenError as error:
            deliver(error)
            self._flush()


class Factory:
    def __init__(self, flush: Callable[[], None]) -> None:
        self._flush = flush

    async def inspect(self, spec: ModelSpec, reclaimable: int = 0) -> ModelFacts:
        if spec.name == "corrupt":
            misbehave("abort")
        if spec.name == "large":
            raise OutOfMemory(10, reclaimable, "weights 10")
        return PulledRuntime(self._flush).info.facts

    async def load(self, spec: ModelSpec, progress: Progress) -> PulledRuntime:
        with open(spec.path, "a") as starts:
            starts.write(f"{os.getpid()}\n")
        await asyncio.to_thread(progress, "weights", 0.5)
        if spec.name == "breaks" or (spec.name == "breaks later" and len(Path(spec.path).read_text().split()) > 1):
            misbehave("abort")
        if spec.name == "slow":
            print("it loads", file=sys.stderr, flush=True)
            await asyncio.to_thread(time.sleep, 60)
        if spec.name == "slow later" and len(Path(spec.path).read_text().split()) > 1:
            await asyncio.sleep(0.5)
        progress("weights", 1.0)
        runtime = PulledRuntime(self._flush)
        if spec.name == "changes":
            facts = msgspec.structs.replace(runtime.info.facts, size=os.path.getsize(spec.path))
            runtime.info = msgspec.structs.replace(runtime.info, facts=facts)
        return runtime


def misbehave(text: str) -> None:
    """End this process, or fail, where the text says so."""
    if text == "abort":
        for number in range(30):
            print(f"line {number}", file=sys.stderr)
        print("ggml.c:12: GGML_ASSERT(n > 0) failed", file=sys.stderr, flush=True)
        signal.signal(signal.SIGABRT, signal.SIG_DFL)
        os.abort()
    if text == "exit":
        os._exit(7)
    if text == "fault":
        raise ZeroDivisionError("a fault")
    if text == "stuck":
        print("it is stuck", file=sys.stderr, flush=True)
        time.sleep(60)


def cancel(loop: asyncio.AbstractEventLoop, generation: ScriptedGeneration) -> None:
    asyncio.run_coroutine_threadsafe(generation.cancel(), loop)


if __name__ == "__main__":
    run(int(sys.argv[-1]), Factory)
