"""The llama.cpp C API: the only file that touches pointers. Knows models, contexts and sampler chains as llama.cpp has
them; refuses to know requests, text and policy.

Nothing here is safe for two threads at once, but for `Model`'s vocabulary functions, which only read. A model that
nobody holds any more frees itself.
"""

import ctypes
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import llama_cpp as llama
import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.batch import BatchArrays
from flowgen.adapters.llama.kv_memory import BatchPiece
from flowgen.adapters.llama.log_ring import LogRing

log = LogRing()
_log_callback = llama.llama_log_callback(lambda level, text, _: log.write(level, text.decode("utf-8", "replace")))
llama.llama_log_set(_log_callback, ctypes.c_void_p(0))
_start = threading.Lock()
_numa: list[int] = []
_uninitialised_bytes = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_ssize_t)(
    ("PyBytes_FromStringAndSize", ctypes.pythonapi)
)


def initialise(numa: int) -> int:
    """Start llama.cpp once per process; give the NUMA policy in force, which is the first one asked for (0: none)."""
    with _start:
        if not _numa:
            llama.llama_backend_init()
            _numa.append(0)
        if numa and not _numa[0]:
            llama.llama_numa_init(numa)
            _numa[0] = numa
        return _numa[0]


def supports_gpu_offload() -> bool:
    return bool(llama.llama_supports_gpu_offload())


def supports_mlock() -> bool:
    return bool(llama.llama_supports_mlock())


def max_devices() -> int:
    """The most devices that a tensor split may name."""
    return int(llama.llama_max_devices())


def builtin_templates() -> list[str]:
    """The names of the chat templates built into llama.cpp."""
    count = llama.llama_chat_builtin_templates((ctypes.c_char_p * 0)(), 0)
    names = (ctypes.c_char_p * count)()
    llama.llama_chat_builtin_templates(names, count)
    return [name.decode() for name in names if name]


def apply_builtin_template(name: str, messages: Sequence[tuple[str, str]], add_generation_prompt: bool) -> str:
    """Render (role, content) pairs with a built-in template. Raises ValueError where llama.cpp refuses."""
    chat = (llama.llama_chat_message * len(messages))()
    for slot, (role, content) in zip(chat, messages, strict=True):
        slot.role, slot.content = role.encode(), content.encode("utf-8", "replace")
    size = 256 + sum(len(content.encode("utf-8", "replace")) * 2 + 256 for _, content in messages)
    for _ in range(2):
        buffer = ctypes.create_string_buffer(size)
        written = llama.llama_chat_apply_template(
            name.encode(), chat, len(messages), add_generation_prompt, buffer, size
        )
        if written < 0:
            raise ValueError(f"llama.cpp's template {name!r} cannot render these messages")
        if written <= size:
            return buffer.raw[:written].decode("utf-8", "replace")
        size = written
    raise ValueError(f"llama.cpp's template {name!r} changed its mind about its length")


def _overrides(values: Mapping[str, bool | int | float | str]) -> Any:
    array = (llama.llama_model_kv_override * (len(values) + 1))()  # the last one stays empty: the list's end
    for slot, (key, value) in zip(array, values.items(), strict=False):
        kind = {bool: "bool", int: "i64", float: "f64", str: "str"}[type(value)]
        slot.tag = {"i64": 0, "f64": 1, "bool": 2, "str": 3}[kind]
        slot.key = key.encode()
        setattr(slot.value, f"val_{kind}", value.encode() if isinstance(value, str) else value)
    return array


class Model:
    """A loaded model. Raises OSError where llama.cpp refuses; `log` then has its reasons.

    `fields` are llama_model_params by name; `progress` is told the share that is read, 0 to 1.
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
        self._model = llama.llama_model_load_from_file(os.fsencode(path), parameters)
        if not self._model:
            raise OSError(f"llama.cpp cannot load {path}")
        self._vocab = llama.llama_model_get_vocab(self._model)
        self.n_vocab = int(llama.llama_vocab_n_tokens(self._vocab))

    def number(self, what: str) -> int:
        """A property by the name of its function: `size`, `n_params`, `n_ctx_train`, `has_decoder`, ..."""
        return int(getattr(llama, f"llama_model_{what}")(self._model))

    def metadata(self) -> dict[str, str]:
        """The file's metadata but for arrays, as llama.cpp prints them."""
        key, value = llama.llama_model_meta_key_by_index, llama.llama_model_meta_val_str_by_index
        return {self._text(key, i): self._text(value, i) for i in range(self.number("meta_count"))}

    def _text(self, get: Callable[..., int], index: int) -> str:
        size = get(self._model, index, ctypes.create_string_buffer(1), 1) + 1
        buffer = ctypes.create_string_buffer(size)
        get(self._model, index, buffer, size)
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
        adapter = llama.llama_adapter_lora_init(self._model, os.fsencode(path))
        if not adapter:
            raise OSError(f"llama.cpp cannot load the adapter {path}")
        return adapter

    def close(self) -> None:
        if self._model:
            llama.llama_model_free(self._model)
            self._model = self._vocab = None

    def __del__(self) -> None:
        if getattr(self, "_model", None):
            self.close()


