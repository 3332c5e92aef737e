"""Who lost its place catches up without holding up the others, and who waits for a place costs nothing meanwhile."""

import pytest

from flowgen.adapters.llama.pace import Pace
from flowgen.adapters.llama.scheduler import Limits, Scheduler
from flowgen.adapters.llama.sequence import Answer
from support.machine import Machine, alone, answer_of

PROMPT = [2 + (place * place) % 90 for place in range(30)]
PREFILL_SIZE = 20


def crowd(*, is_hybrid: bool, monkeypatch: pytest.MonkeyPatch) -> tuple[Machine, list[Answer]]:
    """Two answers that have generated 100 tokens each, where steps beside others take 20 tokens of prompts."""
    monkeypatch.setattr(Pace, "prefill_size", lambda _, most, *, is_alone: most if is_alone else PREFILL_SIZE)
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
