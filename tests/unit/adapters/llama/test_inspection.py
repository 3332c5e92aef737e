"""What is found out about a file before it is loaded: every error that can be known, and the memory it needs."""

import asyncio
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from flowgen.adapters.llama import backend, model_files, reports
from flowgen.adapters.llama.factory import LlamaRuntimeFactory
from flowgen.domain.errors import (
    ConflictingFields,
    FlowGenError,
    InvalidField,
    InvalidModelFile,
    ModelFileNotFound,
    OutOfMemory,
    RefusedField,
    UnknownPlugin,
)
from support.tiny_runtimes import NANO, Load, WriteModel, make_factory, spec_of

GIB = 1024**3


async def test_facts_come_from_the_file(factory: LlamaRuntimeFactory) -> None:
    facts = await factory.inspect(spec_of(NANO))
    assert facts.architecture == "lfm2"
    assert facts.eos_token in facts.control_tokens
    assert facts.templates["default"]
    assert facts.size == NANO.stat().st_size
    assert facts.num_parameters > 1_000_000
    assert facts.n_ctx_train > 0
    assert facts.metadata["general.architecture"] == "lfm2"
    assert facts.needed > 0


async def test_a_missing_file_and_a_folder_are_not_found(factory: LlamaRuntimeFactory, tmp_path: Path) -> None:
    for path in (tmp_path / "none.gguf", tmp_path, Path("/\0.gguf")):
        with pytest.raises(ModelFileNotFound, match=r"\.gguf|test_"):
            await factory.inspect(spec_of(path))


async def test_a_file_that_is_no_gguf_is_said_to_be_none(factory: LlamaRuntimeFactory, tmp_path: Path) -> None:
    for name, data in {"empty": b"", "text": b"hello, this is text", "pickle": b"\x80\x04"}.items():
        path = tmp_path / f"{name}.gguf"
        path.write_bytes(data)
        with pytest.raises(InvalidModelFile, match="no GGUF"):
            await factory.inspect(spec_of(path))


@pytest.mark.parametrize("share", [0.001, 0.01, 0.5, 0.999])
async def test_a_truncated_file_is_found(
    factory: LlamaRuntimeFactory, write_model: WriteModel, tmp_path: Path, share: float
) -> None:
    data = write_model(arch="lfm2").read_bytes()
    path = tmp_path / "cut.gguf"
    path.write_bytes(data[: max(8, int(len(data) * share))])
    with pytest.raises(InvalidModelFile, match=r"(?s)truncated.*llama.cpp says:\n.+"):
        await factory.inspect(spec_of(path))


