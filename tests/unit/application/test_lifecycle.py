"""The model host: who waits for whom, and what holds after a failure."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest

from flowgen.application.lifecycle import ModelHost, Patience
from flowgen.domain.errors import (
    EngineFailed,
    FlowGenError,
    InvalidModelFile,
    LoadInProgress,
    ModelFileNotFound,
    ModelNotLoaded,
    ModelUnavailable,
    OutOfMemory,
)
from flowgen.domain.model import EngineStatus, ModelFacts, ModelInfo, ModelSpec, Progress
from flowgen.domain.options import LoadOptions
from support.http_fakes import FakeRenderers, NoFormats


class FakeRuntime:
    def __init__(self, facts: ModelFacts) -> None:
        self.info = ModelInfo(facts=facts, n_ctx=64, n_vocab=4)
        self.interrupted: list[str] = []
        self.is_closed = False
        self.is_alive = True
        self.on_interrupt: Callable[[], None] = lambda: None

    async def interrupt(self, reason: str) -> None:
        self.interrupted.append(reason)
        self.on_interrupt()

    async def status(self) -> EngineStatus:
        return EngineStatus(num_running=0, num_waiting=0, is_alive=self.is_alive)

    async def close(self) -> None:
        self.is_closed = True


class FakeRuntimes:
    """Counts loads; fails where told; `gate` holds loads back."""

    def __init__(self) -> None:
        self.made: list[FakeRuntime] = []
        self.inspect_failures: dict[str, FlowGenError] = {}
        self.load_failures: dict[str, list[Exception]] = {}
        self.reclaimable: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def inspect(self, spec: ModelSpec, reclaimable: int = 0) -> ModelFacts:
        self.reclaimable.append(reclaimable)
        if spec.name in self.inspect_failures:
            raise self.inspect_failures[spec.name]
        return ModelFacts(
            path=spec.path, name=spec.name, architecture="fake", num_parameters=1, size=1, n_ctx_train=64, needed=10
        )

    async def load(self, spec: ModelSpec, progress: Progress) -> Any:
        await self.gate.wait()
        failures = self.load_failures.get(spec.name, [])
        if failures:
            raise failures.pop(0)
        progress("weights", 1.0)
        self.made.append(FakeRuntime(await self.inspect(spec)))
        return self.made[-1]


def silent(stage: str, fraction: float) -> None:
    """Progress that nobody watches."""


def spec(name: str) -> ModelSpec:
    return ModelSpec(name=name, path=f"/models/{name}.gguf")


@pytest.fixture
async def runtimes() -> FakeRuntimes:
    return FakeRuntimes()


@pytest.fixture
async def host(runtimes: FakeRuntimes) -> ModelHost:
    patience = Patience(drain_s=0.05, swap_s=0.3, close_s=0.05)
    return ModelHost(cast(Any, runtimes), FakeRenderers(), NoFormats(), patience)


async def test_before_a_load_there_is_no_model(host: ModelHost) -> None:
    assert host.snapshot().state == "empty"
    with pytest.raises(ModelNotLoaded, match=r"^Model not loaded\. Call /load first\.$"):
        async with host.acquire():
            pass


async def test_a_loaded_model_is_lent_to_many(host: ModelHost) -> None:
    report = await host.load(spec("a"), silent)
    assert (report.name, report.architecture, report.n_ctx, report.replaced) == ("a", "fake", 64, None)
    async with host.acquire() as one, host.acquire() as two:
        assert one.runtime is two.runtime
    assert host.snapshot().state == "ready"


async def test_a_second_load_during_a_load_is_refused(host: ModelHost, runtimes: FakeRuntimes) -> None:
    runtimes.gate.clear()
    first = asyncio.create_task(host.load(spec("a"), silent))
    await asyncio.sleep(0.01)
    assert host.snapshot().state == "loading"
    with pytest.raises(LoadInProgress, match=r"\(a\)"):
        await host.load(spec("b"), silent)
    with pytest.raises(LoadInProgress):
        await host.unload()
    runtimes.gate.set()
    assert (await first).name == "a"


async def test_a_bad_file_leaves_the_old_model_serving(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(spec("a"), silent)
    runtimes.inspect_failures["b"] = ModelFileNotFound("/models/b.gguf")
    with pytest.raises(ModelFileNotFound, match=r"Model file not found: /models/b\.gguf\. Model a stays loaded\."):
        await host.load(spec("b"), silent)
    async with host.acquire() as model:
        assert model.spec.name == "a"
    assert not runtimes.made[0].is_closed


async def test_memory_of_the_old_model_counts_as_free(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(spec("a"), silent)
    await host.load(spec("b"), silent)
    assert runtimes.reclaimable[0] == 0
    assert 10 in runtimes.reclaimable
    runtimes.made[-1].is_alive = False
    await host.load(spec("again"), silent)
    assert runtimes.reclaimable[-1] == 0  # an engine that has ended holds no memory any more


async def test_a_failed_swap_restores_the_old_model(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(spec("a"), silent)
    runtimes.load_failures["b"] = [InvalidModelFile("broken inside.")]
    with pytest.raises(InvalidModelFile, match=r"broken inside\. Model a was restored\."):
        await host.load(spec("b"), silent)
    async with host.acquire() as model:
        assert model.spec.name == "a"
    assert [runtime.is_closed for runtime in runtimes.made] == [True, False]


async def test_a_failed_restore_says_that_nothing_is_loaded(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(spec("a"), silent)
    runtimes.load_failures = {"a": [OutOfMemory(2, 1, "all")], "b": [InvalidModelFile("broken.")]}
    with pytest.raises(InvalidModelFile, match="could not be restored; no model is loaded"):
        await host.load(spec("b"), silent)
    assert host.snapshot().state == "empty"


async def test_a_swap_that_fails_as_nobody_expected_restores_the_old_model(
    host: ModelHost, runtimes: FakeRuntimes
) -> None:
    await host.load(spec("a"), silent)
    runtimes.load_failures["b"] = [RuntimeError("secret")]
    with pytest.raises(EngineFailed, match=r"b could not be loaded.*Model a was restored\.") as caught:
        await host.load(spec("b"), silent)
    assert "secret" not in str(caught.value)
    async with host.acquire() as model:
        assert model.spec.name == "a"


async def test_a_model_that_breaks_while_it_is_freed_is_gone(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(spec("a"), silent)

    async def broken() -> None:
        raise EngineFailed("It broke.")

    runtimes.made[0].close = broken  # type: ignore[method-assign]
    with pytest.raises(EngineFailed):
        await host.unload()
    assert host.snapshot().state == "empty"
    assert (await host.load(spec("b"), silent)).replaced is None


async def test_a_swap_waits_for_answers_under_way(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(spec("a"), silent)
    async with host.acquire():
        swap = asyncio.create_task(host.load(spec("b"), silent))
        await asyncio.sleep(0.02)
        assert not runtimes.made[0].is_closed
    report = await swap
    assert report.replaced == "a"
    assert runtimes.made[0].interrupted == []
    assert runtimes.made[0].is_closed


async def test_a_swap_ends_answers_that_outlast_the_patience(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(spec("a"), silent)
    lent = host.acquire()
    await lent.__aenter__()
    await host.load(spec("b"), silent)
    assert runtimes.made[0].interrupted == ["The model was replaced by b."]
    assert runtimes.made[0].is_closed
    await lent.__aexit__(None, None, None)


async def test_a_models_own_patience_goes_before_the_hosts(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(msgspec.structs.replace(spec("a"), options=LoadOptions(drain_seconds=60.0)), silent)
    async with host.acquire():
        swap = asyncio.create_task(host.load(spec("b"), silent))
        await asyncio.sleep(0.15)
        assert runtimes.made[0].interrupted == []
    await swap


async def test_a_chat_that_arrives_during_a_swap_gets_the_new_model(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(spec("a"), silent)
    runtimes.gate.clear()
    swap = asyncio.create_task(host.load(spec("b"), silent))
    await asyncio.sleep(0.02)

    async def chat() -> str:
        async with host.acquire() as model:
            return model.spec.name

    waiting = asyncio.create_task(chat())
    await asyncio.sleep(0.02)
    runtimes.gate.set()
    await swap
    assert await waiting == "b"


async def test_a_chat_does_not_wait_for_ever(host: ModelHost, runtimes: FakeRuntimes) -> None:
    runtimes.gate.clear()
    load = asyncio.create_task(host.load(spec("a"), silent))
    await asyncio.sleep(0)
    with pytest.raises(ModelUnavailable) as caught:
        async with host.acquire():
            pass
    assert caught.value.retry_after > 0
    runtimes.gate.set()
    await load


async def test_a_load_goes_on_when_its_caller_leaves(host: ModelHost, runtimes: FakeRuntimes) -> None:
    runtimes.gate.clear()
    load = asyncio.create_task(host.load(spec("a"), silent))
    await asyncio.sleep(0.01)
    load.cancel()
    with pytest.raises(asyncio.CancelledError):
        await load
    runtimes.gate.set()
    async with host.acquire() as model:
        assert model.spec.name == "a"


async def test_unload_waits_for_answers_then_frees(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(msgspec.structs.replace(spec("a"), options=LoadOptions(drain_seconds=60.0)), silent)
    async with host.acquire():
        unload = asyncio.create_task(host.unload())
        await asyncio.sleep(0.02)
        assert host.snapshot().state == "draining"
        with pytest.raises(ModelNotLoaded):
            async with host.acquire():
                pass
    assert await unload == "a"
    assert runtimes.made[0].interrupted == []
    assert runtimes.made[0].is_closed
    assert await host.unload() is None


async def test_an_unload_during_another_waits_for_the_same_model(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(msgspec.structs.replace(spec("a"), options=LoadOptions(drain_seconds=60.0)), silent)
    async with host.acquire():
        first = asyncio.create_task(host.unload())
        await asyncio.sleep(0.02)
        second = asyncio.create_task(host.unload())
        await asyncio.sleep(0.02)
        assert not second.done()
    assert (await first, await second) == ("a", "a")
    assert runtimes.made[0].interrupted == []


async def test_unload_with_force_ends_answers_at_once(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(spec("a"), silent)
    lent = host.acquire()
    await lent.__aenter__()
    ended = asyncio.Event()
    runtimes.made[0].on_interrupt = ended.set
    unload = asyncio.create_task(host.unload(force=True))
    await asyncio.wait_for(ended.wait(), 1)
    await lent.__aexit__(None, None, None)
    assert await unload == "a"


async def test_unload_with_force_does_not_wait_for_an_answer_that_begins_after_it(
    runtimes: FakeRuntimes,
) -> None:
    host = ModelHost(cast(Any, runtimes), FakeRenderers(), NoFormats(), Patience(drain_s=30.0, close_s=0.05))
    await host.load(spec("a"), silent)
    lent = host.acquire()
    await lent.__aenter__()  # it has the model and has not asked it for anything yet: there is nothing to interrupt
    assert await asyncio.wait_for(host.unload(force=True), 1) == "a"
    assert runtimes.made[0].is_closed
    await lent.__aexit__(None, None, None)


async def test_a_swap_tells_that_it_waits_for_answers(host: ModelHost) -> None:
    told: list[str] = []
    await host.load(spec("a"), lambda stage, fraction: told.append(stage))
    await host.load(spec("b"), lambda stage, fraction: told.append(stage))
    assert told == ["weights", "drain", "weights"]


async def test_close_ends_answers_and_refuses_all_that_comes_after(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(spec("a"), silent)
    await host.close("The server is shutting down.")
    await host.close("The server is shutting down.")
    assert runtimes.made[0].interrupted == ["The server is shutting down."]
    assert runtimes.made[0].is_closed
    with pytest.raises(ModelUnavailable):
        async with host.acquire():
            pass
    with pytest.raises(ModelUnavailable):
        await host.load(spec("b"), silent)


async def test_close_does_not_wait_for_a_load_that_never_ends(host: ModelHost, runtimes: FakeRuntimes) -> None:
    runtimes.gate.clear()
    load = asyncio.create_task(host.load(spec("a"), silent))
    await asyncio.sleep(0.05)  # it is under way
    await asyncio.wait_for(host.close("The server is shutting down."), 1)
    runtimes.gate.set()
    with pytest.raises(ModelUnavailable):
        await load
    assert runtimes.made[0].is_closed


async def test_a_swap_that_is_overtaken_by_the_end_loads_nothing(host: ModelHost, runtimes: FakeRuntimes) -> None:
    await host.load(spec("a"), silent)
    async with host.acquire():
        swap = asyncio.create_task(host.load(spec("b"), silent))
        await asyncio.sleep(0.02)  # it waits for the answer
        closing = asyncio.create_task(host.close("The server is shutting down."))
        await asyncio.sleep(0)
    with pytest.raises(ModelUnavailable):
        await swap
    await closing
    assert [runtime.info.facts.name for runtime in runtimes.made] == ["a"]
