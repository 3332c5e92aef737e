"""A loaded model as the application sees it: the port `ModelRuntime` over the engine. Refuses to know C and files."""

import asyncio
from collections.abc import Callable, Sequence

from flowgen.adapters.llama.embedder import Embedder
from flowgen.adapters.llama.engine import Engine
from flowgen.adapters.llama.generation import Admission, LlamaGeneration
from flowgen.adapters.llama.preparation import Preparation
from flowgen.adapters.llama.sequence import Answer, Delivery
from flowgen.adapters.llama.vocabulary import PromptTokenizer
from flowgen.domain.errors import GenerationInterrupted, InvalidField, ModelUnavailable, RefusedField
from flowgen.domain.generation import GenerationRequest
from flowgen.domain.model import Embeddings, EngineStatus, ModelInfo, Vocabulary

_SHORT_TEXT = 4096
"""Characters that tokenize in well under a millisecond, so that a thread would cost more than it saves."""


class LlamaRuntime:
    """One model in this process. `engine` is None for a model without weights, `embedder` for one that does not embed;
    `free` gives the model's memory back."""

    def __init__(
        self,
        info: ModelInfo,
        vocabulary: Vocabulary,
        tokenizer: PromptTokenizer,
        preparation: Preparation,
        engine: Engine | None,
        embedder: Embedder | None,
        free: Callable[[], None],
    ) -> None:
        self.info = info
        self._vocabulary = vocabulary
        self._tokenizer = tokenizer
        self._preparation = preparation
        self._engine = engine
        self._embedder = embedder
        self._free = free
        self._closing = asyncio.Lock()
        self._is_closed = False
        self._interruptions: list[str] = []

    async def start(self, request: GenerationRequest) -> LlamaGeneration:
        """Prepare in a thread, then queue."""
        engine, answer = await self._prepared(request)
        generation = LlamaGeneration(len(answer.prompt), (), lambda: engine.cancel(answer))
        answer.deliver = generation.deliver
        engine.submit(answer)
        return generation

    async def admit(self, request: GenerationRequest, deliver: Callable[[Delivery], None]) -> Admission:
        """As `start`, for a consumer without an event loop: `deliver` is called on the engine's thread with the chunks,
        or the error that ends the answer; the first may come before this returns."""
        engine, answer = await self._prepared(request)
        answer.deliver = deliver
        engine.submit(answer)
        return Admission(num_prompt_tokens=len(answer.prompt), cancel=lambda: engine.cancel(answer))

    async def _prepared(self, request: GenerationRequest) -> tuple[Engine, Answer]:
        """What is interrupted while it is prepared ends like those that the engine has."""
        num_before = len(self._interruptions)
        answer = await asyncio.to_thread(self._preparation.prepare, request)
        if self._engine is None or self._is_closed:
            raise ModelUnavailable("The model has been unloaded.")
        if len(self._interruptions) > num_before:
            raise GenerationInterrupted(self._interruptions[num_before])
        return self._engine, answer

    async def tokenize(self, text: str, *, special: bool, add_special: bool = False) -> list[int]:
        """Give the ids of a text, with `add_special` between the BOS and EOS that the model wants."""
        if len(text) <= _SHORT_TEXT:
            return self._tokenizer.tokenize(text, special=special, add_special=add_special)
        return await asyncio.to_thread(self._tokenizer.tokenize, text, special=special, add_special=add_special)

    async def detokenize(self, tokens: Sequence[int]) -> bytes:
        """Give the bytes of tokens."""
        for token in tokens:
            if not 0 <= token < self.info.n_vocab:
                raise InvalidField("tokens", token, f"token ids from 0 to {self.info.n_vocab - 1}")
        return b"".join(self._vocabulary.tokens[token] for token in tokens)

    async def embed(self, inputs: Sequence[Sequence[int]]) -> Embeddings:
        """Give one pooled vector per input, computed between two steps of the engine."""
        engine, embedder = self._engine, self._embedder
        if engine is None or embedder is None:
            raise RefusedField("input", "the model does not embed; load it with options.embedding")
        embedder.check(inputs)
        vectors = [await asyncio.wrap_future(engine.call(embedder.job(tokens))) for tokens in inputs]
        return Embeddings(vectors=tuple(vectors), num_tokens=sum(len(tokens) for tokens in inputs))

    async def status(self) -> EngineStatus:
        if self._engine is None:
            return EngineStatus(num_running=0, num_waiting=0, is_alive=not self._is_closed)
        return self._engine.status()

    async def interrupt(self, reason: str) -> None:
        self._interruptions.append(reason)
        if self._engine is not None:
            self._engine.interrupt(reason)

    async def close(self) -> None:
        """End all answers, join the engine's thread, free the model."""
        async with self._closing:
            if self._is_closed:
                return
            self._is_closed = True
            await asyncio.to_thread(self._close)

    def _close(self) -> None:
        if self._engine is not None:
            self._engine.close()
        self._free()
