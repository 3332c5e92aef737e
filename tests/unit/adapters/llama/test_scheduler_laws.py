"""Laws of the scheduler over a fake memory: whatever comes, leaves or fails, every answer is the one it would be
alone, in a bounded number of steps, and nothing is left behind."""

from collections.abc import Sequence

import hypothesis.strategies as st
import pytest
from hypothesis import given

from flowgen.adapters.llama.chooser import TokenChooser
from flowgen.adapters.llama.emission import Emission
from flowgen.adapters.llama.kv_cells import CellLedger
from flowgen.adapters.llama.prefix_cache import PrefixCache
from flowgen.adapters.llama.residence import Residence
from flowgen.adapters.llama.runner import Runner
from flowgen.adapters.llama.sampler import Step, StepSampler, TokenSampler
from flowgen.adapters.llama.scheduler import Limits, Scheduler
from flowgen.adapters.llama.scores import ScoreRules
from flowgen.adapters.llama.sequence import Answer
from flowgen.adapters.llama.stops import StopScanner
from flowgen.adapters.llama.text import TokenText
from flowgen.domain.errors import QueueFull
from flowgen.domain.generation import Sampling
from flowgen.domain.model import Vocabulary
from support.fake_memory import FakeMemory, next_after

N_VOCAB = 97
LETTERS = Vocabulary(
    tokens=tuple(bytes([32 + value]) for value in range(N_VOCAB)),
    special=frozenset(),
    end_tokens=(0,),
    fingerprint="letters",
    tokenize=list,
)


def no_sampler(_: Sequence[Step]) -> StepSampler:
    raise AssertionError("greedy draws need none")


def answer_of(prompt: Sequence[int], max_tokens: int, cuts: Sequence[int] = ()) -> Answer:
    greedy = Sampling(temperature=0.0)
    chooser = TokenChooser(ScoreRules(greedy), lambda: TokenSampler(greedy, 0, N_VOCAB, no_sampler), LETTERS)
    emission = Emission(TokenText(LETTERS), StopScanner(()))
    return Answer(prompt, max_tokens, chooser, emission, cuts=cuts)


def alone(prompt: Sequence[int], max_tokens: int) -> list[int]:
    """The tokens of the answer as the fake model gives them."""
    tokens: list[int] = []
    while len(tokens) < max_tokens and (token := next_after([*prompt, *tokens], N_VOCAB)):
        tokens.append(token)
    return tokens


class Machine:
    """A scheduler with all that it works on, and the loop of the engine without its thread."""

    def __init__(
        self,
        *,
        is_hybrid: bool,
        num_cells: int = 512,
        num_running: int = 4,
        n_pass: int = 32,
        max_bytes: int = 100_000,
        queue_size: int = 100,
        drafts: bool = False,
    ) -> None:
        self.memory = FakeMemory(num_cells, N_VOCAB, is_hybrid=is_hybrid, n_rs_seq=4 if drafts else 0)
        self.cells = CellLedger(num_cells)
        self.cache = PrefixCache(max_bytes, cuts_anywhere=not is_hybrid)
        self.residence = Residence(self.memory, self.cells, self.cache, num_running + 3, takes_checkpoints=is_hybrid)
        limits = Limits(num_running=num_running, queue_size=queue_size, n_batch=64, n_pass=n_pass, is_uniform=is_hybrid)
        self.scheduler = Scheduler(limits, self.residence, self._guess if drafts else None)
        self.runner = Runner(self.memory, LETTERS)

    def _guess(self, answer: Answer, piece: Sequence[int]) -> list[int]:
        """Two drafts that are right and one that is wrong."""
        if not answer.tokens or answer.num_left < 5:
            return []
        known = [*answer.prompt, *answer.tokens]
        first = next_after(known, N_VOCAB)
        return [first, next_after([*known, first], N_VOCAB), 1]

    def turn(self) -> int:
        """One turn of the engine's loop; the pieces that were computed."""
        self.dismiss()
        pieces = self.scheduler.schedule()
        if pieces:
            self.runner.step(pieces, self.scheduler)
            self.scheduler.settle(pieces)
            self.dismiss()
        self.check()
        return len(pieces)

    def dismiss(self) -> None:
        for answer in self.scheduler.over():
            self.scheduler.remove(answer)

    def run(self, most: int = 3000) -> None:
        for _ in range(most):
            if not self.turn():
                assert not self.scheduler.all(), "somebody waits and nothing runs"
                return
        raise AssertionError("it does not end")

    def check(self) -> None:
        assert self.cells.num_used == self.memory.num_used
        places = [a.branch.slot for a in self.scheduler.all() if a.branch is not None]
        idle = [branch.slot for branch in self.cache.idle if branch.slot is not None]
        assert self.memory.sequences <= {*places, *idle}
        assert len({*places, *idle}) == len(places) + len(idle)
        assert len(places) + len(idle) + self.residence.num_free_slots == 7


STEMS = [[2 + (7 * stem + place * place) % 90 for place in range(160)] for stem in range(2)]


@st.composite
def prompts(draw: st.DrawFn) -> list[int]:
    """Beginnings of two stems with an own end: most have something in common."""
    stem = draw(st.sampled_from(STEMS))
    shared = draw(st.sampled_from([0, 3, 40, 70, 100, 140, 160]))
    own = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    return stem[:shared] + own


