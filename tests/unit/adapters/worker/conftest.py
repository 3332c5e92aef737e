"""Processes with a scripted engine."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from flowgen.adapters.worker.factory import Workers, WorkerRuntimeFactory
from flowgen.adapters.worker.runtime import WorkerRuntime
from flowgen.adapters.worker.supervisor import Endurance
from flowgen.domain.model import ModelSpec
from support.scripted_worker import command

Load = Callable[..., Coroutine[Any, Any, WorkerRuntime]]


def quiet(stage: str, fraction: float) -> None:
    """Progress that nobody watches."""


@pytest.fixture
async def factory() -> AsyncIterator[WorkerRuntimeFactory]:
    factory = WorkerRuntimeFactory(Workers(command), Endurance(pause_s=0.05, wait_s=5.0))
    yield factory
    factory.close()
    await asyncio.sleep(0.01)  # the sockets close in the loop's next turn


@pytest.fixture
def spec_of(tmp_path: Path) -> Callable[[str], ModelSpec]:
    """A spec whose name says what happens; its path is where the loads are counted."""
    return lambda name: ModelSpec(name=name, path=str(tmp_path / "loads"))


@pytest.fixture
async def load(factory: WorkerRuntimeFactory, spec_of: Callable[[str], ModelSpec]) -> AsyncIterator[Load]:
    """Load a model of that name, and close it when the test is over."""
    loaded: list[WorkerRuntime] = []

    async def load_it(name: str = "plain") -> WorkerRuntime:
        loaded.append(await factory.load(spec_of(name), quiet))
        return loaded[-1]

    yield load_it
    for runtime in loaded:
        await runtime.close()
