"""What a strict reader of the engine asked: states that do not come back, the last of everything, and faults of those
whom the engine calls."""

import pytest

from flowgen.adapters.llama.sequence import Answer
from support.machine import Machine, alone, answer_of

STEM = [2 + (place * place) % 90 for place in range(160)]


def run(machine: Machine, *answers: Answer) -> None:
    for answer in answers:
        machine.scheduler.add(answer)
    machine.run()


@pytest.mark.parametrize("max_cells", [2048, 512])
def test_a_checkpoint_that_does_not_come_back_is_computed_again(max_cells: int) -> None:
    machine = Machine(is_hybrid=True, num_cells=max_cells)
    run(machine, answer_of([*STEM[:40], 3], 4, [20]))  # stays in the cells where these are many, else in host memory
    machine.memory.num_states_to_fail = 1
    other = answer_of([*STEM[:20], 4, 4, 4], 4)
    run(machine, other)
    assert machine.memory.num_states_to_fail == 0
    assert (other.tokens, other.num_cached) == (alone(other.prompt, 4), 0)


def test_drafts_of_a_crowd_are_verified_in_one_pass() -> None:
    machine = Machine(is_hybrid=True, num_running=4, n_pass=6, drafts=True)
    answers = [answer_of([*STEM[:10], number], 40) for number in range(4)]
    run(machine, *answers)
    for answer in answers:
        assert answer.tokens == alone(answer.prompt, 40)


@pytest.mark.parametrize("is_hybrid", [True, False])
def test_the_last_sequence_id_may_be_the_one_of_the_prefix(is_hybrid: bool) -> None:
    machine = Machine(is_hybrid=is_hybrid, num_cells=4096, num_running=1, num_spare=0)
    run(machine, answer_of([*STEM[:60], 3], 4, [50]))
    other = answer_of([*STEM[:50], 4, 4, 4], 4)
    run(machine, other)
    assert (other.tokens, other.num_cached) == (alone(other.prompt, 4), 50)
