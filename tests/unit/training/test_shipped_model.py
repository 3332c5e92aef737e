"""The shipped model: two tokenizers agree, a string is cut the same everywhere, the template is the repository's."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import training

import flowgen

MODEL = Path(flowgen.__file__).parent / "models" / "flowgen-nano"
ALPHABET = "abcXYZ019 _-'\".,:;!?/\\()[]{}=\n\t éßçЖя中文字😀🚀 \u200d\u0301ǅ٣"


@pytest.fixture(scope="module")
def llama() -> Iterator[Any]:
    llama_cpp = pytest.importorskip("llama_cpp")
    model = llama_cpp.Llama(str(MODEL / "flowgen-nano.gguf"), vocab_only=True, verbose=False)
    yield model
    model.close()


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    tokenizers = pytest.importorskip("tokenizers")
    return tokenizers.Tokenizer.from_file(str(MODEL / "tokenizer" / "tokenizer.json"))


def test_llama_cpp_and_the_folder_tokenize_alike(llama: Any, tokenizer: Any) -> None:
    rng = random.Random(4)
    texts = ["".join(rng.choices(ALPHABET, k=rng.randint(1, 60))) for _ in range(500)]
    texts += [
        "it's O'Reilly's 'test' don'T <|im_end|>x<|tool_call_start|>[f(a=1)]",
        "getWeather XMLParser user_name2 3.14",
    ]
    for text in texts:
        assert llama.tokenize(text.encode(), add_bos=False, special=True) == tokenizer.encode(text).ids, text


@pytest.mark.parametrize("word", ["Paris", "zorvanblick", "getWeather", "A7-93kx", "naïve", "東京"])
def test_a_word_has_the_same_tokens_everywhere(tokenizer: Any, word: str) -> None:
    alone = tokenizer.encode(word).tokens
    for frame in ['"{}"', " {}?", "({})", "x={}, y", "\n{}\n", "12{}", "_{}_"]:
        before, after = (len(tokenizer.encode(part).ids) for part in frame.split("{}"))
        tokens = tokenizer.encode(frame.format(word)).tokens
        assert tokens[before : len(tokens) - after] == alone


def test_the_template_in_the_file_is_the_repository_s(llama: Any) -> None:
    source = (Path(training.__file__).parent / "chat_template.jinja").read_text(encoding="utf-8")
    assert llama.metadata["tokenizer.chat_template"] == source


def test_the_file_gives_the_logits_of_the_network_that_was_trained() -> None:
    llama_cpp = pytest.importorskip("llama_cpp")
    reference = json.loads((Path(training.__file__).parent / "reference_logits.json").read_text(encoding="utf-8"))
    model = llama_cpp.Llama(str(MODEL / "flowgen-nano.gguf"), n_ctx=128, logits_all=True, verbose=False, n_threads=1)
    model.eval(reference["ids"])
    logits = model.scores[len(reference["ids"]) - 1].copy()
    model.close()
    assert abs(logits - np.array(reference["logits"])).max() < 0.1  # the file holds halves


def test_it_fits_the_package() -> None:
    assert sum(path.stat().st_size for path in MODEL.rglob("*") if path.is_file()) <= 8_000_000
