"""A ModelRuntime that says what a test tells it to. Knows the port alone; refuses to know llama.cpp and threads.

A token is one character, or one of the pieces that a script cuts its answer into.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import Self

from flowgen.domain.errors import (
    ContextOverflow,
    EngineFailed,
    FlowGenError,
    GenerationInterrupted,
    InvalidField,
    ModelUnavailable,
    NotAChatModel,
    RefusedField,
)
from flowgen.domain.generation import (
    Finish,
    FinishReason,
    GenerationRequest,
    TokenAlternative,
    TokenChunk,
    TokenLogprob,
    Usage,
)
from flowgen.domain.model import Embeddings, EngineStatus, ModelFacts, ModelInfo
from flowgen.domain.values import Value
from flowgen.testing.scripted_tokens import ScriptedTokens, stop_place

LOGPROB = -0.25
"""The log-probability of every scripted token."""


class ScriptedAnswer(Value, frozen=True):
    """One answer: a token per piece. Pieces that are control tokens of the model are special. After the pieces comes
    `error`, or the finish. `start_error` is raised by `start` instead."""

    pieces: tuple[str, ...]
    reason: FinishReason = "stop"
    error: FlowGenError | None = None
    start_error: FlowGenError | None = None
    warnings: tuple[str, ...] = ()


Script = Sequence[str | ScriptedAnswer] | Callable[[GenerationRequest], str | ScriptedAnswer]
"""Answers in the order of the requests, or a function of the request. A text is a token per character."""


def scripted_info(
    *, n_ctx: int = 4096, control_tokens: tuple[str, ...] = ("<|im_start|>", "<|im_end|>"), why_not: str = ""
) -> ModelInfo:
    """A model's description for tests."""
    facts = ModelFacts(
        path="/models/scripted.gguf",
        name="scripted",
        architecture="scripted",
        num_parameters=1,
        size=1,
        n_ctx_train=n_ctx,
        templates={"default": "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"},
        eos_token="<|im_end|>",
        control_tokens=control_tokens,
    )
    return ModelInfo(facts=facts, n_ctx=n_ctx, n_vocab=2**21, can_chat=not why_not, why_not=why_not)


class ScriptedRuntime:
    """Answers from a script and records the `requests`. With a `gate` each token waits until it is set."""

    def __init__(
        self,
        script: Script = (),
        *,
        info: ModelInfo | None = None,
        gate: asyncio.Event | None = None,
        delay_s: float = 0.0,
        embedding_size: int | None = None,
    ) -> None:
        self.info = info or scripted_info()
        self.requests: list[GenerationRequest] = []
        self.is_closed = False
        self.tokens = ScriptedTokens(self.info.facts.control_tokens)
        self._script = script
        self._gate = gate
        self._delay_s = delay_s
        self._embedding_size = embedding_size
        self._generations: list[ScriptedGeneration] = []

    async def start(self, request: GenerationRequest) -> "ScriptedGeneration":
        """Admit the next answer of the script."""
        if self.is_closed:
            raise ModelUnavailable("The model has been unloaded.")
        if not self.info.can_chat:
            raise NotAChatModel(self.info.why_not)
        num_prompt = sum(
            len(part.tokens or self.tokens.encode(part.text, special=part.special)) for part in request.prompt
        )
        if num_prompt == 0:
            raise InvalidField("options.prompt", "", "at least one token")
        if num_prompt + 1 > self.info.n_ctx:
            raise ContextOverflow(num_prompt, self.info.n_ctx)
        self.requests.append(request)
        answer = self._answer(request)
        if answer.start_error is not None:
            raise answer.start_error
        rest = self.info.n_ctx - num_prompt
        most = rest if request.max_tokens is None else min(request.max_tokens, rest)
        generation = ScriptedGeneration(request, answer, self.tokens, num_prompt, most, self._gate, self._delay_s)
        self._generations.append(generation)
        return generation

    async def tokenize(self, text: str, *, special: bool, add_special: bool = False) -> list[int]:
        return self.tokens.encode(text, special=special)

    async def detokenize(self, tokens: Sequence[int]) -> bytes:
        return "".join(self.tokens.text(token) for token in tokens).encode()

    async def embed(self, inputs: Sequence[Sequence[int]]) -> Embeddings:
        """Give vectors that begin with the input's length."""
        if self._embedding_size is None:
            raise RefusedField("input", "the model does not embed; load it with options.embedding")
        rest = (0.0,) * (self._embedding_size - 1)
        vectors = tuple((float(len(tokens)), *rest) for tokens in inputs)
        return Embeddings(vectors=vectors, num_tokens=sum(len(tokens) for tokens in inputs))

    async def status(self) -> EngineStatus:
        running = sum(not generation.is_over for generation in self._generations)
        return EngineStatus(num_running=running, num_waiting=0, is_alive=not self.is_closed)

    async def interrupt(self, reason: str) -> None:
        for generation in self._generations:
            generation.interrupt(GenerationInterrupted(reason))

    async def close(self) -> None:
        self.is_closed = True
        await self.interrupt("The model has been unloaded.")

    def _answer(self, request: GenerationRequest) -> ScriptedAnswer:
        if callable(self._script):
            answer = self._script(request)
        elif len(self.requests) > len(self._script):
            raise EngineFailed(f"The script has {len(self._script)} answers, and this is request {len(self.requests)}.")
        else:
            answer = self._script[len(self.requests) - 1]
        return ScriptedAnswer(pieces=tuple(answer)) if isinstance(answer, str) else answer


