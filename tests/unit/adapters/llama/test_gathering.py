"""A crowd's prompts come first on hybrid models: each gives its first token at once, and then all go on in step."""

import pytest

from flowgen.adapters.llama.scheduler import Limits, Scheduler
from flowgen.adapters.llama.sequence import Answer
from support.machine import Machine, alone, answer_of

SIZE = 40


def crowd(num_answers: int, *, is_hybrid: bool = True, num_gathered: int = 600) -> tuple[Machine, list[Answer]]:
    machine = Machine(is_hybrid=is_hybrid, num_cells=4096, num_running=16)
    limits = Limits(
        num_running=16, queue_size=9, n_batch=600, n_pass=64, is_uniform=is_hybrid, num_gathered=num_gathered
    )
    machine.scheduler = Scheduler(limits, machine.residence)
    answers = [answer_of([number, *range(2, SIZE + 1)], 20) for number in range(50, 50 + num_answers)]
    for answer in answers:
        machine.scheduler.add(answer)
    return machine, answers


def test_nobody_goes_on_before_all_prompts_are_there() -> None:
    machine, answers = crowd(5)
    while any(answer.is_prefill for answer in answers):
        machine.turn()
        assert all(len(answer.tokens) <= 1 for answer in answers)
    machine.turn()
    assert [len(answer.tokens) for answer in answers] == [2] * 5
    machine.run()
    for answer in answers:
        assert answer.tokens == alone(answer.prompt, 20)


def test_a_first_token_does_not_wait_for_the_others_prompts() -> None:
    machine, answers = crowd(5)
    while answers[0].is_prefill:
        machine.turn()
    assert len(answers[0].tokens) == 1
    assert answers[-1].is_prefill


def test_who_goes_on_already_is_not_held_up() -> None:
    machine, (first, second) = crowd(2)
    late = answer_of([90, *range(2, 200)], 20)
    while len(second.tokens) < 3:
        machine.turn()
    machine.scheduler.add(late)
    num_tokens = len(first.tokens)
    machine.turn()
    assert len(first.tokens) == num_tokens + 1
    assert late.is_prefill


def test_prompts_that_are_long_together_are_not_waited_for() -> None:
    machine, answers = crowd(5, num_gathered=SIZE)
    while answers[0].is_prefill:
        machine.turn()
    machine.turn()
    assert len(answers[0].tokens) == 2
    assert answers[-1].is_prefill


def test_who_comes_later_is_not_waited_for() -> None:
    machine, answers = crowd(3)
    for number in range(8):
        machine.scheduler.add(answer_of([100 + number, *range(2, SIZE + 1)], 20))
        machine.turn()
        machine.turn()
    assert len(answers[0].tokens) > 1


@pytest.mark.parametrize("is_hybrid", [True, False])
def test_models_that_compute_both_in_one_pass_do_not_wait(is_hybrid: bool) -> None:
    machine, answers = crowd(5, is_hybrid=is_hybrid)
    while answers[-1].is_prefill:
        machine.turn()
    assert (len(answers[0].tokens) > 1) is not is_hybrid
