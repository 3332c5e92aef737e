"""What leaves the cells for host memory, what comes back, and that neither costs more than it gives."""

from support.machine import Machine, answer_of

STEM = [2 + (place * place) % 90 for place in range(160)]


def run(machine: Machine, prompt: list[int], cuts: tuple[int, ...] = ()) -> None:
    machine.scheduler.add(answer_of(prompt, 1, cuts))
    machine.run()


def test_a_copy_that_does_not_fit_drives_nobody_from_the_cells() -> None:
    machine = Machine(is_hybrid=False, num_cells=4096)
    run(machine, STEM)
    machine.residence.make_room(4096)
    copied = machine.cache.idle[0]
    run(machine, STEM[100:150])
    resident = machine.cache.idle[1]
    machine.cells.extend(7, 3950)  # of others who run: the 160 of the copy would not fit, a shorter prompt does
    answer = answer_of(STEM[:50], 1)
    machine.residence.settle_in(answer, machine.residence.find(answer.known, 49, ()))
    assert copied.slot is None
    assert resident.slot is not None
    assert answer.num_computed == 0
