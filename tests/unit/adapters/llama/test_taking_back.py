"""Tokens that a matcher takes back: the answer is what it would be alone, whatever the memory's kind, drafts, forced
tokens and those who give way."""

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.llama.chooser import TokenChooser
from flowgen.adapters.llama.emission import Emission
from flowgen.adapters.llama.sampler import TokenSampler
from flowgen.adapters.llama.scores import ScoreRules
from flowgen.adapters.llama.sequence import Answer, Delivery
from flowgen.adapters.llama.stops import StopScanner
from flowgen.adapters.llama.text import TokenText
from flowgen.domain.errors import ConstraintUnsatisfied
from flowgen.domain.generation import Sampling, TokenChunk
from flowgen.domain.plugins import StoppingCriterion
from flowgen.domain.verdicts import OPENED, Failure, Verdict
from support.fake_memory import next_after, scores_after
from support.machine import LETTERS, N_VOCAB, Machine, no_sampler

WHY = Failure(keyword="oneOf", pointer="/oneOf")


class Fickle:
    """A matcher that refuses by what stands before: some tokens at once, some with up to `most_back` before them, which
    are then banned where they stood. It holds the last `most_back` tokens, and forces a token now and then."""

    def __init__(self, most_back: int, *, forces: bool = False) -> None:
        self._most_back = most_back
        self._forces = forces
        self._tokens: list[int] = []
        self._banned: set[tuple[int, ...]] = set()
        self._num_released = 0

    @property
    def num_held(self) -> int:
        return len(self._tokens) - self._num_released

    def fill_mask(self, mask: memoryview) -> None:
        allowed = [t for t in range(1, N_VOCAB) if (*self._tokens, t) not in self._banned]
        words = mask.cast("B")
        for token in allowed:
            words[token >> 3] |= 1 << (token & 7)

    def accept(self, token: int) -> Verdict:
        way = (*self._tokens, token)
        dice = hashlib.blake2s(repr(way).encode()).digest()
        if way in self._banned or dice[0] < 60:
            self._banned.add(way)
            num_back = dice[1] % (self.num_held + 1) if dice[2] < 128 else 0
            if num_back:
                self._banned.add(tuple(self._tokens[: len(self._tokens) - num_back + 1]))
                del self._tokens[len(self._tokens) - num_back :]
            return Verdict(is_accepted=False, num_back=num_back, failure=WHY)
        self._tokens.append(token)
        self._num_released = max(self._num_released, len(self._tokens) - self._most_back)
        return OPENED

    def rollback(self, num_tokens: int) -> None:
        raise AssertionError("the engine has no need of it")

    def forced(self) -> list[int]:
        dice = hashlib.blake2s(b"forced" + repr(self._tokens).encode()).digest()
        tokens = [1 + dice[1] % 96, 1 + dice[2] % 96]
        return tokens if self._forces and dice[0] < 60 and (*self._tokens, tokens[0]) not in self._banned else []

    def is_finished(self) -> bool:
        return False

    def may_finish(self) -> bool:
        return False


def alone(prompt: Sequence[int], max_tokens: int, matcher: Fickle) -> list[int]:
    """What the fake model says under a matcher, one token after the other."""
    tokens: list[int] = []
    while len(tokens) < max_tokens:
        mask = bytearray(16)
        matcher.fill_mask(memoryview(mask))
        best = next_after([*prompt, *tokens], N_VOCAB)
        allowed = [t for t in range(N_VOCAB) if mask[t >> 3] >> (t & 7) & 1]
        verdict = take(tokens, matcher, best if best in allowed else allowed[0])
        if verdict.is_accepted and len(tokens) < max_tokens:
            for token in matcher.forced():
                if len(tokens) == max_tokens or not take(tokens, matcher, token).is_accepted:
                    break
    return tokens


def take(tokens: list[int], matcher: Fickle, token: int) -> Verdict:
    verdict = matcher.accept(token)
    if verdict.is_accepted:
        tokens.append(token)
    elif verdict.num_back:
        del tokens[-verdict.num_back :]
    return verdict


def answer_of(
    prompt: Sequence[int],
    max_tokens: int,
    matcher: Fickle,
    cuts: Sequence[int] = (),
    criteria: Sequence[StoppingCriterion] = (),
) -> Answer:
    greedy = Sampling(temperature=0.0, penalty_last_n=-1)
    chooser = TokenChooser(ScoreRules(greedy), lambda: TokenSampler(greedy, 0, N_VOCAB, no_sampler), LETTERS, matcher)
    emission = Emission(TokenText(LETTERS), StopScanner(()))
    return Answer(prompt, max_tokens, chooser, emission, cuts=cuts, criteria=criteria)


