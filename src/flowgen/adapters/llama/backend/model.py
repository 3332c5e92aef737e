"""A model as llama.cpp has it: its file, its metadata, its vocabulary. Refuses to know what is computed with it.

Not safe for two threads at once, but for the vocabulary's functions, which only read. A model that nobody holds any
more frees itself.
"""

import ctypes
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import llama_cpp as llama

from flowgen.adapters.llama.backend.library import max_devices


class Model:
    """A loaded model. Raises OSError where llama.cpp refuses; `log` then has its reasons.

    `fields` are llama_model_params by name; `progress` is told the share that is read, 0 to 1. `handle` is llama.cpp's
    pointer, None once it is closed: for this room alone.
    """

    def __init__(
        self,
        path: str,
        fields: Mapping[str, Any],
        *,
        kv_overrides: Mapping[str, bool | int | float | str] | None = None,
        tensor_split: Sequence[float] | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        parameters = llama.llama_model_default_params()
        for name, value in fields.items():
            setattr(parameters, name, value)
        if kv_overrides:
            parameters.kv_overrides = _overrides(kv_overrides)
        if tensor_split:
            parameters.tensor_split = (ctypes.c_float * max_devices())(*tensor_split)
        if progress:
            parameters.progress_callback = llama.llama_progress_callback(lambda share, _: progress(share) or True)
        self._parameters = parameters  # keeps the arrays and the callback alive
        self.handle = llama.llama_model_load_from_file(os.fsencode(path), parameters)
        if not self.handle:
            raise OSError(f"llama.cpp cannot load {path}")
        self._vocab = llama.llama_model_get_vocab(self.handle)
        self.n_vocab = int(llama.llama_vocab_n_tokens(self._vocab))

    def number(self, what: str) -> int:
        """A property by the name of its function: `size`, `n_params`, `n_ctx_train`, `has_decoder`, ..."""
        return int(getattr(llama, f"llama_model_{what}")(self.handle))

    def metadata(self) -> dict[str, str]:
        """The file's metadata but for arrays, as llama.cpp prints them."""
        key, value = llama.llama_model_meta_key_by_index, llama.llama_model_meta_val_str_by_index
        return {self._text(key, i): self._text(value, i) for i in range(self.number("meta_count"))}

    def _text(self, get: Callable[..., int], index: int) -> str:
        size = get(self.handle, index, ctypes.create_string_buffer(1), 1) + 1
        buffer = ctypes.create_string_buffer(size)
        get(self.handle, index, buffer, size)
        return buffer.value.decode("utf-8", "replace")

    def special_token(self, what: str) -> int | None:
        """The id of `bos` or `eos`, None where there is none."""
        token = int(getattr(llama, f"llama_vocab_{what}")(self._vocab))
        return token if token >= 0 else None

    def adds_bos(self) -> bool:
        return bool(llama.llama_vocab_get_add_bos(self._vocab))

    def is_sentencepiece(self) -> bool:
        """Whether the tokenizer puts a space before each text."""
        return bool(llama.llama_vocab_type(self._vocab) == llama.LLAMA_VOCAB_TYPE_SPM)

    def is_end(self, token: int) -> bool:
        return bool(llama.llama_vocab_is_eog(self._vocab, token))

    def is_control(self, token: int) -> bool:
        hidden = llama.LLAMA_TOKEN_ATTR_CONTROL | llama.LLAMA_TOKEN_ATTR_UNKNOWN
        return bool(llama.llama_vocab_get_attr(self._vocab, token) & hidden)

    def pieces(self, tokens: Iterable[int]) -> list[bytes]:
        """The bytes of tokens; a special token's are its text."""
        size = 64
        buffer = ctypes.create_string_buffer(size)
        found = []
        for token in tokens:
            length = llama.llama_token_to_piece(self._vocab, token, buffer, size, 0, True)
            if length < 0:
                size = -length
                buffer = ctypes.create_string_buffer(size)
                length = llama.llama_token_to_piece(self._vocab, token, buffer, size, 0, True)
            found.append(buffer.raw[:length])
        return found

    def dry_step(
        self, multiplier: float, base: float, allowed_length: int, last_n: int, breakers: Sequence[str]
    ) -> tuple[str, Sequence[Any]]:
        """The step of a `Sampler` that penalises repetitions."""
        texts = (ctypes.c_char_p * len(breakers))(*(text.encode("utf-8", "replace") for text in breakers))
        return "dry", (self._vocab, multiplier, base, allowed_length, last_n, texts, len(breakers))

    def tokenize(self, data: bytes, *, special: bool, add_special: bool = False) -> list[int]:
        """The ids of a text; with `add_special` between the BOS and EOS that the model wants. Safe from any thread."""
        size = len(data) + 16
        buffer = (llama.llama_token * size)()
        count = llama.llama_tokenize(self._vocab, data, len(data), buffer, size, add_special, special)
        if count < 0:
            buffer = (llama.llama_token * -count)()
            count = llama.llama_tokenize(self._vocab, data, len(data), buffer, -count, add_special, special)
        return list(buffer[: max(count, 0)])

    def load_adapter(self, path: str) -> Any:
        """Read a LoRA adapter; it is freed with the model. Raises OSError."""
        adapter = llama.llama_adapter_lora_init(self.handle, os.fsencode(path))
        if not adapter:
            raise OSError(f"llama.cpp cannot load the adapter {path}")
        return adapter

    def close(self) -> None:
        if self.handle:
            llama.llama_model_free(self.handle)
            self.handle = self._vocab = None

    def __del__(self) -> None:
        if getattr(self, "handle", None):
            self.close()


def has_state(model: Model, *, swa_full: bool) -> bool:
    """Whether sequences keep something that a cut cannot bring back."""
    is_windowed = model.number("n_swa") > 0 and not swa_full
    return bool(model.number("is_recurrent") or model.number("is_hybrid") or is_windowed)


def _overrides(values: Mapping[str, bool | int | float | str]) -> Any:
    array = (llama.llama_model_kv_override * (len(values) + 1))()  # the last one stays empty: the list's end
    for slot, (key, value) in zip(array, values.items(), strict=False):
        kind = {bool: "bool", int: "i64", float: "f64", str: "str"}[type(value)]
        slot.tag = {"i64": 0, "f64": 1, "bool": 2, "str": 3}[kind]
        slot.key = key.encode()
        setattr(slot.value, f"val_{kind}", value.encode() if isinstance(value, str) else value)
    return array
