"""The engine's thread against a context that can be told to fail, to wait and to count."""

import asyncio
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from flowgen.adapters.llama.chooser import TokenChooser
from flowgen.adapters.llama.drafting import Drafter
from flowgen.adapters.llama.emission import Emission
from flowgen.adapters.llama.engine import Engine
from flowgen.adapters.llama.generation import LlamaGeneration
from flowgen.adapters.llama.kv_cells import CellLedger
from flowgen.adapters.llama.kv_memory import BatchPiece
from flowgen.adapters.llama.prefix_cache import PrefixCache
from flowgen.adapters.llama.residence import Residence
from flowgen.adapters.llama.runner import Runner
from flowgen.adapters.llama.sampler import Step, StepSampler, TokenSampler
from flowgen.adapters.llama.scheduler import Limits, Scheduler
from flowgen.adapters.llama.scores import ScoreRules
from flowgen.adapters.llama.sequence import Answer
from flowgen.adapters.llama.stops import StopScanner
from flowgen.adapters.llama.text import TokenText
from flowgen.domain.errors import EngineFailed, GenerationInterrupted, ModelUnavailable
from flowgen.domain.generation import Sampling
from flowgen.domain.model import Vocabulary
from flowgen.domain.plugins import StoppingCriterion

BYTES = Vocabulary(
    tokens=tuple(bytes([value]) for value in range(128)),
    special=frozenset(),
    end_tokens=(0,),
    fingerprint="ascii",
    tokenize=list,
)


class CountingContext:
    """Always likes the letter `a` best; records the pieces."""

    def __init__(self) -> None:
        self.pieces: list[list[int]] = []
        self.num_forgotten = 0
        self.status = 0
        self.taken_back: list[int] = []
        self.can_take_back = True
        self.go = threading.Event()
        self.go.set()

    def decode(self, pieces: Sequence[BatchPiece]) -> int:
        self.go.wait(10)
        self.pieces += [list(piece.tokens) for piece in pieces]
        return self.status

    def logits(self, index: int) -> NDArray[np.float32]:
        scores = np.zeros(128, np.float32)
        scores[ord("a")] = 1.0
        return scores

    def forget(self, sequence: int) -> None:
        self.num_forgotten += 1

    def take_back(self, sequence: int, position: int) -> bool:
        self.taken_back.append(position)
        return self.can_take_back

    def fork(self, source: int, target: int, position: int) -> None:
        raise NotImplementedError

    def save_size(self, sequence: int) -> int:
        return len(self.save(sequence))

    def save(self, sequence: int) -> bytes:
        return b"a copy"

    def load(self, sequence: int, data: bytes) -> bool:
        return True

    def save_state(self, sequence: int) -> bytes:
        return b""

    def load_state(self, sequence: int, data: bytes) -> bool:
        return True


def engine_of(context: CountingContext, drafter: Drafter | None = None) -> Engine:
    """One answer at a time, four tokens of a prompt in a step, and nothing kept."""
    residence = Residence(context, CellLedger(10_000), PrefixCache(0, cuts_anywhere=True), 2, takes_checkpoints=False)
    limits = Limits(num_running=1, queue_size=8, n_batch=8, n_pass=4)
    scheduler = Scheduler(limits, residence, drafter.guess if drafter else None)
    return Engine(Runner(context, BYTES), scheduler)


def no_sampler(_: Sequence[Step]) -> StepSampler:
    raise AssertionError("greedy draws need none")


def answer_of(
    prompt: Sequence[int] = (1, 2, 3), max_tokens: int = 3, criteria: Sequence[StoppingCriterion] = ()
) -> Answer:
    sampling = Sampling(temperature=0.0)
    chooser = TokenChooser(
        ScoreRules(sampling), lambda: TokenSampler(sampling, 0, len(BYTES.tokens), no_sampler), BYTES
    )
    return Answer(prompt, max_tokens, chooser, Emission(TokenText(BYTES), StopScanner(())), criteria=criteria)