class Context:
    """A context of a model: the role `DecodingContext`. Raises MemoryError where llama.cpp refuses; `log` then has its
    reasons. `fields` are llama_context_params by name.
    """

    def __init__(self, model: Model, fields: Mapping[str, Any]) -> None:
        parameters = llama.llama_context_default_params()
        for name, value in fields.items():
            setattr(parameters, name, value)
        self._parameters = parameters
        self._row = ctypes.c_float * model.n_vocab
        self._n_embd = model.number("n_embd_out")
        self.has_state = has_state(model, swa_full=bool(parameters.swa_full))
        self._context = llama.llama_init_from_model(model._model, parameters)
        if not self._context:
            raise MemoryError("llama.cpp cannot make the context")
        self._memory = llama.llama_get_memory(self._context)
        self._arrays = BatchArrays(self.number("n_batch"))
        self._batch = llama.llama_batch(0, *self._arrays.pointers())

    def number(self, what: str) -> int:
        """A property by the name of its function: `n_ctx`, `n_batch`, `n_threads`, `n_rs_seq`, `pooling_type`, ..."""
        return int(getattr(llama, f"llama_{what}")(self._context))

    def given(self, name: str) -> int | float | bool:
        """A parameter as it was handed to llama.cpp, which does not tell all of them back."""
        value = getattr(self._parameters, name)
        return float(f"{value:.7g}") if isinstance(value, float) else value

    def apply_adapter(self, adapter: Any, scale: float) -> None:
        adapters = (llama.llama_adapter_lora_p_ctypes * 1)(adapter)
        if llama.llama_set_adapters_lora(self._context, adapters, 1, (ctypes.c_float * 1)(scale)):
            raise OSError("llama.cpp cannot apply the adapter")

    def decode(self, pieces: Sequence[BatchPiece]) -> int:
        """Compute a batch, at most n_batch tokens: 0 is success, 1 that no cells were free, 2 and negative numbers are
        faults. After any but 0 the state of its sequences is unknown."""
        self._batch.n_tokens = self._arrays.fill(pieces)
        return int(llama.llama_decode(self._context, self._batch))

    def logits(self, index: int) -> NDArray[np.float32]:
        """The scores at a place of the last batch, counted over all its tokens: a view that cannot be written, valid
        until the next decode. Raises IndexError for a place without an output."""
        pointer = llama.llama_get_logits_ith(self._context, index)
        if not pointer:
            raise IndexError(f"the last batch has no scores at {index}")
        view = np.frombuffer(memoryview(self._row.from_address(ctypes.addressof(pointer.contents))), np.float32)
        view.flags.writeable = False
        return view

    def pooled(self, sequence: int) -> list[float]:
        """The pooled embedding of a sequence of the last batch."""
        pointer = llama.llama_get_embeddings_seq(self._context, sequence)
        size = self._n_embd if self.number("pooling_type") != llama.LLAMA_POOLING_TYPE_RANK else 1
        return [float(value) for value in np.ctypeslib.as_array(pointer, (size,))]

    def forget(self, sequence: int) -> None:
        """Take a whole sequence out of the memory: possible on every kind of model."""
        if self._memory:
            llama.llama_memory_seq_rm(self._memory, sequence, -1, -1)

    def fork(self, source: int, target: int, position: int) -> None:
        """Let `target`, which is empty, share the source's cells from 0 to `position`. A recurrent half begins as the
        source's newest: `load_state` then puts it right."""
        llama.llama_memory_seq_cp(self._memory, source, target, 0, position)

    def take_back(self, sequence: int, position: int) -> bool:
        """Take the tokens from `position` on out of the memory. On a hybrid model only after `load_state`, or the last
        n_rs_seq tokens of the sequence's last decode; llama.cpp does not notice where more are asked for."""
        return bool(llama.llama_memory_seq_rm(self._memory, sequence, position, -1))

    def save_size(self, sequence: int) -> int:
        """The bytes that `save` would give; costs no copy."""
        return self._size(sequence, llama.LLAMA_STATE_SEQ_FLAGS_NONE)

    def save(self, sequence: int) -> bytes:
        """Copy all of a sequence to host memory."""
        return self._save(sequence, llama.LLAMA_STATE_SEQ_FLAGS_NONE)

    def load(self, sequence: int, data: bytes) -> bool:
        """Bring a copy back into an empty sequence; False, and the sequence empty, where the cells do not suffice."""
        return self._load(sequence, data, llama.LLAMA_STATE_SEQ_FLAGS_NONE)

    def save_state(self, sequence: int) -> bytes:
        """Copy what a sequence keeps only the newest of: recurrent state, or the cells of a sliding window. Empty on
        models without these."""
        return self._save(sequence, llama.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY) if self.has_state else b""

    def load_state(self, sequence: int, data: bytes) -> bool:
        """Put a checkpoint's state in the place of a sequence's newest one; False, and the sequence empty, where that
        fails."""
        if not self.has_state:
            return not data
        return self._load(sequence, data, llama.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY)

    def _size(self, sequence: int, flags: int) -> int:
        return int(llama.llama_state_seq_get_size_ext(self._context, sequence, flags))

    def _save(self, sequence: int, flags: int) -> bytes:
        size = self._size(sequence, flags)
        data: bytes = _uninitialised_bytes(None, size)  # written before anyone else sees it: one copy less of megabytes
        written = llama.llama_state_seq_get_data_ext(self._context, _address(data), size, sequence, flags)
        return data if written == size else b""

    def _load(self, sequence: int, data: bytes, flags: int) -> bool:
        if llama.llama_state_seq_set_data_ext(self._context, _address(data), len(data), sequence, flags):
            return True
        self.forget(sequence)
        return False

    def close(self) -> None:
        if self._context:
            llama.llama_free(self._context)
            self._context = None