JOBS = st.lists(
    st.tuples(
        prompts(),
        st.sampled_from([1, 5, 40, 150]),
        st.integers(0, 12),
        st.sampled_from([None, None, None, 0, 1, 3, 9]),
    ),
    min_size=1,
    max_size=12,
)
"""Prompt, most tokens, turns until the next one comes, and turns after which it is cancelled."""


@pytest.mark.parametrize("is_hybrid", [True, False])
@pytest.mark.parametrize("drafts", [True, False])
@given(jobs=JOBS, num_cells=st.sampled_from([320, 400, 512, 2048]), max_bytes=st.sampled_from([0, 3000, 100_000]))
def test_every_answer_is_the_one_it_would_be_alone(
    is_hybrid: bool, drafts: bool, jobs: list[tuple[list[int], int, int, int | None]], num_cells: int, max_bytes: int
) -> None:
    machine = Machine(is_hybrid=is_hybrid, num_cells=num_cells, max_bytes=max_bytes, drafts=drafts)
    begun: list[tuple[Answer, int | None]] = []
    for prompt, most, pause, cancel in jobs:
        answer = answer_of(prompt, most, [len(prompt) - 1, len(prompt) // 2])
        machine.scheduler.add(answer)
        begun.append((answer, cancel))
        for turn in range(pause):
            for other, turns in begun:
                other.is_cancelled = other.is_cancelled or turns == turn
            machine.turn()
    machine.run()
    for answer, _ in begun:
        if not answer.is_cancelled:
            assert answer.tokens == alone(answer.prompt, answer.num_left + len(answer.tokens))
            assert answer.is_finished
    machine.residence.make_room(num_cells)
    assert machine.cells.num_free == num_cells


@pytest.mark.parametrize("is_hybrid", [True, False])
@given(jobs=JOBS, failing=st.lists(st.integers(0, 20), max_size=2))
def test_a_failed_decode_costs_nobody_an_answer(
    is_hybrid: bool, jobs: list[tuple[list[int], int, int, int | None]], failing: list[int]
) -> None:
    machine = Machine(is_hybrid=is_hybrid)
    answers = [answer_of(prompt, most, [len(prompt) - 1]) for prompt, most, _, _ in jobs]
    for answer in answers:
        machine.scheduler.add(answer)
    for turn in range(21):
        machine.memory.num_to_fail += turn in failing
        machine.turn()
    machine.run()
    for answer in answers:
        assert answer.tokens == alone(answer.prompt, answer.num_left + len(answer.tokens))


def test_who_fails_again_and_again_is_told() -> None:
    machine = Machine(is_hybrid=True)
    answer = answer_of([1, 2, 3], 5)
    machine.scheduler.add(answer)
    machine.memory.num_to_fail = 99
    machine.run()
    assert "llama_decode gave 2" in str(answer.ended)


@pytest.mark.parametrize("is_hybrid", [True, False])
def test_a_shared_beginning_is_computed_once(is_hybrid: bool) -> None:
    machine = Machine(is_hybrid=is_hybrid, num_running=4)
    stem = STEMS[0]
    answers = [answer_of([*stem, 50 + number], 3, [len(stem)]) for number in range(4)]
    for answer in answers:
        machine.scheduler.add(answer)
    machine.run()
    computed = sum(len(answer.tokens) for answer in answers) + len(stem) + 4
    assert machine.memory.num_tokens <= computed
    assert [answer.num_cached for answer in answers] == [0, 160, 160, 160]


@pytest.mark.parametrize("is_hybrid", [True, False])
def test_a_follower_goes_on_where_a_cancelled_leader_stopped(is_hybrid: bool) -> None:
    machine = Machine(is_hybrid=is_hybrid, n_pass=32)
    leader, follower = (answer_of([*STEMS[0], number], 4, [64, 160]) for number in (3, 4))
    machine.scheduler.add(leader)
    machine.turn()
    machine.scheduler.add(follower)
    machine.turn()
    assert follower.leader is leader
    machine.turn()
    leader.is_cancelled = True
    machine.run()
    assert follower.num_cached is not None
    assert follower.num_cached >= 64
    assert follower.tokens == alone(follower.prompt, 4)


@pytest.mark.parametrize("is_hybrid", [True, False])
def test_a_conversation_goes_on_where_it_was(is_hybrid: bool) -> None:
    machine = Machine(is_hybrid=is_hybrid, num_cells=2048)
    prompt = list(STEMS[0])
    for _ in range(4):
        answer = answer_of(prompt, 6, [len(prompt) - 1])
        machine.scheduler.add(answer)
        machine.run()
        prompt = [*prompt, *answer.tokens, 60, 61, 62]
    assert answer.num_cached is not None
    assert answer.num_cached >= len(answer.prompt) - 4


def test_the_queue_is_bounded() -> None:
    machine = Machine(is_hybrid=True, queue_size=2)
    for _ in range(6):
        machine.scheduler.check_room()
        machine.scheduler.add(answer_of([1, 2], 4))
    with pytest.raises(QueueFull) as refused:
        machine.scheduler.check_room()
    assert refused.value.retry_after >= 1
    machine.turn()
    assert (machine.scheduler.num_running, machine.scheduler.num_waiting) == (4, 2)


def test_the_youngest_gives_way_and_loses_nothing() -> None:
    machine = Machine(is_hybrid=True, num_cells=256)
    old, young = answer_of(STEMS[0][:100], 100), answer_of(STEMS[1][:100], 100)
    machine.scheduler.add(old)
    machine.scheduler.add(young)
    machine.run()
    for answer in (old, young):
        assert answer.tokens == alone(answer.prompt, 100)
