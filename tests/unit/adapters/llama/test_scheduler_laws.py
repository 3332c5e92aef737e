"""Laws of the scheduler over a fake memory: whatever comes, leaves or fails, every answer is the one it would be
alone, in a bounded number of steps, and nothing is left behind."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from flowgen.adapters.llama.sequence import Answer
from flowgen.domain.errors import QueueFull
from support.machine import Machine, alone, answer_of

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


def test_where_two_prompts_part_a_third_one_goes_on() -> None:
    """No message ends there: two questions after one long text, in the same message."""
    machine = Machine(is_hybrid=True, num_cells=2048)
    answers = [answer_of([*STEMS[0], 50 + number, 3, 4], 3, [100, 162]) for number in range(4)]
    for answer in answers:
        machine.scheduler.add(answer)
        machine.run()
    assert [answer.num_cached for answer in answers] == [0, 100, 100, 100]
    far = [answer_of([*STEMS[1], 50 + number, 3, 4], 3, [90, 162]) for number in range(4)]
    for answer in far:
        machine.scheduler.add(answer)
        machine.run()
    assert [answer.num_cached for answer in far] == [0, 90, 160, 160]


def test_who_comes_after_the_parting_keeps_it_for_the_next() -> None:
    """The leader is past the place, and nothing was kept there: one more computes it, and the others wait for that."""
    machine = Machine(is_hybrid=True, num_cells=2048, n_pass=64)
    first = answer_of([*STEMS[0], *range(5, 60)], 3, [])
    machine.scheduler.add(first)
    while first.num_computed <= len(STEMS[0]):
        machine.turn()
    later = [answer_of([*STEMS[0], 70 + number, 3], 3, []) for number in range(3)]
    for answer in later:
        machine.scheduler.add(answer)
    machine.run()
    assert [answer.num_cached for answer in later] == [0, 160, 160]


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
