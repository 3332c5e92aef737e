"""Chains of llama.cpp's own samplers. Refuses to know what is sampled for. Not safe for two threads at once."""

import ctypes
from collections.abc import Iterable, Sequence
from typing import Any

import llama_cpp as llama
from numpy.typing import NDArray


class Sampler:
    """llama.cpp's own samplers, in order, with their random state. Freed by `close`."""

    def __init__(self, steps: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """`steps` are names of llama_sampler_init_* with their arguments."""
        self._chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_params(no_perf=True))
        for name, arguments in steps:
            llama.llama_sampler_chain_add(self._chain, getattr(llama, f"llama_sampler_init_{name}")(*arguments))
        self._array = llama.llama_token_data_array()
        self._reference = ctypes.byref(self._array)

    def accept(self, tokens: Iterable[int]) -> None:
        """Tell the samplers what was said, for those that look back."""
        for token in tokens:
            llama.llama_sampler_accept(self._chain, token)

    def forget(self) -> None:
        """Begin anew: nothing was said."""
        llama.llama_sampler_reset(self._chain)

    def draw(self, candidates: NDArray[Any], *, is_sorted: bool) -> int:
        """Run candidates (of type CANDIDATE, at least one, overwritten) through; give the token that the last sampler
        selects. `is_sorted`: the best score comes first."""
        array = self.apply(candidates, is_sorted=is_sorted)
        return int(array.data[array.selected].id)

    def apply(self, candidates: NDArray[Any], *, is_sorted: bool = False) -> Any:
        """Run candidates through, in place; give llama.cpp's array of them, which is the same one every time."""
        array = self._array
        array.data = ctypes.pointer(llama.llama_token_data.from_buffer(candidates))
        array.size, array.selected, array.sorted = len(candidates), -1, is_sorted
        llama.llama_sampler_apply(self._chain, self._reference)
        return array

    def close(self) -> None:
        if self._chain:
            llama.llama_sampler_free(self._chain)
            self._chain = None
