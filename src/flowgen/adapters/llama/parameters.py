"""Turns /load's options into llama.cpp's parameters and checks those that need a look at the machine.

Knows names and numbers of llama.h and ggml.h; refuses to know pointers.
"""

from collections.abc import Sequence
from typing import Any

from flowgen.adapters.llama.cores import usable_cores
from flowgen.adapters.llama.drafting import MAX_DRAFTS
from flowgen.domain.errors import ConflictingFields, InvalidField
from flowgen.domain.options import LoadOptions
from flowgen.domain.values import Value

KV_TYPES = {"f32": 0, "f16": 1, "bf16": 30, "q8_0": 8, "q4_0": 2, "q4_1": 3, "iq4_nl": 20, "q5_0": 6, "q5_1": 7}
"""The types that llama.cpp's command line allows for the KV cache, with ggml's numbers."""
_F16 = KV_TYPES["f16"]
_LOAD_MODES = {(False, False): 0, (True, False): 1, (False, True): 2, (True, True): 3}
_ALL_LAYERS = 2**31 - 1
_CELLS_MULTIPLE = 256
"""llama_context pads n_ctx to it; also the most sequences that there are."""
_SAME_NAMES = (
    "rope_scaling_type", "pooling_type", "rope_freq_base", "rope_freq_scale", "yarn_ext_factor", "yarn_attn_factor",
    "yarn_beta_fast", "yarn_beta_slow", "yarn_orig_ctx", "offload_kqv", "no_perf", "op_offload", "swa_full",
)  # fmt: skip
"""Options that llama_context_params has under the same name; None leaves llama.cpp's default."""
_OVERRIDE_BYTES = 128
"""The size of a key or a text in llama_model_kv_override, its closing zero included."""

_OVERRIDE_RANGES = {".block_count": (1, 512), ".expert_count": (0, 512), "_epsilon": (0, 1)}
_OVERRIDE_WORDS = {".rope.scaling.type": ("none", "linear", "yarn", "longrope"), "tokenizer.ggml.model": ()}
"""What llama.cpp asserts of some keys, by their ends, instead of refusing it: others would end the process."""


def check_options(options: LoadOptions, *, max_devices: int, templates: Sequence[str]) -> None:
    """Raise InvalidField or ConflictingFields for values that the option table cannot judge."""
    kv_type(options.type_k, "options.type_k")
    kv_type(options.type_v, "options.type_v")
    _check_flash_attention(options)
    _check_overrides(options)
    _check_gguf(options.lora_path, "options.lora_path")
    if options.tensor_split and len(options.tensor_split) > max_devices:
        raise InvalidField("options.tensor_split", options.tensor_split, f"at most {max_devices} numbers")
    if options.chat_format is not None and options.chat_format not in templates:
        raise InvalidField("options.chat_format", options.chat_format, ", ".join(templates))
    if options.n_cells is not None and options.n_cells < options.n_ctx:
        raise InvalidField("options.n_cells", options.n_cells, f"at least n_ctx, which is {options.n_ctx}")


def kv_type(value: str | int | None, field: str) -> int:
    """ggml's number of a KV cache type that is given by name, in any case, or by number; f16 for None."""
    number = KV_TYPES.get(value.lower()) if isinstance(value, str) else value
    if value is None:
        return _F16
    if number not in KV_TYPES.values() or isinstance(value, bool):
        raise InvalidField(field, value, " or ".join(f"{name} ({number})" for name, number in KV_TYPES.items()))
    return int(number or 0)


def kv_type_name(number: int) -> str:
    return next(name for name, known in KV_TYPES.items() if known == number)


def numa_policy(numa: bool | int) -> int:
    """ggml's strategy: true distributes."""
    return int(numa)


def model_fields(options: LoadOptions, *, has_gpu: bool) -> dict[str, Any]:
    """llama_model_params by name. Without a GPU there is nothing to split, and some ways to split are an error."""
    return {
        "n_gpu_layers": _ALL_LAYERS if options.n_gpu_layers == -1 else min(options.n_gpu_layers, _ALL_LAYERS),
        "split_mode": options.split_mode if has_gpu else LoadOptions().split_mode,
        "main_gpu": options.main_gpu,
        "vocab_only": options.vocab_only,
        "load_mode": _LOAD_MODES[options.use_mmap, options.use_mlock],
    }


class Sizes(Value, frozen=True):
    """Lengths in tokens: `n_ctx` of one chat, `n_cells` of the cells that all share, `n_batch` of the most that one
    decode call is given, `n_ubatch` of what is computed at once. `num_sequences` are llama.cpp's sequence ids."""

    n_ctx: int
    n_cells: int
    num_sequences: int
    n_batch: int
    n_ubatch: int


_LEAST_CELLS = 8192
_CHATS_OF_CELLS = 4
_MOST_SEQUENCES = 256
_SPARE_SEQUENCES = 16
_SPARE_STATES = 4
"""Sequence ids for prompts that are kept: a recurrent state's memory is taken for each, whether it is used or not."""


