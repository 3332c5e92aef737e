"""What becomes of answers, waiting requests and the model when its process ends."""

import asyncio
import contextlib
import os
import signal
import time

import pytest

from flowgen.adapters.worker.runtime import WorkerRuntime
from flowgen.adapters.worker.supervisor import Endurance
from flowgen.domain.errors import EngineFailed, GenerationInterrupted, ModelUnavailable
from flowgen.testing.runtime_contract import collect, text_of
from support.scripted_worker import COUNTING, LoadScripted, SpecOf, ask, gone, pids, quiet, scripted_factory


async def answer(runtime: WorkerRuntime) -> str:
    return text_of(await collect(runtime, ask()))


async def breaks(runtime: WorkerRuntime, how: str = "exit") -> EngineFailed:
    """Have the process end while it does something."""
    with pytest.raises(EngineFailed) as caught:
        await runtime.start(ask(how))
    return caught.value


async def until_down(runtime: WorkerRuntime) -> str:
    """Wait until nothing more is tried; say why."""
    async with asyncio.timeout(20):
        while "is down" not in (status := await runtime.status()).reason:
            await asyncio.sleep(0.01)
    return status.reason


async def test_a_kill_ends_every_answer_with_the_signal_and_the_next_chat_works(
    load: LoadScripted, spec_of: SpecOf, caplog: pytest.LogCaptureFixture
) -> None:
    runtime = await load()
    generations = [await runtime.start(ask()) for _ in range(3)]
    os.kill(pids(spec_of("plain"))[0], signal.SIGKILL)
    for generation in generations:
        with pytest.raises(EngineFailed, match="SIGKILL"):
            async for _ in generation:
                pass
    status = await runtime.status()
    assert (status.is_alive, "SIGKILL" in status.reason) == (False, True)
    assert await answer(runtime) == COUNTING
    assert (await runtime.status()).is_alive
    assert len(pids(spec_of("plain"))) == 2
    assert "SIGKILL" in caplog.text


async def test_an_abort_says_what_native_code_said_last(load: LoadScripted, capfd: pytest.CaptureFixture[str]) -> None:
    runtime = await load()
    message = str(await breaks(runtime, "abort"))
    assert message.startswith("The engine's process was ended by SIGABRT")
    assert message.endswith("ggml.c:12: GGML_ASSERT(n > 0) failed")
    assert ("line 11" in message, "line 10" in message) == (True, False)
    assert "line 0\n" in capfd.readouterr().err


async def test_an_exit_code_is_told(load: LoadScripted) -> None:
    assert "exit code 7" in str(await breaks(await load()))


async def test_a_fault_in_one_call_ends_no_other(load: LoadScripted, spec_of: SpecOf) -> None:
    runtime = await load()
    assert "log says why" in str(await breaks(runtime, "fault"))
    assert await answer(runtime) == COUNTING
    assert len(pids(spec_of("plain"))) == 1


async def test_an_engine_that_has_ended_inside_its_process_is_started_again(
    load: LoadScripted, spec_of: SpecOf
) -> None:
    runtime = await load()
    with pytest.raises(ModelUnavailable):
        await runtime.start(ask("engine ends"))
    while len(pids(spec_of("plain"))) < 2:
        await asyncio.sleep(0.01)
    assert await answer(runtime) == COUNTING


