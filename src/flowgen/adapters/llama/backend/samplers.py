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