def sizes_of(options: LoadOptions, n_ctx_train: int, *, has_state: bool, n_cells: int | None = None) -> Sizes:
    """The sizes that the options mean; `n_cells` is what memory allowed, where less. Raises InvalidField where the
    cells are fewer than one chat needs."""
    n_ctx = options.n_ctx or n_ctx_train
    shared = min(max(_CHATS_OF_CELLS * n_ctx, _LEAST_CELLS), n_ctx * options.n_seq_max)
    if options.embedding:
        shared = n_ctx
    n_cells = options.n_cells or n_cells or shared
    if n_cells < n_ctx:
        raise InvalidField("options.n_cells", n_cells, f"at least n_ctx, which is {n_ctx} here")
    spare = _SPARE_STATES if has_state else _SPARE_SEQUENCES
    n_batch = min(options.n_batch, n_cells)
    return Sizes(
        n_ctx=n_ctx,
        n_cells=n_cells,
        # vectors are computed one by one, and llama.cpp aborts where it is to pool many sequences of a small model
        num_sequences=1 if options.embedding else min(_MOST_SEQUENCES, options.n_seq_max + spare),
        n_batch=n_batch,
        n_ubatch=min(options.n_ubatch, n_batch),
    )


def num_drafts(options: LoadOptions, sizes: Sizes) -> int:
    """The most guesses of one step, 0 without a draft model. Raises ConflictingFields where a pass is too small.

    llama.cpp keeps a hybrid sequence's last n_rs_seq + 1 tokens in one pass, and aborts where that leaves no room.
    """
    if options.draft_model is None:
        return 0
    most = min(MAX_DRAFTS, sizes.n_ubatch - 2)
    if most < 1:
        raise ConflictingFields(
            "options.draft_model", "options.n_ubatch", "drafts are verified in passes of 3 tokens or more"
        )
    return most


def padded_cells(n_cells: int) -> int:
    """The cells that llama.cpp makes of so many: it rounds up, and aborts for fewer than there are sequences."""
    return -(-n_cells // _CELLS_MULTIPLE) * _CELLS_MULTIPLE


def context_fields(options: LoadOptions, sizes: Sizes, *, embeds: bool) -> dict[str, Any]:
    """llama_context_params by name, for a context whose cells all sequences share.

    llama.cpp pools an embedding in one pass, so an embedding context computes a whole batch at once. It aborts the
    process where a batch is smaller than the number of sequences: so the context's is not, and pieces are cut smaller.
    """
    cores = usable_cores()
    drafts = num_drafts(options, sizes)
    n_batch = max(min(options.n_ubatch, sizes.n_cells) if embeds else 1, sizes.n_batch, sizes.num_sequences)
    fields = {
        "n_ctx": padded_cells(sizes.n_cells),
        "n_batch": n_batch,
        "n_ubatch": n_batch if embeds else sizes.n_ubatch,
        "n_seq_max": sizes.num_sequences,
        "n_rs_seq": drafts,
        "n_outputs_max_per_seq": 0 if options.logits_all or drafts else 1,
        "n_threads": options.n_threads or cores,
        "n_threads_batch": options.n_threads_batch or cores,
        "flash_attn_type": -1 if options.flash_attn is None else int(options.flash_attn),
        "type_k": kv_type(options.type_k, "options.type_k"),
        "type_v": kv_type(options.type_v, "options.type_v"),
        "embeddings": embeds,
        "kv_unified": True,
    }
    given = {name: getattr(options, name) for name in _SAME_NAMES}
    return fields | {name: value for name, value in given.items() if value is not None}


def _check_flash_attention(options: LoadOptions) -> None:
    is_quantised = kv_type(options.type_v, "options.type_v") not in (0, _F16, KV_TYPES["bf16"])
    if options.flash_attn is False and is_quantised:
        raise ConflictingFields(
            "options.flash_attn", "options.type_v", "llama.cpp needs flash attention for a quantised V cache"
        )


def _check_overrides(options: LoadOptions) -> None:
    for key, value in (options.kv_overrides or {}).items():
        field = f"options.kv_overrides.{key}"
        if not 0 < len(key.encode()) < _OVERRIDE_BYTES:
            raise InvalidField(field, key, f"a key of 1 to {_OVERRIDE_BYTES - 1} bytes")
        if isinstance(value, str) and len(value.encode("utf-8", "replace")) >= _OVERRIDE_BYTES:
            raise InvalidField(field, value, f"a text of at most {_OVERRIDE_BYTES - 1} bytes")
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise InvalidField(field, value, "an integer of 64 bits")
        _check_asserted(key, value, field)


def _check_asserted(key: str, value: bool | int | float | str, field: str) -> None:
    for ending, (least, most) in _OVERRIDE_RANGES.items():
        if key.endswith(ending) and isinstance(value, int | float) and not least <= value <= most:
            raise InvalidField(field, value, f"a number from {least} to {most}")
    for ending, words in _OVERRIDE_WORDS.items():
        if key.endswith(ending) and isinstance(value, str) and value not in words:
            raise InvalidField(field, value, " or ".join(words) or "none: the file's vocabulary fits no other")
    if key.endswith(".rope.dimension_count") and isinstance(value, int) and (value < 0 or value % 2):
        raise InvalidField(field, value, "an even number from 0")


def _check_gguf(path: str | None, field: str) -> None:
    if path is None:
        return
    try:
        with open(path, "rb") as file:
            magic = file.read(4)
    except (OSError, ValueError):
        raise InvalidField(field, path, "the path of a file that can be read") from None
    if magic != b"GGUF":
        raise InvalidField(field, path, "the path of a GGUF file")
