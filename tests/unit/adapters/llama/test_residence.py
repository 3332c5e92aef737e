"""What leaves the cells for host memory, what comes back, and that neither costs more than it gives."""

import pytest

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


def test_nothing_is_copied_that_host_memory_has_no_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(is_hybrid=False, max_bytes=100)
    saved: list[int] = []
    monkeypatch.setattr(machine.memory, "save", saved.append)
    run(machine, STEM)
    machine.residence.make_room(512)
    assert (saved, machine.cache.idle, machine.cells.num_used) == ([], [], 0)


def test_an_old_copy_is_dropped_before_a_new_one_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(is_hybrid=False, num_cells=8192)
    run(machine, STEM)
    machine.cache.max_bytes = most = machine.memory.save_size(machine.cache.idle[0].slot or 0) + 10
    machine.residence.make_room(8192)
    bytes_before: list[int] = []
    save = machine.memory.save

    def watched(sequence: int) -> bytes:
        bytes_before.append(machine.cache.host_bytes)
        return save(sequence)

    monkeypatch.setattr(machine.memory, "save", watched)
    run(machine, STEM[1:])
    machine.residence.make_room(8192)
    assert bytes_before == [0]
    assert 0 < machine.cache.host_bytes <= most


def test_the_checkpoints_of_a_conversation_do_not_pile_up() -> None:
    machine = Machine(is_hybrid=True, num_cells=4096)
    prompt = STEM[:40]
    for turn in range(24):
        prompt = [*prompt, 1, *STEM[turn : turn + 10]]
        run(machine, prompt, (len(prompt) - 6, len(prompt) - 1))
    assert [len(branch.checkpoints) for branch in machine.cache.idle] == [16]
    assert max(machine.cache.idle[0].checkpoints) == len(prompt)
