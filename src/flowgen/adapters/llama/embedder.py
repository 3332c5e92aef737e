"""Embeds one input at a time on the engine's thread. Knows pooling's limits; refuses to know threads and pointers."""

from collections.abc import Callable, Sequence
from typing import Protocol

from flowgen.adapters.llama.kv_memory import BatchPiece
from flowgen.domain.errors import ContextOverflow, EngineFailed, InvalidField, RefusedField

_SEQUENCE = 0
POOLING_NONE = 0


class EmbeddingContext(Protocol):
    """The part of `backend.Context` that embedding needs."""

    def number(self, what: str) -> int: ...
    def decode(self, pieces: Sequence[BatchPiece]) -> int: ...
    def pooled(self, sequence: int) -> list[float]: ...
    def forget(self, sequence: int) -> None: ...


class Embedder:
    """Pools as the model says. An input must fit into one batch, because llama.cpp pools within one; `n_ctx_train` are
    the positions that an encoder has learned, beyond which llama.cpp aborts the process."""

    def __init__(self, context: EmbeddingContext, n_vocab: int, n_ctx_train: int | None = None) -> None:
        self._context = context
        self._n_vocab = n_vocab
        n_batch = context.number("n_batch")
        self._most = n_batch if n_ctx_train is None else min(n_batch, n_ctx_train)
        self.pools = context.number("pooling_type") != POOLING_NONE

    def check(self, inputs: Sequence[Sequence[int]]) -> None:
        """Raise RefusedField where the model does not pool, ContextOverflow or InvalidField for bad inputs."""
        if not self.pools:
            raise RefusedField(
                "input", "the model pools nothing; load it with options.pooling_type 1 (mean) to 3 (last)"
            )
        for tokens in inputs:
            if not tokens or not all(0 <= token < self._n_vocab for token in tokens):
                raise InvalidField("input", list(tokens), f"at least one token, ids from 0 to {self._n_vocab - 1}")
            if len(tokens) > self._most:
                raise ContextOverflow(len(tokens), self._most)

    def job(self, tokens: Sequence[int]) -> Callable[[], tuple[float, ...]]:
        """The work for the engine's thread; it raises EngineFailed."""
        return lambda: self._embed(tokens)

    def _embed(self, tokens: Sequence[int]) -> tuple[float, ...]:
        self._context.forget(_SEQUENCE)
        piece = BatchPiece(sequence=_SEQUENCE, position=0, tokens=tokens, num_outputs=len(tokens))
        status = self._context.decode([piece])
        if status:
            raise EngineFailed(f"llama.cpp could not compute the tokens: llama_decode gave {status}.")
        vector = tuple(self._context.pooled(_SEQUENCE))
        self._context.forget(_SEQUENCE)
        return vector
