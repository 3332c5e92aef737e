"""Tiny models on disk, and runtimes over them, for the engine's tests."""

from pathlib import Path
from typing import Any

import pytest

from flowgen.adapters.llama.factory import LlamaRuntimeFactory
from flowgen.adapters.llama.runtime import LlamaRuntime
from support.tiny_gguf import write_tiny_gguf
from support.tiny_runtimes import Load, WriteModel, make_factory, spec_of


@pytest.fixture(scope="session")
def write_model(tmp_path_factory: pytest.TempPathFactory) -> WriteModel:
    """Write a tiny model; tests/support/tiny_gguf.py says what can be asked for."""
    folder = tmp_path_factory.mktemp("models")
    written: dict[str, Path] = {}

    def write(**shape: Any) -> Path:
        key = repr(sorted(shape.items()))
        if key not in written:
            written[key] = write_tiny_gguf(folder / f"model-{len(written)}.gguf", **shape)
        return written[key]

    return write


@pytest.fixture(scope="session")
def factory() -> LlamaRuntimeFactory:
    return make_factory()


@pytest.fixture(scope="session")
def load(factory: LlamaRuntimeFactory) -> Load:
    """Load a file with options."""

    async def load_it(path: Path, **options: Any) -> LlamaRuntime:
        return await factory.load(spec_of(path, **options), lambda *_: None)

    return load_it