@given(
    is_hybrid=st.booleans(),
    drafts=st.booleans(),
    forces=st.booleans(),
    num_cells=st.sampled_from([90, 512]),
    most_back=st.integers(1, 12),
    prompts=st.lists(st.lists(st.integers(1, N_VOCAB - 1), min_size=1, max_size=40), min_size=1, max_size=4),
)
def test_the_answer_is_that_of_one_alone(
    is_hybrid: bool, drafts: bool, forces: bool, num_cells: int, most_back: int, prompts: list[list[int]]
) -> None:
    machine = Machine(is_hybrid=is_hybrid, drafts=drafts, num_cells=num_cells)
    answers = []
    for prompt in prompts:
        cuts = [len(prompt) - 1] if len(prompt) > 1 else []
        answers.append(answer_of(prompt, 30, Fickle(most_back, forces=forces), cuts))
    told: list[list[Delivery]] = [[] for _ in answers]
    for answer, deliveries in zip(answers, told, strict=True):
        answer.deliver = deliveries.append
        machine.scheduler.add(answer)
    machine.run()
    for answer, prompt, deliveries in zip(answers, prompts, told, strict=True):
        assert answer.ended is None
        expected = alone(prompt, 30, Fickle(most_back, forces=forces))
        assert answer.tokens == expected
        chunks = [chunk for chunk in deliveries if isinstance(chunk, TokenChunk)]
        assert [token for chunk in chunks for token in chunk.tokens] == expected
        assert all(chunk.finish is None for chunk in chunks[:-1])
        finish = chunks[-1].finish
        assert finish is not None
        assert (finish.reason, finish.usage.completion_tokens) == ("length", 30)


class Never(Fickle):
    """Takes the first tokens back, over and over."""

    def accept(self, token: int) -> Verdict:
        if len(self._tokens) < 4:
            self._tokens.append(token)
            return OPENED
        del self._tokens[1:]
        return Verdict(is_accepted=False, num_back=3, failure=WHY)


@pytest.mark.parametrize("is_hybrid", [False, True])
def test_past_its_budget_an_answer_ends_with_the_keyword(is_hybrid: bool) -> None:
    machine = Machine(is_hybrid=is_hybrid)
    answer = answer_of([1, 2, 3], 200, Never(5), [2])
    told: list[Delivery] = []
    answer.deliver = told.append
    machine.scheduler.add(answer)
    machine.run()
    assert isinstance(answer.ended, ConstraintUnsatisfied)
    assert (answer.ended.keyword, answer.ended.pointer) == ("oneOf", "/oneOf")
    assert 800 < answer.ended.num_discarded <= 804
    assert told == []


class Stubborn(Fickle):
    """Refuses every token, and takes none back. `at_third` is called at the third."""

    def __init__(self, at_third: Callable[[], None] = lambda: None) -> None:
        super().__init__(5)
        self.num_asked = 0
        self.at_third = at_third

    def accept(self, token: int) -> Verdict:
        self.num_asked += 1
        if self.num_asked == 3:
            self.at_third()
        return Verdict(is_accepted=False, failure=WHY)


class Deadline:
    """A time limit, which only counts beside a first token."""

    time_limit_s = 0.05

    def should_stop(self, tokens: Sequence[int], seconds: float) -> bool:
        return seconds >= self.time_limit_s


@pytest.mark.parametrize("is_hybrid", [False, True])
def test_refusals_without_end_hold_up_no_step(is_hybrid: bool) -> None:
    machine = Machine(is_hybrid=is_hybrid)
    stubborn = Stubborn()
    answer = answer_of([1, 2, 3], 200, stubborn, [2])
    machine.scheduler.add(answer)
    asked = []
    while answer.ended is None:
        before = stubborn.num_asked
        machine.turn()
        asked.append(stubborn.num_asked - before)
    assert isinstance(answer.ended, ConstraintUnsatisfied)
    assert sum(asked) == 801
    assert max(asked) <= 32


def test_an_answer_that_is_cancelled_between_two_refusals_draws_no_more() -> None:
    machine = Machine(is_hybrid=False)
    stubborn = Stubborn()
    answer = answer_of([1, 2, 3], 200, stubborn)
    stubborn.at_third = lambda: setattr(answer, "is_cancelled", True)
    machine.scheduler.add(answer)
    machine.turn()
    assert stubborn.num_asked == 3


