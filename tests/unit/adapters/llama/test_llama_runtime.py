"""The runtime over llama.cpp keeps the contract: on the embedded hybrid, a random hybrid, and attention alone."""

from collections.abc import AsyncIterator

import pytest

from flowgen.domain.generation import PromptSegment, Sampling
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
