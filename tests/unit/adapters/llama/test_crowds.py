"""Many answers at once on real models, hybrid and not: the tokens as alone, prefixes computed once, nobody lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from flowgen.adapters.llama.runtime import LlamaRuntime
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.errors import QueueFull
from flowgen.domain.generation import Finish, GenerationRequest, PromptSegment, Sampling, TokenChunk
from flowgen.testing.runtime_contract import collect, text_of
from support.tiny_runtimes import NANO, Load, WriteModel

GREEDY = Sampling(temperature=0.0)
SCHEMA = {
    "type": "object",
    "properties": {"a_rather_long_name": {"type": "integer"}, "another_long_name": {"enum": ["red", "green"]}},
    "required": ["a_rather_long_name", "another_long_name"],
    "additionalProperties": False,
}
QUESTIONS = ("Count from 1 to 20.", "What is 12 + 30?", "Hello!", "Say this: abc def ghi", "Count from 3 to 9.")


def ask(text: str, **fields: Any) -> GenerationRequest:
    prompt = f"<|startoftext|><|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"
    values: dict[str, Any] = {"sampling": GREEDY, "max_tokens": 40} | fields
    return GenerationRequest(prompt=(PromptSegment(text=prompt),), **values)


def finish_of(chunks: list[TokenChunk]) -> Finish:
    finish = chunks[-1].finish
    assert finish is not None
    return finish


@pytest.fixture(params=["nano", "llama"])
async def runtime(request: pytest.FixtureRequest, load: Load, write_model: WriteModel) -> AsyncIterator[LlamaRuntime]:
    path = NANO if request.param == "nano" else write_model(arch="llama", scale=0.02)
    runtime = await load(path, n_ctx=512, n_seq_max=4)
    yield runtime
    await runtime.close()


@pytest.fixture
async def nano(load: Load) -> AsyncIterator[LlamaRuntime]:
    runtime = await load(NANO, n_ctx=512, n_seq_max=4, queue_size=20)
    yield runtime
    await runtime.close()


async def test_a_crowd_gets_what_each_would_alone(nano: LlamaRuntime) -> None:
    bound: Any = {"constraint": JsonSchema(schema=SCHEMA), "max_tokens": 60}
    requests = [*map(ask, QUESTIONS), ask("Say a colour.", **bound)]
    alone = [text_of(await collect(nano, request)) for request in requests]
    crowd = await asyncio.gather(*(collect(nano, request) for request in requests * 3))
    assert [text_of(chunks) for chunks in crowd] == alone * 3


async def test_the_seed_decides_the_text_in_a_crowd_too(nano: LlamaRuntime) -> None:
    def drawn(seed: int) -> GenerationRequest:
        return ask("Hello!", sampling=Sampling(temperature=1.0, seed=seed, top_k=0, top_p=1.0, min_p=0.0))

    alone = [text_of(await collect(nano, drawn(seed))) for seed in range(4)]
    crowd = await asyncio.gather(*(collect(nano, drawn(seed)) for seed in range(4)))
    assert [text_of(chunks) for chunks in crowd] == alone


async def test_an_equal_prompt_is_not_computed_again(runtime: LlamaRuntime) -> None:
    request = ask("abcdefgh " * 12, max_tokens=4)
    finishes = [finish_of(await collect(runtime, request)) for _ in range(3)]
    assert finishes[0].usage.cached_tokens == 0
    for finish in finishes[1:]:
        assert finish.usage.cached_tokens == finish.usage.prompt_tokens - 1
    status = await runtime.status()
    assert status.cache.hit_rate == pytest.approx(2 / 3, abs=0.02)


async def test_a_crowd_with_one_beginning_computes_it_once(runtime: LlamaRuntime) -> None:
    """They come while another's prompt is computed, so that all are there before one of them begins: a hybrid model's
    state cannot be cut, and who comes when the first is past the fork computes the beginning once more."""
    stem = "A long beginning. " * 16
    requests = [ask(f"{stem}{number}", max_tokens=4) for number in range(4)]
    other = asyncio.create_task(collect(runtime, ask("xyz, " * 90, max_tokens=4)))
    while not other.done() and (await runtime.status()).num_running == 0:
        await asyncio.sleep(0)
    finishes = [finish_of(chunks) for chunks in await asyncio.gather(*(collect(runtime, r) for r in requests))]
    await other
    computed = sum(finish.usage.prompt_tokens - finish.usage.cached_tokens for finish in finishes)
    assert computed < finishes[0].usage.prompt_tokens + 4 * 16


async def test_drafts_in_a_crowd_change_no_text(load: Load, nano: LlamaRuntime) -> None:
    text = "Say this: one two three four five six"  # which the model is sure of: a tie may turn in a crowd
    requests = [*map(ask, QUESTIONS), ask(text)]
    drafting = await load(NANO, n_ctx=512, n_seq_max=4, draft_model="lookup")
    alone = [text_of(await collect(nano, request)) for request in requests]
    crowd = await asyncio.gather(*(collect(drafting, request) for request in requests * 2))
    await drafting.close()
    assert [text_of(chunks) for chunks in crowd] == alone * 2


async def test_cells_that_run_out_cost_nobody_an_answer(load: Load, nano: LlamaRuntime) -> None:
    tight = await load(NANO, n_ctx=256, n_cells=256, n_seq_max=4)
    requests = [ask(f"Count from {number} to {number + 19}.", max_tokens=100) for number in range(1, 9)]
    alone = [text_of(await collect(nano, request)) for request in requests]
    crowd = await asyncio.gather(*(collect(tight, request) for request in requests))
    status = await tight.status()
    await tight.close()
    assert [text_of(chunks) for chunks in crowd] == alone
    assert status.num_cells == 256


async def test_the_queue_is_bounded_and_those_in_it_are_answered(load: Load) -> None:
    runtime = await load(NANO, n_ctx=256, n_seq_max=1, queue_size=2)
    results = await asyncio.gather(
        *(collect(runtime, ask("Count from 1 to 20.")) for _ in range(12)), return_exceptions=True
    )
    await runtime.close()
    refused = [result for result in results if isinstance(result, QueueFull)]
    answered = [result for result in results if isinstance(result, list)]
    assert len(refused) + len(answered) == 12
    assert refused
    assert answered
    assert all(result.retry_after >= 1 for result in refused)


async def test_cancelling_frees_everything(nano: LlamaRuntime) -> None:
    for _ in range(3):
        generations = [await nano.start(ask("Count from 1 to 20. " * 8, max_tokens=400)) for _ in range(10)]
        await asyncio.sleep(0.02)
        for generation in generations:
            await generation.cancel()
    async with asyncio.timeout(20):
        while (status := await nano.status()).num_running or status.num_waiting:
            await asyncio.sleep(0.01)
    assert status.num_cells_used == status.cache.num_cells
    assert text_of(await collect(nano, ask("What is 12 + 30?"))) == "12 + 30 = 42."