async def test_a_process_that_does_not_answer_is_not_alive(
    load: LoadScripted, spec_of: SpecOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowgen.adapters.worker.runtime._STATUS_S", 0.1)
    runtime = await load()
    os.kill(pids(spec_of("plain"))[0], signal.SIGSTOP)
    status = await runtime.status()
    assert (status.is_alive, "not answered" in status.reason) == (False, True)


async def test_a_consumer_that_does_not_read_holds_up_nobody(load: LoadScripted) -> None:
    runtime = await load()
    async with await runtime.start(ask()) as slow:
        assert [await answer(runtime) for _ in range(3)] == [COUNTING] * 3
        assert "".join([chunk.text async for chunk in slow]) == COUNTING


async def test_three_starts_without_an_answer_leave_it_down_with_the_reason(load: LoadScripted) -> None:
    runtime = await load()
    for _ in range(3):
        await breaks(runtime)
    assert "exit code 7" in await until_down(runtime)
    with pytest.raises(EngineFailed, match=r"3 starts.*exit code 7.*/load"):
        await runtime.start(ask())
    with pytest.raises(EngineFailed):
        await runtime.tokenize("a", special=False)


async def test_a_model_that_is_down_can_be_loaded_anew(load: LoadScripted) -> None:
    runtime = await load()
    for _ in range(3):
        await breaks(runtime)
    await until_down(runtime)
    await runtime.close()
    assert "unloaded" in (await runtime.status()).reason
    assert await answer(await load()) == COUNTING


async def test_a_finished_answer_sets_the_count_back(load: LoadScripted) -> None:
    runtime = await load()
    for _ in range(3):
        await breaks(runtime)
        assert await answer(runtime) == COUNTING


async def test_a_load_that_breaks_counts_as_a_start(load: LoadScripted, spec_of: SpecOf) -> None:
    runtime = await load("breaks later")
    await breaks(runtime)
    with pytest.raises(EngineFailed, match="3 starts"):
        await runtime.start(ask())
    assert len(pids(spec_of("breaks later"))) == 3


async def test_requests_wait_for_the_restart(load: LoadScripted) -> None:
    runtime = await load("slow later")
    await breaks(runtime)
    waiting = [asyncio.create_task(answer(runtime)) for _ in range(3)]
    await asyncio.sleep(0.05)
    status = await runtime.status()
    assert (status.is_alive, status.num_waiting, "started again" in status.reason) == (False, 3, True)
    assert await asyncio.gather(*waiting) == [COUNTING] * 3


async def test_requests_do_not_wait_for_ever(load: LoadScripted) -> None:
    runtime = await load("slow later")
    runtime._supervisor._endurance = Endurance(wait_s=0.05)
    await breaks(runtime)
    with pytest.raises(ModelUnavailable) as caught:
        await runtime.start(ask())
    assert caught.value.retry_after > 0


async def test_an_interruption_ends_what_waits_for_a_restart(load: LoadScripted) -> None:
    runtime = await load("slow later")
    await breaks(runtime)
    waiting = asyncio.create_task(runtime.start(ask()))
    await asyncio.sleep(0.05)
    await runtime.interrupt("The model was unloaded.")
    with pytest.raises(GenerationInterrupted, match="was unloaded"):
        await waiting
    assert await answer(runtime) == COUNTING


async def test_unloading_during_a_restart_ends_it(load: LoadScripted, spec_of: SpecOf) -> None:
    runtime = await load("slow later")
    await breaks(runtime)
    waiting = asyncio.create_task(runtime.start(ask()))
    while len(pids(spec_of("slow later"))) < 2:
        await asyncio.sleep(0.01)
    await runtime.close()
    with pytest.raises(ModelUnavailable, match="unloaded"):
        await waiting
    await gone(pids(spec_of("slow later"))[-1])


async def test_a_process_that_is_stuck_is_killed_when_it_is_unloaded(load: LoadScripted, spec_of: SpecOf) -> None:
    runtime = await load()
    generation = await runtime.start(ask())
    starting = asyncio.create_task(runtime.start(ask("stuck")))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    await runtime.close()
    assert time.monotonic() - began < 1.0
    with pytest.raises(GenerationInterrupted):
        async for _ in generation:
            pass
    with pytest.raises(ModelUnavailable):
        await starting
    with pytest.raises(ProcessLookupError):
        os.kill(pids(spec_of("plain"))[0], 0)


async def test_a_caller_that_gives_up_before_the_reply_frees_the_engine(load: LoadScripted) -> None:
    runtime = await load()
    starting = asyncio.create_task(runtime.start(ask()))
    await asyncio.sleep(0)
    starting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await starting
    async with asyncio.timeout(5):
        while (await runtime.status()).num_running:
            await asyncio.sleep(0.01)


async def test_a_file_that_was_replaced_is_not_taken_for_the_model(spec_of: SpecOf) -> None:
    factory = scripted_factory()
    runtime = await factory.load(spec_of("changes"), quiet)
    await breaks(runtime)
    with pytest.raises(EngineFailed, match="another one now"):
        await runtime.start(ask())
    await runtime.close()


def test_the_pauses_grow_and_have_an_end() -> None:
    assert [Endurance().pause(count) for count in range(8)] == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
