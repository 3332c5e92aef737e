"""The training network gives transformers' logits, and its export llama.cpp's, within a bound."""

from pathlib import Path

import pytest

import flowgen

torch = pytest.importorskip("torch")


def test_logits_equal_those_of_transformers() -> None:
    transformers = pytest.importorskip("transformers")
    network = pytest.importorskip("training.model")

    torch.manual_seed(0)
    shape = network.Shape(vocab=64, hidden=64, feed=96, heads=2, layers="ca", context=64)
    model = network.Nano(shape).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * 0.1)
    config = transformers.Lfm2Config(
        vocab_size=shape.vocab,
        hidden_size=shape.hidden,
        intermediate_size=shape.feed,
        num_hidden_layers=2,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        norm_eps=shape.eps,
        conv_bias=False,
        conv_L_cache=3,
        block_auto_adjust_ff_dim=False,
        layer_types=["conv", "full_attention"],
        tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": shape.theta},
    )
    reference = transformers.Lfm2ForCausalLM(config).eval()
    reference.load_state_dict(network.to_transformers(model))
    ids = torch.randint(0, shape.vocab, (2, 40))
    with torch.inference_mode():
        assert (model(ids) - reference(ids).logits).abs().max() < 1e-4


def test_logits_of_an_export_equal_llama_cpp_s(tmp_path: Path) -> None:
    llama_cpp = pytest.importorskip("llama_cpp")
    gguf = pytest.importorskip("gguf")
    tokenizers = pytest.importorskip("tokenizers")
    export, network = pytest.importorskip("training.export"), pytest.importorskip("training.model")
    folder = Path(flowgen.__file__).parent / "models" / "flowgen-nano" / "tokenizer"
    torch.manual_seed(0)
    model = network.Nano(network.Shape(layers="caca")).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * 0.02)
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    export.write_gguf(model, tokenizer, tmp_path / "m.gguf", gguf.GGMLQuantizationType.F16)
    llama = llama_cpp.Llama(str(tmp_path / "m.gguf"), n_ctx=64, logits_all=True, verbose=False, n_threads=1)
    ids = torch.randint(20, 1000, (1, 40))
    llama.eval(ids[0].tolist())
    with torch.inference_mode():
        difference = (model(ids)[0] - torch.tensor(llama.scores[:40])).abs().max()
    llama.close()
    assert difference < 0.05
