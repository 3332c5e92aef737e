"""The embedded models are found by name, and nothing else is."""

from pathlib import Path

import pytest

import flowgen
from flowgen.adapters.catalog import PackagedModels
from flowgen.domain.ports import ModelCatalog

PACKAGE = Path(flowgen.__file__).parent


def test_the_embedded_model_is_in_the_package() -> None:
    catalog: ModelCatalog = PackagedModels()
    assert catalog.model_file("flowgen-nano") == str(PACKAGE / "models/flowgen-nano/flowgen-nano.gguf")
    assert catalog.tokenizer_folder("flowgen-nano") == str(PACKAGE / "models/flowgen-nano/tokenizer")


@pytest.mark.parametrize("name", ["", "flowgen", "flowgen-nano.gguf", "./flowgen-nano", "../flowgen-nano", "LFM2-350M"])
def test_other_names_are_not_ours(name: str) -> None:
    catalog = PackagedModels()
    assert catalog.model_file(name) is None
    assert catalog.tokenizer_folder(name) is None
