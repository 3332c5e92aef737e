"""What a strict reader of the engine asked: states that do not come back, the last of everything, and faults of those
whom the engine calls."""

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from flowgen.adapters.llama.drafting import Drafter
from flowgen.adapters.llama.engine import Engine
from flowgen.adapters.llama.prefix_cache import Branch, PrefixCache
from flowgen.adapters.llama.scheduler import Scheduler
from flowgen.adapters.llama.sequence import Answer, Delivery
from flowgen.adapters.llama.spinning import Spinning
from flowgen.domain.errors import FlowGenError, GenerationInterrupted, ModelUnavailable
from flowgen.domain.generation import TokenChunk
from support.machine import N_VOCAB, Machine, alone, answer_of

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


def test_prompts_that_do_not_fit_together_are_computed_once() -> None:
    machine = Machine(is_hybrid=False, num_cells=512, max_bytes=0)
    answers = [answer_of([number, *STEM, *STEM[:140]], 10) for number in (1, 2, 3)]
    run(machine, *answers)
    assert machine.memory.num_tokens <= sum(len(answer.prompt) + 10 for answer in answers)


class Logprobs:
    """What an answer's consumer is given of the prompt's log-probabilities."""

    def __init__(self, answer: Answer) -> None:
        answer.prompt_logprobs, answer.num_logprobs = True, 0
        answer.deliver = self._take
        self.tokens: list[int] = []

    def _take(self, delivery: Delivery) -> None:
        if isinstance(delivery, TokenChunk) and not delivery.tokens:
            self.tokens += [entry.chosen.token for entry in delivery.logprobs]


def test_log_probabilities_of_the_prompt_come_once_whatever_fails() -> None:
    machine = Machine(is_hybrid=True, n_pass=32)
    answer = answer_of(STEM, 1)
    given = Logprobs(answer)
    machine.scheduler.add(answer)
    machine.turn()
    machine.turn()
    machine.memory.num_to_fail = 1
    machine.run()
    assert given.tokens == STEM[1:]


class Broken:
    """A draft model with a fault."""

    def draft(self, tokens: Sequence[int]) -> Sequence[int]:
        raise ZeroDivisionError("a fault of the plugin")


def test_a_draft_model_that_breaks_costs_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine(is_hybrid=False)
    machine.scheduler = Scheduler(machine.limits, machine.residence, Drafter(Broken(), N_VOCAB, 8, 32).guess)
    answer = answer_of(STEM[:9], 6)
    run(machine, answer)
    assert answer.tokens == alone(answer.prompt, 6)
    assert "a fault of the plugin" in caplog.text


def test_a_checkpoint_that_memory_has_no_room_for_costs_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(is_hybrid=True, num_cells=512)

    def no_memory(_: int) -> bytes:
        raise MemoryError

    monkeypatch.setattr(machine.memory, "save_state", no_memory)
    monkeypatch.setattr(machine.memory, "save", no_memory)
    answers = [answer_of([*STEM[:100], number], 6, [100]) for number in (1, 2, 3, 4, 5)]
    run(machine, *answers)
    for answer in answers:
        assert answer.tokens == alone(answer.prompt, 6)


def ends_of(answer: Answer) -> list[Delivery]:
    """Where everything is put that ends an answer."""
    ends: list[Delivery] = []
    answer.deliver = lambda delivery: ends.append(delivery) if is_end(delivery) else None
    return ends


def is_end(delivery: Delivery) -> bool:
    return isinstance(delivery, FlowGenError) or delivery.finish is not None


def fail(*_: object) -> bool:
    raise ZeroDivisionError("a fault of the loop")