def has_state(model: Model, *, swa_full: bool) -> bool:
    """Whether sequences keep something that a cut cannot bring back."""
    is_windowed = model.number("n_swa") > 0 and not swa_full
    return bool(model.number("is_recurrent") or model.number("is_hybrid") or is_windowed)


def _address(data: bytes) -> Any:
    return ctypes.cast(ctypes.c_char_p(data), ctypes.POINTER(ctypes.c_uint8))


class Sampler:
    """llama.cpp's own samplers, in order, with their random state. Freed by `close`."""

    def __init__(self, steps: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """`steps` are names of llama_sampler_init_* with their arguments."""
        self._samplers = [getattr(llama, f"llama_sampler_init_{name}")(*arguments) for name, arguments in steps]

    def accept(self, tokens: Iterable[int]) -> None:
        """Tell the samplers what was said, for those that look back."""
        for token in tokens:
            for sampler in self._samplers:
                llama.llama_sampler_accept(sampler, token)

    def forget(self) -> None:
        """Begin anew: nothing was said."""
        for sampler in self._samplers:
            llama.llama_sampler_reset(sampler)

    def draw(self, candidates: NDArray[Any], *, is_sorted: bool) -> int:
        """Run candidates (of type CANDIDATE, at least one, overwritten) through; give the token that the last sampler
        selects. `is_sorted`: the best score comes first."""
        array = self.apply(candidates, is_sorted=is_sorted)
        return int(array.data[array.selected].id)

    def apply(self, candidates: NDArray[Any], *, is_sorted: bool = False) -> Any:
        """Run candidates through, in place; give llama.cpp's array of them."""
        array = llama.llama_token_data_array(
            candidates.ctypes.data_as(ctypes.POINTER(llama.llama_token_data)), len(candidates), -1, is_sorted
        )
        for sampler in self._samplers:
            llama.llama_sampler_apply(sampler, ctypes.byref(array))
        return array

    def close(self) -> None:
        for sampler in self._samplers:
            llama.llama_sampler_free(sampler)
        self._samplers = []