class ScriptedGeneration:
    """One scripted answer, generated while it is iterated over."""

    def __init__(
        self,
        request: GenerationRequest,
        answer: ScriptedAnswer,
        tokens: ScriptedTokens,
        num_prompt_tokens: int,
        max_tokens: int,
        gate: asyncio.Event | None,
        delay_s: float,
    ) -> None:
        self.num_prompt_tokens = num_prompt_tokens
        self.warnings: Sequence[str] = answer.warnings
        self.is_over = False
        self._request = request
        self._answer = answer
        self._tokens = tokens
        self._max_tokens = max_tokens
        self._gate = gate
        self._delay_s = delay_s
        self._error: FlowGenError | None = None
        self._ended = asyncio.Event()

    def interrupt(self, error: FlowGenError) -> None:
        """End with an error, unless it has ended."""
        if not self.is_over:
            self._error = error
            self._ended.set()

    async def __aiter__(self) -> AsyncIterator[TokenChunk]:
        try:
            for chunk in self._chunks():
                await self._pause()
                if self._error is not None:
                    raise self._error
                if self.is_over:
                    return
                self.is_over = chunk.finish is not None
                yield chunk
            if not self.is_over and self._answer.error is not None:
                raise self._answer.error
        finally:
            self._end()

    async def cancel(self) -> None:
        self._end()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self.is_over = True
        self._ended.set()

    async def _pause(self) -> None:
        await asyncio.sleep(self._delay_s)
        if self._gate is None or self._ended.is_set():
            return
        waits = [asyncio.ensure_future(event.wait()) for event in (self._gate, self._ended)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _chunks(self) -> list[TokenChunk]:
        """All the chunks; without the finish where the script has an error in its place."""
        pieces, reason = self._answer.pieces, self._answer.reason
        texts = [self._tokens.visible(piece, self._request.preserved) for piece in pieces]
        place = stop_place("".join(texts), self._request.stop, self._request.silent_spans)
        chunks: list[TokenChunk] = []
        num_left = len("".join(texts)) if place is None else place
        for piece, text in zip(pieces, texts, strict=True):
            if place is not None and num_left <= 0:
                break
            chunks.append(self._chunk(piece, text[:num_left]))
            num_left -= len(text)
        if place is not None:
            reason = "stop"
        if len(chunks) >= self._max_tokens and (len(chunks) > self._max_tokens or place is None):
            chunks, reason = chunks[: self._max_tokens], "length"
        elif self._answer.error is not None and place is None:
            return chunks
        usage = Usage(prompt_tokens=self.num_prompt_tokens, completion_tokens=len(chunks))
        return [*chunks, TokenChunk(finish=Finish(reason=reason, usage=usage))]

    def _chunk(self, piece: str, text: str) -> TokenChunk:
        token = self._tokens.token(piece)
        is_preserved = self._tokens.is_special(piece) and piece in self._request.preserved
        logprob = TokenAlternative(token=token, data=piece.encode(), logprob=LOGPROB)
        top = (logprob,) * min(1, self._request.logprobs or 0)
        return TokenChunk(
            text=text,
            tokens=(token,),
            special=(token,) if is_preserved else (),
            logprobs=() if self._request.logprobs is None else (TokenLogprob(chosen=logprob, top=top),),
        )
