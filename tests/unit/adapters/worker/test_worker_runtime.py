"""The runtime over a process keeps the contract, with a scripted engine at the other end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from flowgen.domain.ports import ModelRuntime
from flowgen.testing.runtime_contract import ModelRuntimeContract
from support.scripted_worker import quiet, scripted_factory, spec_at

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def runtime(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ModelRuntime]:
    """One process for all tests: each takes a moment to start."""
    runtime = await scripted_factory().load(spec_at(tmp_path_factory.mktemp("loads"), "plain"), quiet)
    yield runtime
    await runtime.close()


class TestOverAScriptedEngine(ModelRuntimeContract):
    @pytest.fixture
    def runtime(self, runtime: ModelRuntime) -> ModelRuntime:
        return runtime

    async def test_closing_ends_answers_and_is_harmless_twice(self, tmp_path: Path) -> None:  # type: ignore[override]
        runtime = await scripted_factory().load(spec_at(tmp_path, "plain"), quiet)
        await super().test_closing_ends_answers_and_is_harmless_twice(runtime)


async def test_vectors_cross_as_they_are(runtime: ModelRuntime) -> None:
    embeddings = await runtime.embed([[1, 2], [3]])
    assert embeddings.vectors == ((2.0, 0.0, 0.0), (1.0, 0.0, 0.0))
    assert embeddings.num_tokens == 3
