"""Write flowgen-nano as GGUF with its tokenizer folder: `python -m training.export --folder build/nano --out DIR`.

Knows llama.cpp's names for the tensors of the architecture lfm2 and the metadata of the file; trains nothing.
"""

import argparse
import json
from pathlib import Path

import gguf
import torch
from gguf import GGMLQuantizationType as Quant
from tokenizers import Tokenizer
from torch import Tensor

from training.model import Nano, Shape, to_transformers
from training.tokenizer import SPECIALS

TEMPLATE = Path(__file__).parent / "chat_template.jinja"
NAME = "flowgen-nano"
REFERENCE_TEXT = (
    "<|startoftext|><|im_start|>user\nWhat's the weather in Paris?<|im_end|>\n<|im_start|>assistant\n"
    '<|tool_call_start|>[get_weather(location="'
)
_RENAMED = {
    "model.embed_tokens": "token_embd",
    "model.embedding_norm": "token_embd_norm",
    "model.layers": "blk",
    "operator_norm": "attn_norm",
    "feed_forward.w1": "ffn_gate",
    "feed_forward.w2": "ffn_down",
    "feed_forward.w3": "ffn_up",
    "conv.conv": "shortconv.conv",
    "conv.in_proj": "shortconv.in_proj",
    "conv.out_proj": "shortconv.out_proj",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.out_proj": "attn_output",
    "self_attn.q_layernorm": "attn_q_norm",
    "self_attn.k_layernorm": "attn_k_norm",
}


def load(folder: Path) -> Nano:
    """The moving average of the weights in the folder's checkpoint."""
    saved = torch.load(folder / "checkpoint.pt", weights_only=True)
    model = Nano(Shape(**saved["shape"]))
    model.load_state_dict(saved["average"])
    return model.eval()


def gguf_name(name: str) -> str:
    """llama.cpp's name of a weight of Lfm2ForCausalLM."""
    for old, new in _RENAMED.items():
        name = name.replace(old, new)
    return name


def write_gguf(model: Nano, tokenizer: Tokenizer, path: Path, quant: Quant) -> None:
    """The model, its vocabulary and its template in one file."""
    writer = gguf.GGUFWriter(path, "lfm2")
    add_shape(writer, model.shape)
    add_vocabulary(writer, tokenizer)
    for name, weight in to_transformers(model).items():
        if name != "lm_head.weight":
            add_tensor(writer, gguf_name(name), weight.squeeze(1) if weight.ndim == 3 else weight, quant)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_shape(writer: gguf.GGUFWriter, shape: Shape) -> None:
    """The metadata of the network."""
    writer.add_name(NAME)
    writer.add_basename(NAME)
    writer.add_license("apache-2.0")
    writer.add_description("A tiny model trained from scratch on generated text, for trying out and testing FlowGen.")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_block_count(len(shape.layers))
    writer.add_feed_forward_length(shape.feed)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv([shape.heads if kind == "a" else 0 for kind in shape.layers])
    writer.add_layer_norm_rms_eps(shape.eps)
    writer.add_rope_freq_base(shape.theta)
    writer.add_rope_dimension_count(shape.head)
    writer.add_vocab_size(shape.vocab)
    writer.add_shortconv_l_cache(3)


def add_vocabulary(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    """Tokens, merges, special tokens and the chat template; BOS is added, as the real LFM2 files say."""
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("lfm2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if token in SPECIALS else gguf.TokenType.NORMAL for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in model["merges"]])
    writer.add_bos_token_id(tokens.index("<|startoftext|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_pad_token_id(tokens.index("<|pad|>"))
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_chat_template(TEMPLATE.read_text(encoding="utf-8"))


def add_tensor(writer: gguf.GGUFWriter, name: str, weight: Tensor, quant: Quant) -> None:
    """One weight: matrices in the wanted type, norms and convolution kernels in F32."""
    data = weight.float().numpy()
    if data.ndim == 1 or "shortconv.conv" in name or quant == Quant.F32:
        writer.add_tensor(name, data)
    else:
        writer.add_tensor(name, gguf.quants.quantize(data, quant), raw_dtype=quant)


def write_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """A folder that transformers' AutoTokenizer loads."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    named = {"bos_token": "<|startoftext|>", "eos_token": "<|im_end|>", "pad_token": "<|pad|>"}
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": Shape.context,
        "clean_up_tokenization_spaces": False,
        "add_bos_token": False,
        "additional_special_tokens": [s for s in SPECIALS if s not in named.values()],
        "chat_template": TEMPLATE.read_text(encoding="utf-8"),
        **named,
    }
    (folder / "tokenizer_config.json").write_text(
        json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (folder / "special_tokens_map.json").write_text(json.dumps(named, indent=2) + "\n", encoding="utf-8")


def write_reference(model: Nano, tokenizer: Tokenizer, path: Path) -> None:
    """What the network makes of a text: the logits after its last token, to four decimals."""
    ids = tokenizer.encode(REFERENCE_TEXT).ids
    with torch.inference_mode():
        logits = model(torch.tensor([ids]))[0, -1]
    path.write_text(json.dumps({"ids": ids, "logits": [round(value, 4) for value in logits.tolist()]}) + "\n")


def main() -> None:
    """Export the folder's checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--quant", default="F16", choices=["F32", "F16", "Q8_0"])
    parser.add_argument("--reference", type=Path, help="takes the network's own logits, which a test compares")
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(arguments.folder / "tokenizer.json"))
    arguments.out.mkdir(parents=True, exist_ok=True)
    model, path = load(arguments.folder), arguments.out / f"{NAME}.gguf"
    write_gguf(model, tokenizer, path.with_suffix(".new"), getattr(Quant, arguments.quant))
    path.with_suffix(".new").replace(path)  # in one move: a server may have the old file mapped
    write_tokenizer(tokenizer, arguments.out / "tokenizer")
    if arguments.reference:
        write_reference(model, tokenizer, arguments.reference)


if __name__ == "__main__":
    main()
