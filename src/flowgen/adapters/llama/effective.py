"""Says what became of /load's options: the parameters in force and what people should be warned of.

Knows options and llama.cpp's log lines; refuses to know pointers.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from flowgen.adapters.llama import reports
from flowgen.adapters.llama.parameters import Sizes, kv_type, kv_type_name
from flowgen.domain.options import LoadOptions
from flowgen.domain.values import JsonObject

_READ_BACK = ("n_batch", "n_ubatch", "n_threads", "n_threads_batch", "pooling_type")
_GIVEN = (
    "rope_scaling_type", "yarn_ext_factor", "yarn_attn_factor", "yarn_beta_fast", "yarn_beta_slow", "yarn_orig_ctx",
    "offload_kqv", "op_offload", "swa_full", "no_perf",
)  # fmt: skip
_NUMBERS = {"freq_base": "rope_freq_base", "freq_scale": "rope_freq_scale"}
_GIB = 1024**3


class ContextParameters(Protocol):
    """The part of `backend.Context` that tells its parameters."""

    def number(self, what: str) -> int: ...
    def given(self, name: str) -> int | float | bool: ...


def effective_parameters(
    options: LoadOptions, sizes: Sizes, numa: int, lines: Sequence[str], context: ContextParameters | None
) -> JsonObject:
    """The options with what llama.cpp read back, or was given, in their place; no context for a vocabulary alone."""
    values: JsonObject = msgspec.structs.asdict(options) | {"n_ctx": sizes.n_ctx, "numa": numa}
    for name in ("type_k", "type_v"):
        values[name] = kv_type_name(kv_type(values[name], f"options.{name}"))
    if context is None:
        return values
    values |= {name: context.number(name) for name in _READ_BACK} | {"n_cells": context.number("n_ctx")}
    values |= {name: context.given(name) for name in _GIVEN}
    if not options.embedding:
        values["n_batch"] = sizes.n_batch  # the context's own is never below its number of sequences
    printed = reports.parameters(lines)
    values |= {ours: float(printed[theirs]) for theirs, ours in _NUMBERS.items() if theirs in printed}
    values |= {name: printed[name] for name in ("type_k", "type_v") if name in printed}
    if "flash_attn" in printed:
        values["flash_attn"] = printed["flash_attn"] == "enabled"
    return values


def load_warnings(
    options: LoadOptions, sizes: Sizes, n_ctx_train: int, numa: int, lines: Sequence[str], *, has_gpu: bool
) -> tuple[str, ...]:
    """What was not done as asked, or may surprise."""
    warnings = [] if has_gpu else _gpu_warnings(options)
    n_ctx = sizes.n_ctx
    if n_ctx > n_ctx_train > 0:
        warnings.append(f"options.n_ctx: {n_ctx} is more than the {n_ctx_train} tokens that the model was trained on.")
    if options.n_ctx > n_ctx:
        warnings.append(
            f"options.n_ctx: {options.n_ctx} is more than the {n_ctx} positions that the model has learned; there "
            f"are none beyond them, so its context is {n_ctx}."
        )
    if options.use_mlock and any("mlock" in line and "fail" in line.lower() for line in lines):
        warnings.append("options.use_mlock: the system does not allow it; see ulimit -l.")
    for key in sorted(set(options.kv_overrides or ()) - reports.used_overrides(lines)):
        if not key.startswith("tokenizer.chat_template"):  # read by FlowGen, not by llama.cpp
            warnings.append(f"options.kv_overrides.{key}: llama.cpp did not ask for this key.")
    if options.lora_path is None and options.lora_scale != LoadOptions().lora_scale:
        warnings.append("options.lora_scale: it scales nothing without lora_path.")
    if options.numa and int(options.numa) != numa:
        warnings.append(f"options.numa: the process's first policy stays in force, which is {numa}.")
    return tuple(warnings)


def memory_warnings(num_weight_bytes: int, free: int) -> tuple[str, ...]:
    """A warning where the mapped weights do not fit into memory and will be read again and again."""
    if num_weight_bytes <= free:
        return ()
    return (
        f"The weights ({num_weight_bytes / _GIB:.1f} GiB) exceed the free memory ({free / _GIB:.1f} GiB): "
        "they are mapped, and every token will read from the disk.",
    )


def cell_warnings(wanted: int, given: int) -> tuple[str, ...]:
    """A warning where memory allows fewer cells than there would be."""
    if given >= wanted:
        return ()
    return (f"options.n_cells: memory allows {given} KV cells in the place of {wanted}; fewer chats run at once.",)


def _gpu_warnings(options: LoadOptions) -> list[str]:
    neutral = LoadOptions()
    names = ("n_gpu_layers", "main_gpu", "split_mode", "tensor_split")
    return [
        f"options.{name}: this llama.cpp has no GPU backend; the model runs on the CPU."
        for name in names
        if getattr(options, name) != getattr(neutral, name)
    ]
