"""The runtime over llama.cpp keeps the contract: on the embedded hybrid, a random hybrid, and attention alone."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from flowgen.adapters.llama.preparation import Preparation
from flowgen.adapters.llama.sequence import Answer
from flowgen.domain.errors import GenerationInterrupted
from flowgen.domain.generation import GenerationRequest, PromptSegment, Sampling
from flowgen.domain.ports import ModelRuntime
from flowgen.testing.runtime_contract import ModelRuntimeContract
from support.tiny_runtimes import NANO, Load, WriteModel

FLAT = {"scale": 0.02}
"""A model whose scores lie close together, so that its answers vary."""

VARIED = Sampling(seed=1, temperature=1.0, logit_bias={token: -100.0 for token in range(266, 272)})
"""Draws without special tokens, so that the answer's text is all of it and does not end."""


class TestAnAttentionModel(ModelRuntimeContract):
    sampling = VARIED

    @pytest.fixture
    async def runtime(self, load: Load, write_model: WriteModel) -> AsyncIterator[ModelRuntime]:
        runtime = await load(write_model(arch="llama", **FLAT), n_ctx=256)
        yield runtime
        await runtime.close()


class TestAHybridModel(ModelRuntimeContract):
    sampling = VARIED

    @pytest.fixture
    async def runtime(self, load: Load, write_model: WriteModel) -> AsyncIterator[ModelRuntime]:
        runtime = await load(write_model(arch="lfm2", **FLAT), n_ctx=256, n_batch=16)
        yield runtime
        await runtime.close()


class TestTheEmbeddedModel(ModelRuntimeContract):
    prompt = (
        PromptSegment(text="<|startoftext|><|im_start|>user\nCount from 1 to 20.<|im_end|>\n<|im_start|>assistant\n"),
    )
    sampling = Sampling(temperature=0.0)

    @pytest.fixture
    async def runtime(self, load: Load) -> AsyncIterator[ModelRuntime]:
        runtime = await load(NANO, n_ctx=512)
        yield runtime
        await runtime.close()


async def test_what_is_being_prepared_is_interrupted_too(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = await load(NANO, n_ctx=512)
    is_begun, may_end = threading.Event(), threading.Event()
    prepare = Preparation.prepare

    def slowly(preparation: Preparation, request: GenerationRequest) -> Answer:
        is_begun.set()
        may_end.wait(30)
        return prepare(preparation, request)

    monkeypatch.setattr(Preparation, "prepare", slowly)
    start = asyncio.create_task(runtime.start(GenerationRequest(prompt=(PromptSegment(text="Hello!"),))))
    await asyncio.to_thread(is_begun.wait, 30)
    await runtime.interrupt("no more")
    may_end.set()
    with pytest.raises(GenerationInterrupted, match="no more"):
        await start
    await runtime.close()
