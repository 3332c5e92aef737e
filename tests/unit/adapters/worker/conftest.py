"""Processes with a scripted engine."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flowgen.adapters.worker.factory import WorkerRuntimeFactory
from flowgen.adapters.worker.runtime import WorkerRuntime
from support.scripted_worker import LoadScripted, SpecOf, quiet, scripted_factory, spec_at


@pytest.fixture
async def factory() -> AsyncIterator[WorkerRuntimeFactory]:
    factory = scripted_factory()
    yield factory
    factory.close()
    await asyncio.sleep(0.01)  # sockets close in the loop's next turn


@pytest.fixture
def spec_of(tmp_path: Path) -> SpecOf:
    return lambda name: spec_at(tmp_path, name)


@pytest.fixture
async def load(factory: WorkerRuntimeFactory, spec_of: SpecOf) -> AsyncIterator[LoadScripted]:
    """Load a model of that name, and close it when the test is over."""
    loaded: list[WorkerRuntime] = []

    async def load_it(name: str = "plain") -> WorkerRuntime:
        loaded.append(await factory.load(spec_of(name), quiet))
        return loaded[-1]

    yield load_it
    for runtime in loaded:
        await runtime.close()