def test_time_that_is_up_between_two_refusals_ends_with_length() -> None:
    machine = Machine(is_hybrid=False)
    stubborn = Stubborn(at_third=lambda: time.sleep(0.06))
    answer = answer_of([1, 2, 3], 200, stubborn, criteria=[Deadline()])
    told: list[Delivery] = []
    answer.deliver = told.append
    machine.scheduler.add(answer)
    machine.turn()
    assert stubborn.num_asked == 3
    assert [chunk.finish.reason for chunk in told if isinstance(chunk, TokenChunk) and chunk.finish] == ["length"]


def test_mirostat_goes_back_with_the_tokens() -> None:
    made: list[TokenSampler] = []

    class First:
        def draw(self, candidates: Any, *, is_sorted: bool) -> int:
            return 0

        def close(self) -> None: ...

    def make() -> TokenSampler:
        made.append(TokenSampler(Sampling(mirostat_mode=2), 0, N_VOCAB, lambda _: First()))
        return made[0]

    chooser = TokenChooser(ScoreRules(Sampling()), make, LETTERS, Never(5))
    states = []
    for _ in range(5):
        token = chooser.choose(scores_after([1], N_VOCAB), [1], [])
        states.append(made[0].surprise)
        verdict = chooser.accept(token)
    assert len(set(states)) == 5
    assert verdict.num_back == 3
    assert made[0].surprise == states[0]  # after the first token, where the fifth took three of them back


def test_log_probabilities_are_those_of_the_tokens_that_stay() -> None:
    machine = Machine(is_hybrid=True)
    prompt = [5, 6, 7, 8]
    answer = answer_of(prompt, 30, Fickle(6), [3])
    answer.num_logprobs = 0
    told: list[Delivery] = []
    answer.deliver = told.append
    machine.scheduler.add(answer)
    machine.run()
    chunks = [chunk for chunk in told if isinstance(chunk, TokenChunk)]
    finish = chunks[-1].finish
    assert finish is not None
    assert finish.usage.discarded_tokens > 0
    given = [logprob for chunk in chunks for logprob in chunk.logprobs]
    assert [logprob.chosen.token for logprob in given] == answer.tokens == alone(prompt, 30, Fickle(6))
    for place, logprob in enumerate(given):
        scores = scores_after([*prompt, *answer.tokens[:place]], N_VOCAB).astype(np.float64)
        exact = scores[logprob.chosen.token] - np.log(np.exp(scores - scores.max()).sum()) - scores.max()
        assert logprob.chosen.logprob == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize("penalties", [{"repeat_penalty": 9.0}, {"presence_penalty": 9.0}, {"frequency_penalty": 9.0}])
def test_penalties_forget_what_was_taken_back(penalties: dict[str, float]) -> None:
    """The fifth token takes three back: what is chosen then is what one chooses who never wrote them."""

    def chooser() -> TokenChooser:
        greedy = Sampling(temperature=0.0, penalty_last_n=-1, **penalties)  # type: ignore[arg-type]
        return TokenChooser(ScoreRules(greedy), lambda: TokenSampler(greedy, 0, N_VOCAB, no_sampler), LETTERS, Never(5))

    scores = scores_after([1], N_VOCAB) + np.float32(5)  # a penalty divides what is above 0
    one, tokens = chooser(), list[int]()
    for _ in range(4):
        tokens.append(one.choose(scores, [1], tokens))
        assert one.accept(tokens[-1])
    assert len(set(tokens)) > 1
    refused = one.choose(scores, [1], tokens)
    del tokens[-one.accept(refused).num_back :]
    other = chooser()
    assert other.accept(other.choose(scores, [1], []))
    assert one.choose(scores, [1], tokens) == other.choose(scores, [1], tokens)


def test_the_random_state_runs_on_where_tokens_are_taken_back() -> None:
    draws: list[int] = []

    class Counted:
        def draw(self, candidates: Any, *, is_sorted: bool) -> int:
            draws.append(len(draws))
            return 0

        def close(self) -> None: ...

    made: list[int] = []

    def make() -> TokenSampler:
        made.append(1)
        return TokenSampler(Sampling(temperature=1.0), 7, N_VOCAB, lambda _: Counted())

    chooser = TokenChooser(ScoreRules(Sampling(temperature=1.0)), make, LETTERS, Never(5))
    for num_chosen in range(1, 12):
        chooser.accept(chooser.choose(scores_after([1], N_VOCAB), [1], []))
        assert len(draws) == num_chosen
    assert made == [1]