@pytest.fixture
def context() -> CountingContext:
    return CountingContext()


@pytest.fixture
def engine(context: CountingContext) -> Iterator[Engine]:
    engine = engine_of(context)
    yield engine
    context.go.set()
    engine.close()


def submit(engine: Engine, answer: Answer) -> LlamaGeneration:
    generation = LlamaGeneration(len(answer.prompt), (), lambda: engine.cancel(answer))
    answer.deliver = generation.deliver
    engine.submit(answer)
    return generation


async def text_of(generation: LlamaGeneration) -> str:
    async with asyncio.timeout(20):
        return "".join([chunk.text async for chunk in generation])


async def until_idle(engine: Engine) -> None:
    async with asyncio.timeout(20):
        while (status := engine.status()).num_running or status.num_waiting:
            await asyncio.sleep(0.002)


async def test_the_prompt_is_computed_in_pieces(engine: Engine, context: CountingContext) -> None:
    assert await text_of(submit(engine, answer_of(prompt=range(1, 11)))) == "aaa"
    assert context.pieces == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10], [97], [97]]


class Guesses:
    """A draft model that always guesses the same."""

    def __init__(self, *guesses: int) -> None:
        self._guesses = guesses

    def draft(self, tokens: Sequence[int]) -> Sequence[int]:
        return self._guesses


A, B, P = ord("a"), ord("b"), [1, 2, 3]


@pytest.mark.parametrize(
    ("guesses", "can_take_back", "pieces", "taken_back"),
    [
        ((A, A), True, [P, [A, A, A], [A]], []),
        ((A, B), True, [P, [A, A, B], [A, A]], [5]),
        ((B, A), True, [P, [A, B, A], [A, B, A], [A, B], [A]], [4, 5, 6]),
        ((B,), False, [P, [A, B], P, [A, A], [A, B], P, [A, A, A, A]], [4, 6]),  # catching up takes none
        ((999,), True, [P, [A], [A], [A], [A]], []),
    ],
)
async def test_drafts_change_the_number_of_steps_and_not_the_text(
    context: CountingContext,
    guesses: tuple[int, ...],
    can_take_back: bool,
    pieces: list[list[int]],
    taken_back: list[int],
) -> None:
    context.can_take_back = can_take_back
    engine = engine_of(context, Drafter(Guesses(*guesses), len(BYTES.tokens), 8, 8))
    assert await text_of(submit(engine, answer_of(max_tokens=5))) == "aaaaa"
    engine.close()
    assert (context.pieces, context.taken_back) == (pieces, taken_back)


async def test_a_failed_decode_ends_its_answer_and_not_the_next(engine: Engine, context: CountingContext) -> None:
    context.status = -3
    with pytest.raises(EngineFailed, match="-3"):
        await text_of(submit(engine, answer_of()))
    context.status = 0
    await until_idle(engine)
    assert context.num_forgotten == len(context.pieces) == 3
    assert await text_of(submit(engine, answer_of())) == "aaa"


async def test_cancelling_frees_the_engine_within_one_piece(engine: Engine, context: CountingContext) -> None:
    context.go.clear()
    long, short = submit(engine, answer_of(prompt=[1] * 400)), submit(engine, answer_of())
    await asyncio.sleep(0.02)
    await long.cancel()
    context.go.set()
    assert await text_of(short) == "aaa"
    assert context.pieces.count([1] * 4) <= 2
    assert await text_of(long) == ""


async def test_a_waiting_answer_can_be_cancelled(engine: Engine, context: CountingContext) -> None:
    context.go.clear()
    first, second, third = (submit(engine, answer_of()) for _ in range(3))
    await second.cancel()
    context.go.set()
    assert [await text_of(generation) for generation in (first, second, third)] == ["aaa", "", "aaa"]
    await until_idle(engine)
    assert context.num_forgotten == 2


