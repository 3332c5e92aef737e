"""Texts, tokens and vectors of the loaded model. Knows who holds the model; refuses to know wire shapes."""

import asyncio
from collections.abc import Sequence

from flowgen.application.lifecycle import ModelHost
from flowgen.domain.errors import InvalidField
from flowgen.domain.model import Embeddings
from flowgen.domain.values import Value


class NamedEmbeddings(Value, frozen=True):
    """Vectors and the model that they are of."""

    model: str
    embeddings: Embeddings


class TextService:
    """What a model does besides answering."""

    def __init__(self, host: ModelHost) -> None:
        self._host = host

    async def tokenize(self, parts: Sequence[str | int], *, special: bool, add_special: bool) -> list[int]:
        """The ids of texts, and ids among them; with `special`, special tokens' texts become those tokens, with
        `add_special` what begins with a text stands between the BOS and EOS that the model wants for that. Raises
        InvalidField for an unknown id."""
        found: list[int] = []
        async with self._host.acquire() as model:
            for index, part in enumerate(parts):
                if isinstance(part, str):
                    found += await model.runtime.tokenize(part, special=special, add_special=add_special and not index)
                elif part < model.info.n_vocab:
                    found.append(part)
                else:
                    raise InvalidField(f"content[{index}]", part, f"token ids from 0 to {model.info.n_vocab - 1}")
        return found

    async def pieces(self, tokens: Sequence[int]) -> list[bytes]:
        """The bytes of each token. Raises InvalidField for an unknown id."""
        async with self._host.acquire() as model:
            return await asyncio.gather(*(model.runtime.detokenize([token]) for token in tokens))

    async def detokenize(self, tokens: Sequence[int]) -> bytes:
        """The bytes of tokens. Raises InvalidField for an unknown id."""
        async with self._host.acquire() as model:
            return await model.runtime.detokenize(tokens)

    async def embed(self, inputs: Sequence[str | Sequence[int]]) -> NamedEmbeddings:
        """A vector per input, a text or tokens. Raises RefusedField where the model does not embed."""
        async with self._host.acquire() as model:
            tokens = [
                await model.runtime.tokenize(item, special=True, add_special=True) if isinstance(item, str) else item
                for item in inputs
            ]
            return NamedEmbeddings(model=model.spec.name, embeddings=await model.runtime.embed(tokens))
