"""The vocabulary of a model's file, read without its weights, and what works with that alone. Imports llama.cpp only
where it is asked for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from flowgen.adapters.catalog import EMBEDDED_MODELS, PackagedModels
from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.constraints.sandbox import Sandbox
from flowgen.application.schema_check import SchemaChecker
from flowgen.bootstrap.engines import sandbox_command
from flowgen.domain.errors import InvalidModelFile, ModelFileNotFound
from flowgen.domain.model import Vocabulary


def vocabulary_of(path: str) -> Vocabulary:
    """Read a GGUF's tokens: some microseconds each. Raises ModelFileNotFound and InvalidModelFile."""
    from flowgen.adapters.llama import backend
    from flowgen.adapters.llama.vocabulary import read_vocabulary

    if not os.path.isfile(path):
        raise ModelFileNotFound(path)
    backend.initialise(0)
    try:
        model = backend.Model(path, {"vocab_only": True})
    except OSError as error:
        raise InvalidModelFile(f"{error}.") from None
    return read_vocabulary(model)


@contextmanager
def make_checker(path: str | None) -> Iterator[SchemaChecker]:
    """Judge documents with the vocabulary of a GGUF, the embedded model's unless another is named. Raises
    ModelFileNotFound and InvalidModelFile."""
    name = path or EMBEDDED_MODELS[0]
    vocabulary = vocabulary_of(PackagedModels().model_file(name) or name)
    sandbox = Sandbox(sandbox_command, num_processes=1)
    try:
        yield SchemaChecker(sandbox, LlguidanceConstrainer(), vocabulary)
    finally:
        sandbox.close()
