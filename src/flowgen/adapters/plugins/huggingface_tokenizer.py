"""A tokenizer: a Hugging Face one from a local folder in llama.cpp's place. Refuses to know hubs and templates.

{"name": "huggingface", "path": "/models/lfm2/tokenizer"}
"""

import os
import threading
from collections.abc import Sequence


class HuggingFaceTokenizer:
    """The tokenizer of a folder; its ids must be those of the GGUF's vocabulary. Never runs code from the folder."""

    def __init__(self, path: str) -> None:
        if not isinstance(path, str) or not os.path.isdir(path):
            raise ValueError(f"path must be a local folder that holds a tokenizer, not {path!r}")
        from transformers import AutoTokenizer  # takes seconds to import, so only where it is used

        self._lock = threading.Lock()  # encoding with and without special tokens changes the tokenizer's own state
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True, trust_remote_code=False)
        except Exception as error:  # a border: transformers raises anything for a folder that it cannot read
            raise ValueError(f"no tokenizer can be read from {path}: {error}") from error

    def tokenize(self, text: str, special: bool) -> Sequence[int]:
        """Give the ids of a text; with `special`, the texts of special tokens become those tokens."""
        with self._lock:
            ids = self._tokenizer.encode(text, add_special_tokens=False, split_special_tokens=not special)
        return [int(token) for token in ids]
