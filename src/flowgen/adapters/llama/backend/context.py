"""A context as llama.cpp has it: batches, scores, and what the sequences remember. Refuses to know requests and policy.
Not safe for two threads at once."""

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any

import llama_cpp as llama
import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.backend.model import Model, has_state
from flowgen.adapters.llama.batch import BatchArrays
from flowgen.adapters.llama.kv_memory import BatchPiece

_uninitialised_bytes = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_ssize_t)(
    ("PyBytes_FromStringAndSize", ctypes.pythonapi)
)

_MOST_VIEWS = 256


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
        self._views: dict[int, NDArray[np.float32]] = {}
        self._n_embd = model.number("n_embd_out")
        self.has_state = has_state(model, swa_full=bool(parameters.swa_full))
        self._context = llama.llama_init_from_model(model.handle, parameters)
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
        address = ctypes.addressof(pointer.contents)
        view = self._views.get(address)
        return self._seen(address) if view is None else view

    def _seen(self, address: int) -> NDArray[np.float32]:
        """A view of a row of scores, kept: llama.cpp gives the same few addresses again and again."""
        view = np.frombuffer(memoryview(self._row.from_address(address)), np.float32)
        view.flags.writeable = False
        if len(self._views) >= _MOST_VIEWS:
            self._views.clear()
        self._views[address] = view
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


def _address(data: bytes) -> Any:
    return ctypes.cast(ctypes.c_char_p(data), ctypes.POINTER(ctypes.c_uint8))
