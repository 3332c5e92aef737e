"""The fake keeps the runtime's contract, and its script's own rules."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from flowgen.domain.errors import EngineFailed, NotAChatModel, RefusedField
from flowgen.domain.generation import GenerationRequest, PromptSegment, SilentSpan
from flowgen.domain.model import ModelSpec
from flowgen.domain.ports import ModelRuntime
from flowgen.testing.runtime_contract import ModelRuntimeContract, collect, text_of, tokens_of
from flowgen.testing.scripted_factory import ScriptedRuntimeFactory
from flowgen.testing.scripted_runtime import ScriptedAnswer, ScriptedRuntime, scripted_info

ASK = GenerationRequest(prompt=(PromptSegment(text="hello"),))


class TestScriptedRuntimeKeepsTheContract(ModelRuntimeContract):
    @pytest.fixture
    async def runtime(self) -> AsyncIterator[ModelRuntime]:
        scripted = ScriptedRuntime(lambda _: "the quick brown fox jumps over the lazy dog")
        yield scripted
        await scripted.close()


async def test_answers_come_in_the_order_of_the_script() -> None:
    runtime = ScriptedRuntime(["one", ScriptedAnswer(pieces=("tw", "o"), reason="length")])
    assert text_of(await collect(runtime, ASK)) == "one"
    chunks = await collect(runtime, ASK)
    assert [chunk.text for chunk in chunks] == ["tw", "o", ""]
    assert chunks[-1].finish is not None
    assert chunks[-1].finish.reason == "length"
    with pytest.raises(EngineFailed, match="request 3"):
        await runtime.start(ASK)
    assert runtime.requests == [ASK, ASK, ASK]


async def test_an_error_comes_after_the_pieces() -> None:
    runtime = ScriptedRuntime([ScriptedAnswer(pieces=("a",), error=EngineFailed("broken"))])
    chunks = aiter(await runtime.start(ASK))
    assert (await anext(chunks)).text == "a"
    with pytest.raises(EngineFailed, match="broken"):
        await anext(chunks)


async def test_special_tokens_have_text_only_if_preserved() -> None:
    runtime = ScriptedRuntime(
        lambda _: ScriptedAnswer(pieces=("<|call|>", "f", "<|im_end|>")),
        info=scripted_info(control_tokens=("<|call|>", "<|im_end|>")),
    )
    chunks = await collect(runtime, GenerationRequest(prompt=ASK.prompt, preserved=("<|call|>",)))
    assert text_of(chunks) == "<|call|>f"
    assert [bool(chunk.special) for chunk in chunks] == [True, False, False, False]
    assert len(tokens_of(chunks)) == 3


async def test_stop_strings_are_not_looked_for_inside_silent_spans() -> None:
    runtime = ScriptedRuntime(lambda _: "<think>no</think>yes no more")
    span = SilentSpan(opening="<think>", closing="</think>")
    request = GenerationRequest(prompt=ASK.prompt, stop=("no",), silent_spans=(span,))
    assert text_of(await collect(runtime, request)) == "<think>no</think>yes "


async def test_a_gate_holds_the_answer() -> None:
    gate = asyncio.Event()
    runtime = ScriptedRuntime(["ok"], gate=gate)
    task = asyncio.create_task(collect(runtime, ASK))
    await asyncio.sleep(0.01)
    assert (await runtime.status()).num_running == 1
    gate.set()
    assert text_of(await task) == "ok"


async def test_a_model_that_does_not_chat_or_embed_says_so() -> None:
    runtime = ScriptedRuntime(info=scripted_info(why_not="It has no weights."))
    with pytest.raises(NotAChatModel, match="no weights"):
        await runtime.start(ASK)
    with pytest.raises(RefusedField):
        await runtime.embed([[1]])
    vectors = (await ScriptedRuntime(embedding_size=3).embed([[1, 2]])).vectors
    assert vectors == ((2.0, 0.0, 0.0),)


async def test_a_factory_records_and_fails_as_told() -> None:
    factory, spec, told = ScriptedRuntimeFactory(), ModelSpec(name="m", path="/m.gguf"), []
    runtime = await factory.load(spec, lambda stage, fraction: told.append((stage, fraction)))
    assert (told, factory.loaded, factory.runtimes) == ([("weights", 0.5), ("weights", 1.0)], [spec], [runtime])
    factory.load_error = EngineFailed("broken")
    with pytest.raises(EngineFailed):
        await factory.load(spec, lambda *_: None)
    assert (await factory.inspect(spec)).name == "scripted"
