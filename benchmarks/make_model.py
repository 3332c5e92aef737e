"""Writes a GGUF with random weights in the shape of a known model: the speed of the real one, no meaning.

    python -m benchmarks.make_model lfm2-350m lfm2-350m.gguf [--quant Q4_0] [--template FILE] [--vocabulary GGUF]

About 240 MB for lfm2-350m. Needs gguf and numpy. The vocabulary is made up unless one is given to cut from.
"""

import argparse
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Quant

from benchmarks.shapes import SHAPES, Shape
from benchmarks.vocabulary import BpeVocabulary, cut_from, made_up

TEMPLATE = Path(__file__).parent / "chat_template.jinja"
_CONTEXT = 32768
_NORMAL, _CONTROL = 1, 3
_CONVOLUTION = 3
"""Tokens that a short convolution sees."""


class Weights:
    """Draws tensors and adds them to a file, each matrix quantised as told."""

    def __init__(self, writer: gguf.GGUFWriter, quant: Quant) -> None:
        self._writer = writer
        self._quant = quant
        self._rng = np.random.default_rng(0)

    def matrix(self, name: str, rows: int, columns: int, quant: Quant | None = None, spread: float = 0.02) -> None:
        """Add normal numbers; `spread` is their standard deviation."""
        data = self._rng.standard_normal((rows, columns), dtype=np.float32) * np.float32(spread)
        kind = self._quant if quant is None else quant
        if kind == Quant.F32:
            self._writer.add_tensor(name, data)
        else:
            self._writer.add_tensor(name, gguf.quants.quantize(data, kind), raw_dtype=kind)

    def ones(self, name: str, size: int) -> None:
        """Add the weights of a norm."""
        self._writer.add_tensor(name, np.ones(size, np.float32))

    def zeros(self, name: str, size: int) -> None:
        """Add a bias."""
        self._writer.add_tensor(name, np.zeros(size, np.float32))


def write_model(path: Path, name: str, quant: Quant, template: str, vocabulary: BpeVocabulary) -> None:
    """Write a model of the shape `name`, the same every time."""
    shape = SHAPES[name]
    writer = gguf.GGUFWriter(str(path), shape.architecture)
    writer.add_name(f"{name} with random weights")
    _add_shape(writer, shape)
    _add_vocabulary(writer, vocabulary, template)
    _add_weights(Weights(writer, quant), shape)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_shape(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(shape.embedding)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_rope_dimension_count(shape.head)
    writer.add_vocab_size(shape.vocabulary)
    if shape.attention is None:
        writer.add_head_count_kv(shape.kv_heads)
        return
    writer.add_head_count_kv([shape.kv_heads if layer in shape.attention else 0 for layer in range(shape.layers)])
    writer.add_shortconv_l_cache(_CONVOLUTION)


def _add_vocabulary(writer: gguf.GGUFWriter, vocabulary: BpeVocabulary, template: str) -> None:
    num_normal = len(vocabulary.tokens) - vocabulary.num_special
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types([_NORMAL] * num_normal + [_CONTROL] * vocabulary.num_special)
    writer.add_token_merges(vocabulary.merges)
    writer.add_bos_token_id(vocabulary.tokens.index("<|startoftext|>"))
    writer.add_eos_token_id(vocabulary.tokens.index("<|im_end|>"))
    writer.add_pad_token_id(vocabulary.tokens.index("<|pad|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(template)


def _add_weights(weights: Weights, shape: Shape) -> None:
    weights.matrix("token_embd.weight", shape.vocabulary, shape.embedding, Quant.Q8_0, 0.05)
    weights.ones("output_norm.weight" if shape.attention is None else "token_embd_norm.weight", shape.embedding)
    for layer in range(shape.layers):
        prefix = f"blk.{layer}."
        weights.ones(prefix + "attn_norm.weight", shape.embedding)
        weights.ones(prefix + "ffn_norm.weight", shape.embedding)
        weights.matrix(prefix + "ffn_gate.weight", shape.feed_forward, shape.embedding)
        weights.matrix(prefix + "ffn_up.weight", shape.feed_forward, shape.embedding)
        weights.matrix(prefix + "ffn_down.weight", shape.embedding, shape.feed_forward)
        if shape.attention is None or layer in shape.attention:
            _add_attention(weights, shape, prefix)
        else:
            _add_convolution(weights, shape, prefix)


def _add_attention(weights: Weights, shape: Shape, prefix: str) -> None:
    kv_size = shape.kv_heads * shape.head
    if shape.attention is not None:
        weights.ones(prefix + "attn_q_norm.weight", shape.head)
        weights.ones(prefix + "attn_k_norm.weight", shape.head)
    weights.matrix(prefix + "attn_q.weight", shape.embedding, shape.embedding)
    weights.matrix(prefix + "attn_k.weight", kv_size, shape.embedding)
    weights.matrix(prefix + "attn_v.weight", kv_size, shape.embedding)
    weights.matrix(prefix + "attn_output.weight", shape.embedding, shape.embedding)
    if shape.architecture == "qwen2":
        for which, size in (("q", shape.embedding), ("k", kv_size), ("v", kv_size)):
            weights.zeros(f"{prefix}attn_{which}.bias", size)


def _add_convolution(weights: Weights, shape: Shape, prefix: str) -> None:
    weights.matrix(prefix + "shortconv.conv.weight", shape.embedding, _CONVOLUTION, Quant.F32, 0.3)
    weights.matrix(prefix + "shortconv.in_proj.weight", 3 * shape.embedding, shape.embedding)
    weights.matrix(prefix + "shortconv.out_proj.weight", shape.embedding, shape.embedding)


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("out", type=Path)
    parser.add_argument("--quant", default="Q4_0", choices=[kind.name for kind in Quant])
    parser.add_argument("--template", type=Path, default=TEMPLATE)
    parser.add_argument("--vocabulary", type=Path, metavar="GGUF", help="cut from this file's (default: made up)")
    arguments = parser.parse_args()
    size = SHAPES[arguments.shape].vocabulary
    vocabulary = cut_from(arguments.vocabulary, size) if arguments.vocabulary else made_up(size)
    write_model(arguments.out, arguments.shape, Quant[arguments.quant], arguments.template.read_text(), vocabulary)


if __name__ == "__main__":
    main()
