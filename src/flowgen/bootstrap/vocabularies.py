"""The vocabulary of a model's file, read without its weights. Imports llama.cpp only where it is asked for."""

import os

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
