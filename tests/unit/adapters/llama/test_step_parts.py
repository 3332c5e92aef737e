"""The pure parts of a step: lengths, the size of prefill pieces, and where checkpoints are taken."""

import itertools

import hypothesis.strategies as st
import pytest
from hypothesis import given

from flowgen.adapters.llama.checkpoints import checkpoint_positions, worth_keeping, worth_stopping_for
from flowgen.adapters.llama.pace import Pace
from flowgen.adapters.llama.step_plan import free_lengths, uniform_lengths

WANTED = st.lists(st.integers(1, 600), min_size=1, max_size=20)


@given(WANTED, st.integers(1, 700), st.integers(0, 20))
def test_a_hybrid_batch_has_at_most_two_lengths_and_keeps_to_its_budget(
    wanted: list[int], budget: int, num_decoding: int
) -> None:
    lengths = uniform_lengths(wanted, budget, num_decoding)
    assert len(lengths) == len(wanted)
    assert sum(lengths) <= budget
    assert len(set(lengths) - {0, 1}) <= 1
    assert all(length <= want for length, want in zip(lengths, wanted, strict=True))
    assert lengths[0] >= 1
    assert all(lengths[: min(num_decoding, budget)])


@given(WANTED, st.integers(1, 700))
def test_the_budget_is_used_as_far_as_there_are_wishes(wanted: list[int], budget: int) -> None:
    lengths = free_lengths(wanted, budget)
    assert sum(lengths) == min(budget, sum(wanted))
    assert all(length <= want for length, want in zip(lengths, wanted, strict=True))


@pytest.mark.parametrize(
    ("answers", "prompts", "budget", "lengths"),
    [
        ([1, 1, 1], [], 8, [1, 1, 1]),
        ([1, 2, 1], [], 8, [1, 1, 1]),  # one token more is not worth a pass
        ([1, 9, 1], [], 20, [1, 9, 1]),
        ([3, 5, 9], [], 99, [3, 3, 3]),
        ([1, 1, 1], [], 2, [1, 1, 0]),
        ([1, 1], [512], 514, [1, 1, 512]),
        ([1, 9], [64, 64, 300], 900, [1, 1, 64, 64, 0]),
        ([], [20, 512], 514, [20, 0]),  # who came first is not overtaken, and a remainder would cost a pass
        ([], [30, 30, 1], 50, [30, 0, 1]),
        ([1, 1, 1], [64, 64, 64, 64, 64], 67, [1, 1, 1, 64, 0, 0, 0, 0]),  # token by token costs twice as much
        ([1, 64], [64, 64], 130, [1, 64, 64, 0]),
        ([1], [1, 40], 50, [1, 1, 40]),
    ],
)
def test_answers_go_on_and_the_oldest_prompt_gets_its_wish(
    answers: list[int], prompts: list[int], budget: int, lengths: list[int]
) -> None:
    assert uniform_lengths([*answers, *prompts], budget, len(answers)) == lengths


def test_prefill_takes_as_long_as_four_steps_of_those_that_generate() -> None:
    pace = Pace()
    assert pace.prefill_size(512, 0) == 512
    assert pace.prefill_size(512, 4) == 64
    pace.measured(0, 4, 4, 0.050)
    pace.measured(100, 0, 0, 0.100)
    assert pace.prefill_size(512, 4) == 200
    assert pace.prefill_size(128, 4) == 128
    for _ in range(50):
        pace.measured(100, 4, 4, 0.850)  # of which 0.05 s are those that generate
    assert pace.prefill_size(512, 4) == 64
    pace.measured(0, 16, 16, 0.4)
    assert pace.prefill_size(512, 4) == 64  # few that generate are quick, and wait for less
    assert pace.prefill_size(512, 15) == 200


def test_the_wait_is_what_those_before_will_take() -> None:
    pace = Pace()
    assert pace.wait_s(9) == 1
    pace.measured(0, 2, 2, 0.1)
    assert pace.wait_s(3, 100) == 15  # none has ended: they may take as long as they may be
    pace.answered(40)
    assert pace.tokens_per_second == pytest.approx(20.0)
    assert pace.wait_s(3) == 6
    assert pace.wait_s(10**6) == 120


def test_checkpoints_stand_after_the_longest_stretches_at_the_last_turns_and_before_the_last_token() -> None:
    turn = [1, *[5] * 99]
    system = [1, *[5] * 499]
    prompt = [*system, *turn * 20]
    places = checkpoint_positions(prompt, {1})
    assert places[0] == 500
    assert places[-4:] == [2200, 2300, 2400, len(prompt) - 1]
    assert len(places) <= 9
    assert checkpoint_positions(turn, {1}) == [99]
    assert checkpoint_positions([*turn, 1, *[5] * 9], {1}) == [109]  # a cut for ten tokens costs more than it saves
    assert checkpoint_positions([*system, 1, *[5] * 9], {1}) == [500, 509]
    assert checkpoint_positions([7], {1}) == []
    assert checkpoint_positions([7, 8], {1}) == [1]


@given(st.lists(st.integers(1, 4), max_size=400))
def test_checkpoints_leave_something_to_compute(prompt: list[int]) -> None:
    places = checkpoint_positions(prompt, {1})
    assert all(0 < place < len(prompt) for place in places)
    assert places == sorted(set(places))


def test_a_long_conversation_keeps_its_beginning_its_last_turns_and_some_between() -> None:
    assert worth_keeping([]) == []
    assert worth_keeping(range(16, 0, -1)) == list(range(1, 17))
    kept: list[int] = []
    for turn in range(60):
        kept = worth_keeping([*kept, *(300 + 1000 * turn + part * 100 for part in range(9))])
        assert len(kept) <= 16
    assert kept[0] == 300
    assert kept[-8:] == [59400 + part * 100 for part in range(8)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(kept)]
    assert max(gaps) < 59400 / 4


@given(st.sets(st.integers(1, 5000), max_size=60))
def test_what_is_kept_is_some_of_what_was_there(places: set[int]) -> None:
    kept = worth_keeping(places)
    assert set(kept) <= places
    assert len(kept) == min(16, len(places))
    assert not places or {kept[0], kept[-1]} == {min(places), max(places)}


def test_a_prefill_that_goes_on_from_the_cache_stops_only_for_what_saves_something() -> None:
    assert worth_stopping_for({1, 20, 300}, 0) == {1, 20, 300}
    assert worth_stopping_for({90, 102, 155, 164, 400}, 100) == {164, 400}
