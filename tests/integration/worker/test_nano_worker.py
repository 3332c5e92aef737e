"""The embedded model in a process of its own keeps the runtime's contract."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from flowgen.adapters.worker.factory import WorkerRuntimeFactory, Workers
from flowgen.bootstrap.engines import worker_command
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.errors import ConstraintRefused, UnknownPlugin
from flowgen.domain.generation import PromptSegment, Sampling
from flowgen.domain.plugins import PluginCall
from flowgen.domain.ports import ModelRuntime
from flowgen.testing.runtime_contract import ModelRuntimeContract, collect, text_of
from support.tiny_runtimes import NANO, spec_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def load() -> ModelRuntime:
    return await WorkerRuntimeFactory(Workers(worker_command)).load(spec_of(NANO, n_ctx=512), lambda *_: None)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def runtime() -> AsyncIterator[ModelRuntime]:
    """One process for all tests: it takes a second to start."""
    runtime = await load()
    yield runtime
    await runtime.close()


class TestTheEmbeddedModel(ModelRuntimeContract):
    prompt = (
        PromptSegment(text="<|startoftext|><|im_start|>user\nCount from 1 to 20.<|im_end|>\n<|im_start|>assistant\n"),
    )
    sampling = Sampling(temperature=0.0)

    @pytest.fixture
    def runtime(self, runtime: ModelRuntime) -> ModelRuntime:
        return runtime

    async def test_closing_ends_answers_and_is_harmless_twice(self) -> None:  # type: ignore[override]
        await super().test_closing_ends_answers_and_is_harmless_twice(await load())

    async def test_a_constraint_is_compiled_there(self, runtime: ModelRuntime) -> None:
        schema = {
            "type": "object",
            "properties": {"a": {"enum": [10**30]}},
            "required": ["a"],
            "additionalProperties": False,
        }
        bound = self.request_of(constraint=JsonSchema(schema=schema), max_tokens=64)
        assert text_of(await collect(runtime, bound)) == '{"a":1000000000000000000000000000000}'

    async def test_a_constraint_that_is_refused_there_names_its_place(self, runtime: ModelRuntime) -> None:
        with pytest.raises(ConstraintRefused) as caught:
            await runtime.start(self.request_of(constraint=JsonSchema(schema={"$ref": "https://example.com/a.json"})))
        assert caught.value.keyword == "$ref"

    async def test_plugins_run_there(self, runtime: ModelRuntime) -> None:
        call = PluginCall(name="no_repeat_ngram", parameters={"n": 2})
        assert text_of(await collect(runtime, self.request_of(logits_processors=(call,))))
        with pytest.raises(UnknownPlugin, match="max_time"):
            await runtime.start(self.request_of(stopping_criteria=(PluginCall(name="nope"),)))