async def test_an_unknown_architecture_is_named(
    factory: LlamaRuntimeFactory, write_model: WriteModel, tmp_path: Path
) -> None:
    data = write_model(arch="llama").read_bytes()
    path = tmp_path / "unknown.gguf"
    path.write_bytes(data.replace(b"llama", b"lleme"))
    with pytest.raises(InvalidModelFile, match=r"(?s)architecture that this llama.cpp does not know.*lleme"):
        await factory.inspect(spec_of(path))


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"type_k": "f8"}, InvalidField, "q8_0"),
        ({"type_k": 12}, InvalidField, "options.type_k"),
        ({"type_v": "q8_0", "flash_attn": False}, ConflictingFields, "flash_attn"),
        ({"lora_path": "/none/lora.gguf"}, InvalidField, "options.lora_path"),
        ({"chat_format": "chatty"}, InvalidField, "chatml"),
        ({"tensor_split": [1.0] * 99}, InvalidField, "options.tensor_split"),
        ({"tokenizer": "none"}, UnknownPlugin, "shout"),
        ({"tokenizer": {"name": "shout", "volume": 3}}, InvalidField, "volume"),
        ({"kv_overrides": {"general.name": "x" * 128}}, InvalidField, "127 bytes"),
        ({"kv_overrides": {"k" * 128: 1}}, InvalidField, "127 bytes"),
        ({"kv_overrides": {"llama.block_count": "3"}}, InvalidField, "expected int but got str"),
        ({"kv_overrides": {"llama.block_count": -1}}, InvalidField, "from 1 to 512"),
        ({"kv_overrides": {"llama.block_count": 10**9}}, InvalidField, "from 1 to 512"),
        ({"kv_overrides": {"llama.attention.layer_norm_rms_epsilon": -1.0}}, InvalidField, "from 0 to 1"),
        ({"kv_overrides": {"llama.rope.dimension_count": 3}}, InvalidField, "even"),
        ({"kv_overrides": {"llama.rope.scaling.type": "zzz"}}, InvalidField, "longrope"),
        ({"kv_overrides": {"tokenizer.ggml.model": "none"}}, InvalidField, "fits no other"),
        ({"n_cells": 100, "n_ctx": 200}, InvalidField, "options.n_cells"),
        ({"n_cells": 100, "n_ctx": 0}, InvalidField, "options.n_cells"),
        ({"type_k": "q8_0"}, RefusedField, "llama.cpp cannot make"),  # heads of 16 values, blocks of 32
    ],
)
async def test_options_are_checked(
    factory: LlamaRuntimeFactory,
    write_model: WriteModel,
    options: dict[str, Any],
    error: type[FlowGenError],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        await factory.inspect(spec_of(write_model(arch="llama"), **options))


@pytest.mark.parametrize("value", ["f16", "F16", "BF16", "f32", "q8_0", "Q4_0", "iq4_nl", 1, 8, None])
async def test_cache_types_are_taken_by_name_and_number(factory: LlamaRuntimeFactory, value: str | int | None) -> None:
    assert (await factory.inspect(spec_of(NANO, type_k=value, type_v=value))).needed > 0


@pytest.mark.parametrize("field", ["n_ctx", "n_cells"])
async def test_a_giant_context_is_out_of_memory_at_once(factory: LlamaRuntimeFactory, field: str) -> None:
    began = time.monotonic()
    with pytest.raises(OutOfMemory, match="KV cells") as caught:
        await factory.inspect(spec_of(NANO, **{field: 2**31 - 1}))
    assert caught.value.needed > 100 * GIB > caught.value.free
    assert time.monotonic() - began < 10


async def test_giant_batches_are_cut_to_the_context(factory: LlamaRuntimeFactory) -> None:
    facts = await factory.inspect(spec_of(NANO, n_batch=2**31 - 1, n_ubatch=2**31 - 1, n_ctx=64))
    assert facts.needed < GIB


async def test_what_is_reclaimable_counts_as_free(write_model: WriteModel) -> None:
    path, factory = write_model(arch="lfm2"), make_factory(find_free=lambda: 1000)
    with pytest.raises(OutOfMemory) as caught:
        await factory.inspect(spec_of(path))
    facts = await factory.inspect(spec_of(path), reclaimable=caught.value.needed - 1000)
    assert facts.needed == caught.value.needed


async def test_weights_count_unless_they_are_mapped(write_model: WriteModel) -> None:
    path, factory = write_model(arch="lfm2"), make_factory(find_free=lambda: GIB)
    mapped, read = [await factory.inspect(spec_of(path, use_mmap=use_mmap)) for use_mmap in (True, False)]
    assert read.needed - mapped.needed == pytest.approx(path.stat().st_size, rel=0.05)


async def test_mapped_weights_that_exceed_what_is_free_are_a_warning(write_model: WriteModel) -> None:
    spec = spec_of(write_model(arch="llama", ff=4096), n_ctx=64, n_batch=8)
    needed = (await make_factory(find_free=lambda: GIB).inspect(spec)).needed
    facts = await make_factory(find_free=lambda: needed).inspect(spec)
    assert "exceed the free memory" in facts.warnings[0]
    assert (await make_factory(find_free=lambda: GIB).inspect(spec)).warnings == ()


@pytest.mark.parametrize("arch", ["lfm2", "llama"])
@pytest.mark.parametrize("n_cells", [256, 4096, 400_000])
async def test_the_estimate_is_what_llama_cpp_then_takes(
    load: Load, write_model: WriteModel, arch: str, n_cells: int
) -> None:
    path, options = write_model(arch=arch), {"n_ctx": n_cells, "n_cells": n_cells}
    outline = model_files.open_outline(str(path), spec_of(path, **options).options)
    asked = spec_of(path, **options).options
    need = model_files.measure(outline, asked, model_files.sizes(asked, outline))
    outline.close()
    runtime = await load(path, **options)
    taken = reports.buffer_sizes(backend.log.lines())
    await runtime.close()
    assert need.recurrent == taken.recurrent
    assert need.kv_cells == pytest.approx(taken.kv_cells + 48 * n_cells, rel=0.02, abs=20_000)
    assert need.compute == pytest.approx(taken.compute, rel=0.05, abs=20_000)


async def test_inspections_and_loads_may_come_at_once(factory: LlamaRuntimeFactory, write_model: WriteModel) -> None:
    specs = [spec_of(write_model(arch=arch)) for arch in ("lfm2", "llama")] * 3
    facts = await asyncio.gather(*(factory.inspect(spec) for spec in specs))
    assert [fact.architecture for fact in facts] == ["lfm2", "llama"] * 3


async def test_parameters_of_plugins_may_be_any_json(factory: LlamaRuntimeFactory) -> None:
    defaults = {"stopping_criteria": {"name": "after", "count": 10**30}}
    spec = msgspec.structs.replace(spec_of(NANO), chat_defaults=defaults)
    assert (await factory.inspect(spec)).architecture == "lfm2"
