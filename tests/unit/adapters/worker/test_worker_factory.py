"""Which process inspects and loads, and what becomes of it when that fails."""

import asyncio
import os
import signal

import pytest

from flowgen.adapters.worker.factory import WorkerRuntimeFactory, Workers
from flowgen.domain.errors import EngineFailed, InvalidModelFile, OutOfMemory
from flowgen.testing.runtime_contract import collect, text_of
from support.processes import children
from support.scripted_worker import COUNTING, SpecOf, ask, command, gone, pids, quiet, scripted_factory


async def test_the_process_that_inspected_loads(factory: WorkerRuntimeFactory, spec_of: SpecOf) -> None:
    before = children()
    facts = await factory.inspect(spec_of("plain"))
    (inspector,) = children() - before
    runtime = await factory.load(spec_of("plain"), quiet)
    assert (pids(spec_of("plain")), runtime.info.facts) == ([inspector], facts)
    await runtime.close()


async def test_another_model_gets_another_process(factory: WorkerRuntimeFactory, spec_of: SpecOf) -> None:
    before = children()
    await factory.inspect(spec_of("plain"))
    (inspector,) = children() - before
    runtime = await factory.load(spec_of("other"), quiet)
    assert pids(spec_of("other")) != [inspector]
    await gone(inspector)
    await runtime.close()


async def test_two_models_live_side_by_side(factory: WorkerRuntimeFactory, spec_of: SpecOf) -> None:
    first, second = [await factory.load(spec_of("plain"), quiet) for _ in range(2)]
    await first.close()
    assert text_of(await collect(second, ask())) == COUNTING
    await second.close()


async def test_a_process_that_is_not_loaded_into_ends(spec_of: SpecOf) -> None:
    before = children()
    factory = scripted_factory(keep_s=0.05)
    await factory.inspect(spec_of("plain"))
    (inspector,) = children() - before
    await gone(inspector)


async def test_a_file_that_breaks_native_code_is_the_callers_fault(
    factory: WorkerRuntimeFactory, spec_of: SpecOf
) -> None:
    spec = spec_of("corrupt")
    with pytest.raises(InvalidModelFile, match=r"(?s)SIGABRT while it read .*GGML_ASSERT\(n > 0\) failed") as caught:
        await factory.inspect(spec)
    assert spec.path in str(caught.value)
    assert (await factory.inspect(spec_of("plain"))).architecture == "scripted"


async def test_errors_arrive_as_they_were(factory: WorkerRuntimeFactory, spec_of: SpecOf) -> None:
    with pytest.raises(OutOfMemory) as caught:
        await factory.inspect(spec_of("large"), reclaimable=7)
    assert (caught.value.needed, caught.value.free) == (10, 7)


async def test_a_load_that_breaks_says_so(factory: WorkerRuntimeFactory, spec_of: SpecOf) -> None:
    with pytest.raises(EngineFailed, match="SIGABRT while it loaded the model"):
        await factory.load(spec_of("breaks"), quiet)


async def test_a_load_that_is_cancelled_ends_its_process(factory: WorkerRuntimeFactory, spec_of: SpecOf) -> None:
    before = children()
    told: asyncio.Queue[float] = asyncio.Queue()
    load = asyncio.create_task(factory.load(spec_of("slow"), lambda _, share: told.put_nowait(share)))
    assert await told.get() == 0.5
    load.cancel()
    with pytest.raises(asyncio.CancelledError):
        await load
    for pid in children() - before:
        await gone(pid)


async def test_a_process_that_was_started_ahead_serves(spec_of: SpecOf) -> None:
    before = children()
    workers = Workers(command)
    workers.start_ahead()
    (ahead,) = children() - before
    factory = WorkerRuntimeFactory(workers)
    await factory.inspect(spec_of("plain"))
    assert children() - before == {ahead}
    factory.close()
    await gone(ahead)


async def test_a_process_that_was_started_ahead_and_ended_is_not_used(spec_of: SpecOf) -> None:
    workers = Workers(command)
    before = children()
    workers.start_ahead()
    (ahead,) = children() - before
    os.kill(ahead, signal.SIGKILL)
    await gone(ahead)
    factory = WorkerRuntimeFactory(workers)
    assert await factory.inspect(spec_of("plain"))
    (inspector,) = children() - before
    factory.close()
    await gone(inspector)


async def test_a_process_that_nobody_came_for_ends() -> None:
    before = children()
    workers = Workers(command)
    workers.start_ahead()
    (ahead,) = children() - before
    workers.close()
    await gone(ahead)


async def test_a_command_that_cannot_be_run_is_a_failure_of_the_engine(spec_of: SpecOf) -> None:
    factory = WorkerRuntimeFactory(Workers(lambda: ["/no/such/program"]))
    with pytest.raises(EngineFailed, match="cannot be started"):
        await factory.inspect(spec_of("plain"))
