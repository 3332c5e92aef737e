"""Writes an encoder of a few kilobytes with random weights, for tests: a model that embeds and cannot chat."""

from pathlib import Path

import gguf
import numpy as np

WORDS = ("hello", "good", "bye", "world", "a", "b", "c", ".", "!", "##s")
SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
EMBD, HEADS, FF, LAYERS, N_CTX_TRAIN = 32, 2, 64, 2, 64


def write_tiny_bert(path: Path) -> Path:
    """Write a model of the architecture `bert` with mean pooling, for texts of 64 tokens at most."""
    writer = gguf.GGUFWriter(str(path), "bert")
    writer.add_name("tiny bert with random weights")
    writer.add_context_length(N_CTX_TRAIN)
    writer.add_embedding_length(EMBD)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FF)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    _write_vocabulary(writer)
    _write_tensors(writer, np.random.default_rng(0))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _tokens() -> list[str]:
    """llama.cpp marks the beginning of a word where BERT marks that a piece goes on."""
    return [*SPECIALS, *(word[2:] if word.startswith("##") else "\u2581" + word for word in WORDS)]


def _write_vocabulary(writer: gguf.GGUFWriter) -> None:
    tokens = _tokens()
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("jina-v1-en")
    writer.add_token_list(tokens)
    writer.add_token_types([3] * len(SPECIALS) + [1] * len(WORDS))
    writer.add_token_type_count(2)
    writer.add_pad_token_id(0)
    writer.add_unk_token_id(1)
    writer.add_bos_token_id(2)
    writer.add_sep_token_id(3)
    writer.add_eos_token_id(3)


def _write_tensors(writer: gguf.GGUFWriter, rng: np.random.Generator) -> None:
    def matrix(name: str, rows: int, cols: int) -> None:
        writer.add_tensor(f"{name}.weight", rng.standard_normal((rows, cols), dtype=np.float32))

    def layer(name: str, rows: int, cols: int) -> None:
        matrix(name, rows, cols)
        writer.add_tensor(f"{name}.bias", np.zeros(rows, np.float32))

    def norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(EMBD, np.float32))
        writer.add_tensor(f"{name}.bias", np.zeros(EMBD, np.float32))

    matrix("token_embd", len(_tokens()), EMBD)
    matrix("token_types", 2, EMBD)
    matrix("position_embd", N_CTX_TRAIN, EMBD)
    norm("token_embd_norm")
    for index in range(LAYERS):
        block = f"blk.{index}."
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            layer(block + part, EMBD, EMBD)
        norm(block + "attn_output_norm")
        layer(block + "ffn_up", FF, EMBD)
        layer(block + "ffn_down", EMBD, FF)
        norm(block + "layer_output_norm")
