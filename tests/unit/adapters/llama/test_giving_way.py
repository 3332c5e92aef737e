"""Who lost its place catches up without holding up the others, and who waits for a place costs nothing meanwhile."""

from unittest.mock import Mock

import pytest

from flowgen.adapters.llama.pace import Pace
from flowgen.adapters.llama.scheduler import Limits, Scheduler
from flowgen.adapters.llama.sequence import Answer
from support.machine import Machine, alone, answer_of

PROMPT = [2 + (place * place) % 90 for place in range(30)]
PREFILL_SIZE = 20


def crowd(*, is_hybrid: bool, monkeypatch: pytest.MonkeyPatch) -> tuple[Machine, list[Answer]]:
    """Two answers that have generated 100 tokens each, where steps beside others take 20 tokens of prompts."""
    monkeypatch.setattr(Pace, "prefill_size", lambda _, most, num_decode: PREFILL_SIZE if num_decode else most)
    machine = Machine(is_hybrid=is_hybrid, num_cells=1024)
    limits = Limits(num_running=4, queue_size=9, n_batch=600, n_pass=512, is_uniform=is_hybrid)
    machine.scheduler = Scheduler(limits, machine.residence)
    answers = [answer_of([number, *PROMPT], 200) for number in (80, 89)]  # the fake model ends neither sooner
    for answer in answers:
        machine.scheduler.add(answer)
    for _ in range(101):
        machine.turn()
    return machine, answers


@pytest.mark.parametrize("is_hybrid", [True, False])
def test_catching_up_takes_turns_as_a_prompt_does(is_hybrid: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    machine, (old, young) = crowd(is_hybrid=is_hybrid, monkeypatch=monkeypatch)
    pieces = machine.scheduler.schedule()
    machine.scheduler.failed([piece for piece in pieces if piece.answer is young], 2)
    machine.scheduler.settle(pieces)
    measured: list[tuple[int, int]] = []
    monkeypatch.setattr(Pace, "measured", lambda _, prefill, decode, *rest: measured.append((prefill, decode)))
    num_before = len(old.tokens)
    machine.turn()
    while young.is_prefill:
        machine.turn()
    assert len(old.tokens) == num_before + len(measured)
    assert sum(prefill for prefill, _ in measured) >= len(young.prompt) + 99
    assert max(prefill for prefill, _ in measured) == PREFILL_SIZE
    assert {decode for _, decode in measured} == {1}
    machine.run()
    for answer in (old, young):
        assert answer.tokens == alone(answer.prompt, 200)


def test_forced_tokens_are_no_prefill() -> None:
    answer = answer_of(PROMPT, 200)
    answer.computed(len(PROMPT))
    for token in range(1, 50):
        answer.append(token)
    assert not answer.is_prefill
    answer.computed(49)
    answer.leave()
    answer.computed(len(PROMPT) + 48)
    assert answer.is_prefill


@pytest.mark.parametrize("is_hybrid", [True, False])
def test_who_waits_for_cells_is_looked_up_when_something_changed(
    is_hybrid: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(is_hybrid=is_hybrid, num_cells=256)
    runs, waits = answer_of([80, *PROMPT], 100), answer_of(PROMPT * 8, 9)
    find = Mock(wraps=machine.residence.find)
    monkeypatch.setattr(machine.residence, "find", find)
    machine.scheduler.add(runs)
    machine.scheduler.add(waits)
    for _ in range(80):
        machine.turn()
    assert (waits.branch, waits.tokens) == (None, [])
    assert find.call_count <= 5
    machine.run()
    for answer in (runs, waits):
        assert answer.tokens == alone(answer.prompt, answer.num_left + len(answer.tokens))


def test_who_waits_for_cells_goes_on_when_the_one_that_had_them_is_cancelled() -> None:
    machine = Machine(is_hybrid=False, num_cells=256)
    runs, waits = answer_of([80, *PROMPT], 100), answer_of(PROMPT * 8, 9)
    third = answer_of(PROMPT[::-1], 90)
    for answer in (runs, third, waits):
        machine.scheduler.add(answer)
    for _ in range(10):
        machine.turn()
    assert (waits.branch, waits.tokens) == (None, [])
    runs.is_cancelled = third.is_cancelled = True
    machine.turn()
    assert waits.branch is not None


def test_cells_that_a_newcomer_goes_on_from_are_not_free_for_it_too() -> None:
    machine = Machine(is_hybrid=False, num_cells=2048, n_pass=1024)
    begun = answer_of(PROMPT * 2, 1)
    machine.scheduler.add(begun)
    machine.run()
    assert machine.residence.num_idle_cells == 60
    free = machine.residence.num_cells - machine.residence.num_cells_used
    runs = answer_of([80 + place % 9 for place in range(free - 40)], 30)
    machine.scheduler.add(runs)
    machine.turn()
    waits = answer_of([*PROMPT * 2, *PROMPT], 9)
    machine.scheduler.add(waits)
    machine.turn()
    assert runs.branch is not None
    assert waits.branch is None  # 30 tokens more and room to grow, where 40 cells are free


@pytest.mark.parametrize("is_hybrid", [True, False])
def test_cells_that_a_newcomer_shares_with_one_that_runs_are_no_more_needed(is_hybrid: bool) -> None:
    machine = Machine(is_hybrid=is_hybrid, num_cells=256, n_pass=256)
    shared = [2 + (place * place) % 90 for place in range(150)]
    first, second = (answer_of([*shared, number], 40, [150]) for number in (3, 4))
    machine.scheduler.add(first)
    while first.is_prefill:
        machine.turn()
    machine.scheduler.add(second)
    machine.turn()
    assert first.branch is not None
    assert second.num_cached == 150


def test_one_that_others_follow_gives_way_last() -> None:
    machine = Machine(is_hybrid=False, num_cells=320, n_pass=16)
    stem = [2 + (place * place) % 90 for place in range(150)]
    answers = [answer_of(prompt, 90) for prompt in ([80, *PROMPT], [89, *PROMPT], [*stem, 3], [*stem, 4])]
    for answer in answers:
        machine.scheduler.add(answer)
    while answers[3].leader is None:
        machine.turn()
    assert answers[3].leader is answers[2]
    machine.scheduler._give_way()
    assert [answer.branch is not None for answer in answers] == [True, False, True, False]