class TimeIsUp:
    """A criterion whose time is up at once; never asked, for there is no token."""

    time_limit_s = 0.0

    def should_stop(self, tokens: Sequence[int], seconds: float) -> bool:
        raise AssertionError("there is no token yet")


class Exits:
    """A plugin that wants to end the process."""

    def should_stop(self, tokens: Sequence[int], seconds: float) -> bool:
        raise SystemExit(3)


async def test_time_is_up_in_the_queue_and_within_the_prompt_too(engine: Engine, context: CountingContext) -> None:
    context.go.clear()
    first = submit(engine, answer_of(prompt=[1] * 8))
    await asyncio.sleep(0.02)
    late = submit(engine, answer_of(criteria=[TimeIsUp()]))
    context.go.set()
    assert [chunk.finish.reason async for chunk in late if chunk.finish] == ["length"]
    assert await text_of(first) == "aaa"
    assert [1, 2, 3] not in context.pieces


async def test_a_plugin_that_exits_ends_its_own_answer_only(engine: Engine) -> None:
    exiting, other = submit(engine, answer_of(criteria=[Exits()])), submit(engine, answer_of())
    with pytest.raises(EngineFailed):
        await text_of(exiting)
    assert await text_of(other) == "aaa"


async def test_first_come_first_served(engine: Engine, context: CountingContext) -> None:
    context.go.clear()
    generations = [submit(engine, answer_of(prompt=[number])) for number in (5, 6, 7)]
    await asyncio.sleep(0.02)
    assert (engine.status().num_running, engine.status().num_waiting) == (1, 2)
    context.go.set()
    await asyncio.gather(*map(text_of, generations))
    assert [piece for piece in context.pieces if piece != [97]] == [[5], [6], [7]]


async def test_an_interruption_reaches_running_and_waiting(engine: Engine, context: CountingContext) -> None:
    context.go.clear()
    generations = [submit(engine, answer_of()) for _ in range(3)]
    engine.interrupt("drained")
    context.go.set()
    for generation in generations:
        with pytest.raises(GenerationInterrupted, match="drained"):
            await text_of(generation)
    assert await text_of(submit(engine, answer_of())) == "aaa"


async def test_work_is_done_on_the_thread_and_its_errors_come_back(engine: Engine) -> None:
    name = await asyncio.wrap_future(engine.call(lambda: threading.current_thread().name))
    assert name == "flowgen-engine"
    with pytest.raises(ZeroDivisionError):
        await asyncio.wrap_future(engine.call(lambda: 1 // 0))
    assert await text_of(submit(engine, answer_of())) == "aaa"


async def test_a_closed_engine_takes_nothing(engine: Engine) -> None:
    engine.close()
    engine.close()
    with pytest.raises(ModelUnavailable):
        engine.submit(answer_of())
    with pytest.raises(ModelUnavailable):
        engine.call(lambda: 1)
    assert not engine.status().is_alive


async def test_a_fault_of_the_loop_itself_tells_everybody(
    engine: Engine, context: CountingContext, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: int) -> None:
        raise ZeroDivisionError("a fault of the loop")

    monkeypatch.setattr(context, "forget", fail)
    context.go.clear()
    first, second = (submit(engine, answer_of()) for _ in range(2))
    context.go.set()
    assert await text_of(first) == "aaa"
    with pytest.raises(EngineFailed):
        await text_of(second)
    assert "a fault of the loop" in caplog.text
    assert not engine.status().is_alive


async def test_a_consumer_that_is_gone_stops_the_answer(engine: Engine, context: CountingContext) -> None:
    answer = answer_of(max_tokens=10**9)

    def run() -> None:
        async def start() -> None:
            submit(engine, answer)

        asyncio.run(start())

    await asyncio.to_thread(run)
    await until_idle(engine)
    assert answer.is_cancelled
