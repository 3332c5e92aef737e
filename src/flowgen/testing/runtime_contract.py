"""What every ModelRuntime keeps, as tests. Knows the port alone; refuses to know any engine.

A test of a runtime inherits from `ModelRuntimeContract` and overrides its fixture `runtime`. The runtime's answer to
`prompt` under `sampling` must be the same each time, and have at least 24 tokens and 12 characters.
"""

import asyncio
import codecs
from collections.abc import AsyncIterator

import pytest

from flowgen.domain.errors import ContextOverflow, FlowGenError, GenerationInterrupted, InvalidField
from flowgen.domain.generation import GenerationRequest, PromptSegment, Sampling, TokenChunk
from flowgen.domain.ports import ModelRuntime

_PATIENCE_S = 60.0


async def collect(runtime: ModelRuntime, request: GenerationRequest) -> list[TokenChunk]:
    """All chunks of an answer; an answer that hangs fails."""
    async with asyncio.timeout(_PATIENCE_S), await runtime.start(request) as generation:
        return [chunk async for chunk in generation]


def text_of(chunks: list[TokenChunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def tokens_of(chunks: list[TokenChunk]) -> list[int]:
    return [token for chunk in chunks for token in chunk.tokens]


async def until_idle(runtime: ModelRuntime) -> None:
    """Wait until nothing runs or waits."""
    async with asyncio.timeout(_PATIENCE_S):
        while (status := await runtime.status()).num_running or status.num_waiting:
            await asyncio.sleep(0.005)


class ModelRuntimeContract:
    """The contract."""

    prompt = (PromptSegment(text="hello"),)
    sampling = Sampling(temperature=0.0)

    @pytest.fixture
    async def runtime(self) -> AsyncIterator[ModelRuntime]:
        """The runtime under test; the fixture closes it."""
        raise NotImplementedError("a test of a runtime overrides this fixture")
        yield  # noqa: PT022 - a generator, so that an overriding fixture may be one

    def request_of(self, **fields: object) -> GenerationRequest:
        """A request for at most 24 tokens, with other fields as given."""
        values = {"prompt": self.prompt, "sampling": self.sampling, "max_tokens": 24} | fields
        return GenerationRequest(**values)  # type: ignore[arg-type]

    async def test_the_last_chunk_and_only_it_has_the_finish(self, runtime: ModelRuntime) -> None:
        chunks = await collect(runtime, self.request_of())
        assert [chunk.finish is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]

    async def test_the_prompt_is_counted_before_the_answer(self, runtime: ModelRuntime) -> None:
        async with await runtime.start(self.request_of(max_tokens=1)) as generation:
            chunks = [chunk async for chunk in generation]
        finish = chunks[-1].finish
        assert finish is not None
        assert finish.usage.prompt_tokens == generation.num_prompt_tokens > 0

    async def test_the_text_is_that_of_the_tokens(self, runtime: ModelRuntime) -> None:
        chunks = await collect(runtime, self.request_of())
        data = await runtime.detokenize(tokens_of(chunks))
        assert codecs.getincrementaldecoder("utf-8")("replace").decode(data) == text_of(chunks)

    @pytest.mark.parametrize("most", [0, 1, 2, 7])
    async def test_max_tokens_is_the_most(self, runtime: ModelRuntime, most: int) -> None:
        chunks = await collect(runtime, self.request_of(max_tokens=most))
        finish = chunks[-1].finish
        assert finish is not None
        assert (len(tokens_of(chunks)), finish.usage.completion_tokens, finish.reason) == (most, most, "length")

    async def test_equal_requests_have_equal_answers(self, runtime: ModelRuntime) -> None:
        first, second = [text_of(await collect(runtime, self.request_of())) for _ in range(2)]
        assert first == second

    async def test_a_stop_string_ends_the_answer_and_never_appears(self, runtime: ModelRuntime) -> None:
        free = text_of(await collect(runtime, self.request_of()))
        stop = free[4:7]
        chunks = await collect(runtime, self.request_of(stop=(stop,)))
        finish = chunks[-1].finish
        assert text_of(chunks) == free[: free.index(stop)]
        assert finish is not None
        assert finish.reason == "stop"

    async def test_a_stop_string_that_does_not_come_changes_nothing(self, runtime: ModelRuntime) -> None:
        free = await collect(runtime, self.request_of())
        stop = text_of(free)[-1:] + "\x00 never"
        assert text_of(await collect(runtime, self.request_of(stop=(stop,)))) == text_of(free)

    async def test_a_prompt_that_is_too_long_is_refused_before_the_start(self, runtime: ModelRuntime) -> None:
        long = PromptSegment(text="0 1 2 3 4 5 6 7 8 9 " * runtime.info.n_ctx)
        with pytest.raises(ContextOverflow) as caught:
            await runtime.start(self.request_of(prompt=(long,)))
        assert str(runtime.info.n_ctx) in str(caught.value)

    async def test_an_empty_prompt_is_refused(self, runtime: ModelRuntime) -> None:
        with pytest.raises(InvalidField):
            await runtime.start(self.request_of(prompt=(PromptSegment(text=""),)))

    async def test_log_probabilities_come_with_each_token(self, runtime: ModelRuntime) -> None:
        chunks = await collect(runtime, self.request_of(logprobs=1, max_tokens=5))
        logprobs = [logprob for chunk in chunks for logprob in chunk.logprobs]
        assert [logprob.chosen.token for logprob in logprobs] == tokens_of(chunks)
        assert all(logprob.chosen.logprob <= 0 and len(logprob.top) == 1 for logprob in logprobs)

    async def test_no_log_probabilities_unless_asked_for(self, runtime: ModelRuntime) -> None:
        chunks = await collect(runtime, self.request_of(max_tokens=3))
        assert not any(chunk.logprobs for chunk in chunks)

    async def test_cancelling_is_harmless_before_during_and_after(self, runtime: ModelRuntime) -> None:
        before = await runtime.start(self.request_of())
        await before.cancel()
        await before.cancel()
        assert not [chunk async for chunk in before if chunk.finish]
        during = await runtime.start(self.request_of(max_tokens=None))
        async for _ in during:
            await during.cancel()
        after = await runtime.start(self.request_of(max_tokens=1))
        assert [chunk async for chunk in after]
        await after.cancel()
        await until_idle(runtime)
        assert text_of(await collect(runtime, self.request_of()))

    async def test_leaving_the_block_frees_the_model(self, runtime: ModelRuntime) -> None:
        async with await runtime.start(self.request_of(max_tokens=None)) as generation:
            async for _ in generation:
                break
        await until_idle(runtime)

    async def test_a_cancelled_consumer_frees_the_model(self, runtime: ModelRuntime) -> None:
        task = asyncio.create_task(collect(runtime, self.request_of(max_tokens=None)))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await until_idle(runtime)

    async def test_concurrent_callers_all_get_their_answers(self, runtime: ModelRuntime) -> None:
        alone = text_of(await collect(runtime, self.request_of()))
        answers = await asyncio.gather(*(collect(runtime, self.request_of()) for _ in range(5)))
        assert [text_of(chunks) for chunks in answers] == [alone] * 5

    async def test_interrupting_ends_running_and_waiting_answers(self, runtime: ModelRuntime) -> None:
        started = [await runtime.start(self.request_of(max_tokens=None)) for _ in range(3)]
        await runtime.interrupt("a swap")
        async with asyncio.timeout(_PATIENCE_S):
            for generation in started:
                with pytest.raises(GenerationInterrupted, match="a swap"):
                    async for _ in generation:
                        pass
        assert text_of(await collect(runtime, self.request_of()))

    async def test_closing_ends_answers_and_is_harmless_twice(self, runtime: ModelRuntime) -> None:
        generation = await runtime.start(self.request_of(max_tokens=None))
        await runtime.close()
        await runtime.close()
        with pytest.raises(GenerationInterrupted):
            async for _ in generation:
                pass
        with pytest.raises(FlowGenError):
            await runtime.start(self.request_of())
        assert not (await runtime.status()).is_alive

    async def test_tokens_are_text_and_back(self, runtime: ModelRuntime) -> None:
        text = "Größe 船 42\n"
        tokens = await runtime.tokenize(text, special=False)
        assert (await runtime.detokenize(tokens)).decode() == text

    async def test_a_special_token_is_one_only_where_asked_for(self, runtime: ModelRuntime) -> None:
        text = runtime.info.facts.eos_token
        assert len(await runtime.tokenize(text, special=True)) == 1
        assert len(await runtime.tokenize(text, special=False)) > 1

    async def test_unknown_ids_are_refused(self, runtime: ModelRuntime) -> None:
        for token in (-1, 2**31 - 1):
            with pytest.raises(InvalidField):
                await runtime.detokenize([token])