def test_a_fault_of_the_loop_gives_nobody_a_second_end(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(is_hybrid=False)
    monkeypatch.setattr(machine.scheduler, "settle", fail)
    answer = answer_of([1, 2, 3], 1)
    ends = ends_of(answer)
    engine = Engine(machine.runner, machine.scheduler)
    engine.submit(answer)
    while engine.status().is_alive:
        time.sleep(0.001)
    assert len(ends) == 1
    assert "log says why" in engine.status().reason
    with pytest.raises(ModelUnavailable, match="log says why"):
        engine.submit(answer_of([1], 1))


def test_a_fault_of_the_loop_leaves_nobody_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(is_hybrid=False)
    answers = [answer_of([1, 2, number], 10**9) for number in (1, 2)]
    ends = [ends_of(answer) for answer in answers]
    for answer in answers:
        machine.scheduler.add(answer)
    machine.turn()
    monkeypatch.setattr(machine.memory, "forget", fail)
    answers[0].ended = GenerationInterrupted("drained")
    Engine(machine.runner, machine.scheduler).close()
    assert [len(found) for found in ends] == [1, 1]


class Watched(list[Answer]):
    """Tells what another thread would see while an answer moves."""

    def __init__(self, answers: list[Answer], look: Callable[[], list[Answer]]) -> None:
        super().__init__(answers)
        self._look = look
        self.seen: list[list[Answer]] = []

    def remove(self, answer: Answer) -> None:
        super().remove(answer)
        self.seen.append(self._look())


def test_an_answer_that_goes_back_to_the_queue_is_never_out_of_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(is_hybrid=False)
    answer = answer_of([1, 2, 3], 5)
    machine.scheduler.add(answer)
    pieces = machine.scheduler.schedule()
    watched = Watched([answer], machine.scheduler.all)
    monkeypatch.setattr(machine.scheduler, "_running", watched)
    machine.scheduler.failed(pieces, 2)
    assert watched.seen == [[answer]]


def test_what_is_larger_than_the_cache_drops_nothing_in_vain() -> None:
    cache = PrefixCache(10, cuts_anywhere=True)
    kept = Branch()
    kept.copy = b"1234"
    cache.keep(kept, np.array([1], np.int32))
    assert not cache.has_room(11)
    assert cache.idle == [kept]


def test_the_checkpoints_of_those_that_run_count_as_host_memory() -> None:
    machine = Machine(is_hybrid=True, num_cells=2048, max_bytes=4000)
    run(machine, answer_of([1, *STEM[:40]], 1, [40]))
    answers = [answer_of([number, *STEM], 20, range(10, 160, 10)) for number in (2, 3, 4)]
    for answer in answers:
        machine.scheduler.add(answer)
    for _ in range(20):
        machine.turn()
        assert machine.residence.host_bytes <= 4000 + 3 * 600  # a state each that others may wait for
        alive = [answer.branch.host_bytes for answer in answers if answer.branch is not None]
        assert machine.residence.host_bytes >= max(alive, default=0)
    machine.run()
    for answer in answers:
        assert answer.tokens == alone(answer.prompt, 20)


def test_of_equal_copies_the_shortest_is_brought_back() -> None:
    cache = PrefixCache(100, cuts_anywhere=True)
    long, short = Branch(), Branch()
    cache.keep(long, np.array([1, 2, 3, 4, 5, 6], np.int32))
    cache.keep(short, np.array([1, 2, 3, 9], np.int32))
    assert cache.find(np.array([1, 2, 3, 7, 7], np.int32), 4).branch is short


class Hour:
    """A criterion that only limits the time."""

    time_limit_s = 3600.0

    def should_stop(self, tokens: Sequence[int], seconds: float) -> bool:
        return False


def test_time_is_up_for_one_that_gave_way_too(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(is_hybrid=False, num_cells=256)
    old, young = answer_of(STEM[:100], 100), answer_of(STEM[20:120], 100, criteria=[Hour()])
    ends = ends_of(young)
    machine.scheduler.add(old)
    machine.scheduler.add(young)
    while not (young.tokens and young.branch is None):
        machine.turn()
    young.expire()
    assert not young.is_over
    began = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: began + 3600)
    young.expire()
    assert young.is_finished
    machine.run()
    assert [end.finish.reason for end in ends if isinstance(end, TokenChunk) and end.finish] == ["length"]
    assert old.tokens == alone(old.prompt, 100)


def test_the_cores_are_watched_while_a_call_computes() -> None:
    """Embeddings are calls: beside other processes they took ten times as long while nobody looked."""
    machine = Machine(is_hybrid=False)
    looks: list[int] = []
    crowded = threading.Event()

    def waited() -> float:
        looks.append(0)
        return float(len(looks))  # a second more at each look: others want the cores

    spinning = Spinning(waited, lambda is_crowded: crowded.set(), period_s=0.001)
    engine = Engine(machine.runner, machine.scheduler, spinning=spinning)
    try:
        assert engine.call(lambda: crowded.wait(10)).result()
    finally:
        engine.close()
