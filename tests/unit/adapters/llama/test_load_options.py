"""Each option of /load reaches llama.cpp, or is a warning: what is read back, and what shows."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from flowgen.adapters.llama import backend
from flowgen.domain.errors import (
    ConflictingFields,
    ContextOverflow,
    InvalidField,
    NotAChatModel,
    RefusedField,
    UnknownPlugin,
)
from flowgen.domain.generation import GenerationRequest, PromptSegment, Sampling
from flowgen.testing.runtime_contract import collect, text_of
from support.tiny_runtimes import NANO, Load, WriteModel, make_factory, spec_of

ASK = GenerationRequest(
    prompt=(PromptSegment(text="hello the world"),), sampling=Sampling(temperature=0.0), max_tokens=12, logprobs=0
)


@pytest.mark.parametrize(
    ("options", "effective"),
    [
        ({"n_ctx": 100}, {"n_ctx": 100, "n_cells": 1024, "n_batch": 256, "n_ubatch": 256}),
        ({"n_ctx": 100, "n_cells": 100}, {"n_cells": 256, "n_batch": 100, "n_ubatch": 100}),
        ({"n_ctx": 0}, {"n_ctx": 1024, "n_cells": 8192}),
        ({"n_ctx": 300, "n_cells": 600}, {"n_ctx": 300, "n_cells": 768}),
        ({"n_batch": 17}, {"n_batch": 17, "n_ubatch": 17}),
        ({"n_batch": 3}, {"n_batch": 3, "n_ubatch": 3}),
        ({"n_batch": 64, "n_ubatch": 5}, {"n_batch": 64, "n_ubatch": 5}),
        ({"n_threads": 1, "n_threads_batch": 2}, {"n_threads": 1, "n_threads_batch": 2}),
        ({"rope_freq_base": 123.0}, {"rope_freq_base": 123.0}),
        ({"rope_freq_scale": 0.25}, {"rope_freq_scale": 0.25}),
        ({"pooling_type": 2}, {"pooling_type": 2}),
        ({"flash_attn": True}, {"flash_attn": True}),
        ({"flash_attn": False}, {"flash_attn": False}),
        ({"type_k": "F32", "type_v": 30}, {"type_k": "f32", "type_v": "bf16"}),
        ({"n_seq_max": 3}, {"n_seq_max": 3}),
        ({}, {"op_offload": True, "offload_kqv": True, "rope_scaling_type": -1, "no_perf": False}),
        ({"op_offload": False, "offload_kqv": False}, {"op_offload": False, "offload_kqv": False}),
        ({"swa_full": False, "no_perf": True}, {"swa_full": False, "no_perf": True}),
        ({"rope_scaling_type": 2, "yarn_orig_ctx": 99}, {"rope_scaling_type": 2, "yarn_orig_ctx": 99}),
        ({"yarn_ext_factor": 0.1, "yarn_attn_factor": 1.7}, {"yarn_ext_factor": 0.1, "yarn_attn_factor": 1.7}),
        ({"yarn_beta_fast": 31.3, "yarn_beta_slow": 0.9}, {"yarn_beta_fast": 31.3, "yarn_beta_slow": 0.9}),
        ({"n_seq_max": 256}, {"n_seq_max": 256}),
    ],
)
async def test_parameters_are_read_back(
    load: Load, write_model: WriteModel, options: dict[str, Any], effective: dict[str, Any]
) -> None:
    runtime = await load(write_model(arch="llama"), **options)
    assert {name: runtime.info.effective[name] for name in effective} == effective
    assert (await collect(runtime, ASK))[-1].finish
    await runtime.close()


@pytest.mark.parametrize(
    "options",
    [
        {"rope_freq_base": 10.0},
        {"rope_freq_scale": 0.01},
        {"rope_scaling_type": 2, "yarn_orig_ctx": 16, "rope_freq_scale": 0.1, "yarn_ext_factor": 1.0},
        {"rope_scaling_type": 2, "rope_freq_scale": 0.1, "yarn_attn_factor": 3.0},
        {"type_k": "q4_0"},
        {"kv_overrides": {"llama.rope.freq_base": 10.0}},
    ],
)
async def test_what_changes_the_numbers_shows(load: Load, write_model: WriteModel, options: dict[str, Any]) -> None:
    path = write_model(arch="llama", embd=128, scale=0.02)
    found = []
    for given in ({}, options):
        runtime = await load(path, **given)
        chunks = await collect(runtime, ASK)
        found.append([logprob.chosen.logprob for chunk in chunks for logprob in chunk.logprobs])
        await runtime.close()
    assert found[0] != found[1]


@pytest.mark.parametrize(
    "options", [{"split_mode": 0}, {"split_mode": 3}, {"n_gpu_layers": -1}, {"tensor_split": [1.0]}]
)
async def test_gpu_options_without_a_gpu_are_warnings(
    load: Load, write_model: WriteModel, options: dict[str, Any]
) -> None:
    if backend.supports_gpu_offload():
        pytest.skip("this llama.cpp has a GPU backend")
    runtime = await load(write_model(arch="llama"), n_ctx=256, **options)
    assert runtime.info.warnings == (
        f"options.{next(iter(options))}: this llama.cpp has no GPU backend; the model runs on the CPU.",
    )
    await runtime.close()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_ctx": 5000}, "options.n_ctx: 5000"),
        ({"lora_scale": 2.0}, "options.lora_scale"),
        ({"kv_overrides": {"no.such.key": 1}}, "no.such.key"),
    ],
)
async def test_what_may_surprise_is_a_warning(
    load: Load, write_model: WriteModel, options: dict[str, Any], words: str
) -> None:
    runtime = await load(write_model(arch="llama"), **{"n_ctx": 256} | options)
    assert len(runtime.info.warnings) == 1
    assert words in runtime.info.warnings[0]
    await runtime.close()


async def test_overrides_show_in_the_facts(load: Load, write_model: WriteModel) -> None:
    overrides = {
        "llama.context_length": 77,
        "general.name": "renamed",
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.chat_template": "{{ messages }}",
    }
    runtime = await load(write_model(arch="llama"), n_ctx=0, kv_overrides=overrides)
    assert (runtime.info.n_ctx, runtime.info.facts.name, runtime.info.facts.add_bos) == (77, "renamed", True)
    assert runtime.info.facts.templates == {"default": "{{ messages }}"}
    assert runtime.info.warnings == ()
    await runtime.close()


async def test_a_vocabulary_alone_tokenizes_and_does_not_chat(load: Load, write_model: WriteModel) -> None:
    runtime = await load(write_model(arch="llama"), vocab_only=True)
    assert (await runtime.detokenize(await runtime.tokenize("abc", special=False))) == b"abc"
    with pytest.raises(NotAChatModel, match="vocab_only"):
        await runtime.start(ASK)
    with pytest.raises(RefusedField):
        await runtime.embed([[1]])
    assert (await runtime.status()).is_alive
    await runtime.close()
    assert not (await runtime.status()).is_alive


@pytest.mark.parametrize("arch", ["lfm2", "llama"])
async def test_embedding_models_pool(load: Load, write_model: WriteModel, arch: str) -> None:
    runtime = await load(write_model(arch=arch), embedding=True, pooling_type=1, n_ctx=256, n_ubatch=64, n_batch=32)
    found = await runtime.embed([[1, 2, 3], [4], [1, 2, 3]])
    assert found.num_tokens == 7
    assert [len(vector) for vector in found.vectors] == [64] * 3
    assert found.vectors[0] == pytest.approx(found.vectors[2], abs=1e-5)
    assert found.vectors[0] != found.vectors[1]
    assert len((await runtime.embed([[5] * 64])).vectors) == 1
    with pytest.raises(ContextOverflow):
        await runtime.embed([[5] * 65])
    with pytest.raises(InvalidField):
        await runtime.embed([[99999]])
    with pytest.raises(InvalidField):
        await runtime.embed([[]])
    with pytest.raises(NotAChatModel, match="embedding"):
        await runtime.start(ASK)
    await runtime.close()


async def test_a_model_that_does_not_pool_does_not_embed(load: Load, write_model: WriteModel) -> None:
    runtime = await load(write_model(arch="llama"), embedding=True)
    with pytest.raises(RefusedField, match="pooling_type"):
        await runtime.embed([[1]])
    await runtime.close()


async def test_a_tokenizer_plugin_takes_llama_cpps_place(load: Load, write_model: WriteModel) -> None:
    runtime = await load(write_model(arch="llama"), tokenizer="shout")
    assert await runtime.tokenize("abc", special=False) == [65, 66, 67]
    assert await runtime.detokenize([65]) == b"A"
    await runtime.close()


async def test_an_adapter_changes_the_answer(load: Load, write_model: WriteModel, tmp_path: Path) -> None:
    path, adapter = write_model(arch="llama", scale=0.02), write_adapter(tmp_path / "lora.gguf", "llama")
    texts = []
    for options in ({}, {"lora_path": str(adapter)}, {"lora_path": str(adapter), "lora_scale": 0.0}):
        runtime = await load(path, n_ctx=256, **options)
        texts.append(text_of(await collect(runtime, ASK)))
        await runtime.close()
    assert texts[0] != texts[1]
    assert texts[0] == texts[2]


async def test_an_adapter_of_another_model_is_refused(load: Load, write_model: WriteModel, tmp_path: Path) -> None:
    adapter = write_adapter(tmp_path / "lora.gguf", "qwen2")
    with pytest.raises(InvalidField, match=r"options\.lora_path"):
        await load(write_model(arch="llama"), lora_path=str(adapter))


@pytest.mark.parametrize("arch", ["nano", "lfm2", "llama"])
async def test_drafts_change_no_text(load: Load, write_model: WriteModel, arch: str) -> None:
    path = NANO if arch == "nano" else write_model(arch=arch, scale=0.5)
    text = "<|startoftext|><|im_start|>user\nCount: 1 2 3 4 5 6 7 8 9 10<|im_end|>\n<|im_start|>assistant\n"
    requests = [
        GenerationRequest(prompt=(PromptSegment(text=text),), sampling=sampling, max_tokens=40, logprobs=logprobs)
        for sampling in (Sampling(temperature=0.0), Sampling(temperature=0.0, repeat_penalty=1.3))
        for logprobs in (None, 0)
    ]
    found, expected = [], list[float]()
    for options in ({}, {"draft_model": "lookup"}, {"draft_model": "lookup", "n_ubatch": 3}):
        runtime = await load(path, n_ctx=512, **options)
        answers = [await collect(runtime, request) for request in requests]
        found.append([text_of(chunks) for chunks in answers])
        logprobs = [logprob.chosen.logprob for chunks in answers for chunk in chunks for logprob in chunk.logprobs]
        expected = expected or logprobs
        assert logprobs == pytest.approx(expected, abs=0.2)  # a state gone wrong is off by more
        await runtime.close()
    assert found[0] == found[1] == found[2]


async def test_drafts_of_a_tiny_context(load: Load, write_model: WriteModel) -> None:
    found = []
    for options in ({}, {"draft_model": "lookup"}):
        runtime = await load(write_model(arch="lfm2"), n_ctx=7, **options)
        chunks = await collect(
            runtime, GenerationRequest(prompt=(PromptSegment(text="aa"),), sampling=Sampling(seed=1))
        )
        found.append(text_of(chunks))
        await runtime.close()
    assert found[0] == found[1]


async def test_unknown_drafts_are_refused_by_name() -> None:
    with pytest.raises(UnknownPlugin, match=r"options\.draft_model.*lookup"):
        await make_factory().inspect(spec_of(NANO, draft_model="none"))
    with pytest.raises(InvalidField, match="max_ngram_size"):
        await make_factory().inspect(spec_of(NANO, draft_model={"name": "lookup", "max_ngram_size": 0}))
    with pytest.raises(InvalidField, match="one plugin"):
        await make_factory().inspect(spec_of(NANO, draft_model=["lookup", "lookup"]))
    with pytest.raises(ConflictingFields, match="n_ubatch"):
        await make_factory().inspect(spec_of(NANO, draft_model="lookup", n_batch=2))


async def test_progress_goes_from_nothing_to_all(write_model: WriteModel) -> None:
    told: list[tuple[str, float]] = []
    runtime = await make_factory().load(spec_of(write_model(arch="llama")), lambda *report: told.append(report))
    await runtime.close()
    assert {stage for stage, _ in told} == {"weights"}
    assert told[-1][1] == 1.0
    assert told == sorted(told)


async def test_a_load_that_is_given_up_is_unloaded() -> None:
    def engines() -> int:
        return sum(thread.name == "flowgen-engine" for thread in threading.enumerate())

    before = engines()
    task = asyncio.create_task(make_factory().load(spec_of(NANO), lambda *_: None))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(20):
        await asyncio.sleep(0.3)
        while engines() > before:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("verbose", [False, True])
async def test_llama_cpp_logs_only_if_verbose(
    load: Load, write_model: WriteModel, capfd: pytest.CaptureFixture[str], verbose: bool
) -> None:
    runtime = await load(write_model(arch="llama"), verbose=verbose)
    await collect(runtime, ASK)
    await runtime.close()
    captured = capfd.readouterr()
    assert captured.out == ""
    assert ("llama_context" in captured.err) is verbose
    backend.log.is_verbose = False


def write_adapter(path: Path, arch: str) -> Path:
    """A LoRA adapter of rank 2 for the first layer's attention of a tiny model."""
    writer, rng = gguf.GGUFWriter(str(path), arch), np.random.default_rng(1)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 2.0)

    def matrix(rows: int, cols: int) -> Any:
        return rng.standard_normal((rows, cols)).astype(np.float32)

    for name, rows in {"attn_v": 32, "attn_output": 64}.items():
        writer.add_tensor(f"blk.0.{name}.weight.lora_a", matrix(2, 64))
        writer.add_tensor(f"blk.0.{name}.weight.lora_b", matrix(rows, 2))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
