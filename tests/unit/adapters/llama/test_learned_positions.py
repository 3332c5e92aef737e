"""A model with a vector for each position ends at the last one: llama.cpp aborts the process beyond it."""

from pathlib import Path

import pytest

from flowgen.domain.errors import ContextOverflow
from flowgen.domain.generation import GenerationRequest, PromptSegment, Sampling
from flowgen.testing.runtime_contract import collect
from support.tiny_gpt2 import NUM_POSITIONS, write_tiny_gpt2
from support.tiny_runtimes import Load


@pytest.mark.parametrize("n_ctx", [0, 24, NUM_POSITIONS, 2048])
async def test_the_context_ends_where_the_positions_do(load: Load, tmp_path: Path, n_ctx: int) -> None:
    runtime = await load(write_tiny_gpt2(tmp_path / "tiny-gpt2.gguf"), n_ctx=n_ctx)
    try:
        most = min(n_ctx or NUM_POSITIONS, NUM_POSITIONS)
        assert runtime.info.n_ctx == most
        told = [warning for warning in runtime.info.warnings if warning.startswith("options.n_ctx")]
        assert [f"{NUM_POSITIONS} positions" in warning for warning in told] == [True] * (n_ctx > NUM_POSITIONS)
        prompt = (PromptSegment(tokens=tuple(range(20))),)
        ask = GenerationRequest(prompt=prompt, sampling=Sampling(temperature=0.0), ignore_eos=True)
        finish = (await collect(runtime, ask))[-1].finish
        assert finish is not None
        assert (finish.reason, finish.usage.completion_tokens) == ("length", most - 20)
        with pytest.raises(ContextOverflow):
            await runtime.start(GenerationRequest(prompt=(PromptSegment(tokens=(5,) * most),)))
    finally:
        await runtime.close()
