"""Writes GGUF models of a few hundred kilobytes with random weights, for tests: real shapes, no meaning.

Two architectures: `lfm2` (short convolutions and attention: a hybrid) and `llama` (attention only). The vocabulary is
byte-level: 256 single bytes, some merged words, and control tokens at its end.
"""

from pathlib import Path
from typing import Any

import gguf
import numpy as np

SPECIALS = (
    "<|pad|>",
    "<|startoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|tool_call_start|>",
    "<|tool_call_end|>",
)
MERGES = ("t h", "th e", "i n", "e r", "a n", "an d", "Ġ t", "Ġt h", "Ġth e", "o n")
TEMPLATE = (
    "{%- for m in messages -%}{{- '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' -}}"
    "{%- endfor -%}{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"
)


def byte_letters() -> list[str]:
    """GPT-2's printable letter for each byte, in the order of the bytes."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


def write_tiny_gguf(path: Path, *, arch: str = "lfm2", seed: int = 0, **overrides: Any) -> Path:
    """Write a model. `overrides`: embd, layers, heads, kv, ff, attn (attention layers), add_bos, n_ctx_train,
    template, scale (standard deviation of the output embedding: larger is surer)."""
    shape: dict[str, Any] = {
        "embd": 64, "layers": 3, "heads": 4, "kv": 2, "ff": 128, "attn": [1], "add_bos": False,
        "n_ctx_train": 1024, "template": TEMPLATE, "scale": 0.5,
    } | overrides  # fmt: skip
    writer = gguf.GGUFWriter(str(path), arch)
    _write_metadata(writer, arch, shape)
    write_vocabulary(writer, shape)
    _write_tensors(writer, arch, shape, np.random.default_rng(seed))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def vocabulary() -> list[str]:
    """The texts of all tokens, by id."""
    return [*byte_letters(), *(merge.replace(" ", "") for merge in MERGES), *SPECIALS]


def _write_metadata(writer: gguf.GGUFWriter, arch: str, shape: dict[str, Any]) -> None:
    hybrid, layers = arch == "lfm2", range(shape["layers"])
    writer.add_name(f"tiny {arch} with random weights")
    writer.add_context_length(shape["n_ctx_train"])
    writer.add_embedding_length(shape["embd"])
    writer.add_block_count(shape["layers"])
    writer.add_feed_forward_length(shape["ff"])
    writer.add_head_count(shape["heads"])
    writer.add_head_count_kv([shape["kv"] if i in shape["attn"] else 0 for i in layers] if hybrid else shape["kv"])
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(shape["embd"] // shape["heads"])
    writer.add_vocab_size(len(vocabulary()))
    if hybrid:
        writer.add_shortconv_l_cache(3)


def write_vocabulary(writer: gguf.GGUFWriter, shape: dict[str, Any]) -> None:
    """Write the tokens, and what `shape` says of BOS and the template."""
    tokens = vocabulary()
    normal = len(tokens) - len(SPECIALS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * normal + [3] * len(SPECIALS))
    writer.add_token_merges(list(MERGES))
    writer.add_bos_token_id(tokens.index("<|startoftext|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_pad_token_id(tokens.index("<|pad|>"))
    writer.add_add_bos_token(shape["add_bos"])
    if shape["template"]:
        writer.add_chat_template(shape["template"])


def _write_tensors(writer: gguf.GGUFWriter, arch: str, shape: dict[str, Any], rng: np.random.Generator) -> None:
    embd, ff, hybrid = shape["embd"], shape["ff"], arch == "lfm2"

    def matrix(name: str, rows: int, cols: int, std: float = 0.1) -> None:
        writer.add_tensor(name, rng.standard_normal((rows, cols), dtype=np.float32) * np.float32(std))

    def ones(name: str, size: int) -> None:
        writer.add_tensor(name, np.ones(size, np.float32))

    matrix("token_embd.weight", len(vocabulary()), embd, shape["scale"])
    ones("token_embd_norm.weight" if hybrid else "output_norm.weight", embd)
    for layer in range(shape["layers"]):
        block = f"blk.{layer}."
        ones(block + "attn_norm.weight", embd)
        ones(block + "ffn_norm.weight", embd)
        matrix(block + "ffn_gate.weight", ff, embd)
        matrix(block + "ffn_up.weight", ff, embd)
        matrix(block + "ffn_down.weight", embd, ff)
        if hybrid and layer not in shape["attn"]:
            matrix(block + "shortconv.conv.weight", embd, 3, 0.3)
            matrix(block + "shortconv.in_proj.weight", 3 * embd, embd)
            matrix(block + "shortconv.out_proj.weight", embd, embd)
        else:
            _write_attention(matrix, ones, block, shape, hybrid)


def _write_attention(matrix: Any, ones: Any, block: str, shape: dict[str, Any], hybrid: bool) -> None:
    embd, head = shape["embd"], shape["embd"] // shape["heads"]
    kv = shape["kv"] * head
    if hybrid:
        ones(block + "attn_q_norm.weight", head)
        ones(block + "attn_k_norm.weight", head)
    matrix(block + "attn_q.weight", embd, embd)
    matrix(block + "attn_k.weight", kv, embd)
    matrix(block + "attn_v.weight", kv, embd)
    matrix(block + "attn_output.weight", embd, embd)
