"""Facts, templates and tokenizer folders for the tests of renderers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, models

from flowgen.domain.model import ModelFacts

BOS, EOS = "<s>", "</s>"
CONTROL_TOKENS = (BOS, EOS, "<|im_start|>", "<|im_end|>", "<|im_end", "[INST]")


@pytest.fixture(scope="session")
def make_facts() -> Callable[..., ModelFacts]:
    """Facts of a model whose file has the given templates."""

    def make(*default: str, **changes: Any) -> ModelFacts:
        known: dict[str, Any] = {
            **{"path": "model.gguf", "name": "model", "architecture": "lfm2"},
            **{"num_parameters": 1, "size": 1, "n_ctx_train": 1},
            **{"bos_token": BOS, "eos_token": EOS, "control_tokens": CONTROL_TOKENS},
            "templates": {"default": default[0]} if default else {},
        }
        return ModelFacts(**(known | changes))

    return make


@pytest.fixture(scope="session")
def tokenizer_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Write a tokenizer of one letter and two special tokens, with the given template or none."""

    def write(template: str | None = None, **config: Any) -> str:
        folder = tmp_path_factory.mktemp("tokenizer")
        tokenizer = Tokenizer(models.BPE(vocab={"a": 0}, merges=[]))
        tokenizer.add_special_tokens([BOS, EOS])
        tokenizer.save(str(folder / "tokenizer.json"))
        known = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": BOS, "eos_token": EOS}
        (folder / "tokenizer_config.json").write_text(json.dumps(known | config))
        if template is not None:
            Path(folder, "chat_template.jinja").write_text(template)
        return str(folder)

    return write
