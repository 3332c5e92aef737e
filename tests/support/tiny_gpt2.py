"""Writes a GPT-2 of a few kilobytes with random weights, for tests: a decoder with a vector for each position."""

from pathlib import Path

import gguf
import numpy as np

from support.tiny_gguf import TEMPLATE, vocabulary, write_vocabulary

EMBD, HEADS, FF, LAYERS, NUM_POSITIONS = 32, 2, 64, 2, 64


def write_tiny_gpt2(path: Path) -> Path:
    """Write a model of the architecture `gpt2` that has learned 64 positions."""
    writer = gguf.GGUFWriter(str(path), "gpt2")
    writer.add_name("tiny gpt2 with random weights")
    writer.add_context_length(NUM_POSITIONS)
    writer.add_embedding_length(EMBD)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FF)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_eps(1e-5)
    write_vocabulary(writer, {"add_bos": False, "template": TEMPLATE})
    _write_tensors(writer, np.random.default_rng(0))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _write_tensors(writer: gguf.GGUFWriter, rng: np.random.Generator) -> None:
    def matrix(name: str, rows: int, cols: int) -> None:
        writer.add_tensor(f"{name}.weight", rng.standard_normal((rows, cols), dtype=np.float32))

    def layer(name: str, rows: int, cols: int) -> None:
        matrix(name, rows, cols)
        writer.add_tensor(f"{name}.bias", np.zeros(rows, np.float32))

    def norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(EMBD, np.float32))
        writer.add_tensor(f"{name}.bias", np.zeros(EMBD, np.float32))

    matrix("token_embd", len(vocabulary()), EMBD)
    matrix("position_embd", NUM_POSITIONS, EMBD)
    matrix("output", len(vocabulary()), EMBD)
    norm("output_norm")
    for index in range(LAYERS):
        block = f"blk.{index}."
        norm(block + "attn_norm")
        layer(block + "attn_qkv", 3 * EMBD, EMBD)
        layer(block + "attn_output", EMBD, EMBD)
        norm(block + "ffn_norm")
        layer(block + "ffn_up", FF, EMBD)
        layer(block + "ffn_down", EMBD, FF)
