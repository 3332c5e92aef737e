"""What is posted during a step leaves as one frame, in its order."""

import threading

from flowgen.adapters.worker.codec import Frames, decode
from flowgen.adapters.worker.error_codec import error_to_wire
from flowgen.adapters.worker.messages import Event, Failed, Piece, Told
from flowgen.adapters.worker.outbox import Outbox
from flowgen.domain.errors import EngineFailed
from flowgen.domain.generation import Finish, TokenAlternative, TokenChunk, TokenLogprob, Usage


def told(number: int) -> Told:
    return Told(id=number, stage="weights", fraction=0.0)


def test_a_flush_sends_one_frame_and_nothing_where_there_is_nothing() -> None:
    sent: list[bytes] = []
    outbox = Outbox(sent.append)
    for number in range(3):
        outbox.post(told(number))
    assert sent == []
    outbox.flush()
    outbox.flush()
    (whole,) = Frames().feed(b"".join(sent))
    assert decode(whole, list[Event]) == [told(0), told(1), told(2)]


def test_threads_lose_nothing_and_keep_their_order() -> None:
    sent: list[bytes] = []
    outbox = Outbox(sent.append)

    def work(first: int) -> None:
        for number in range(first, first + 200):
            outbox.post(told(number))
            outbox.flush()

    threads = [threading.Thread(target=work, args=[first]) for first in (0, 1000, 2000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = [event for whole in Frames().feed(b"".join(sent)) for event in decode(whole, list[Event])]
    assert len(events) == 600
    for first in (0, 1000, 2000):
        own = [event.id for event in events if first <= event.id < first + 1000]
        assert own == list(range(first, first + 200))


class Steps:
    """An outbox whose clock goes on by `seconds` a step, and what each step sent."""

    def __init__(self, seconds: float = 0.01) -> None:
        self.sent: list[bytes] = []
        self.seconds = seconds
        self.now = 0.0
        self.outbox = Outbox(self.sent.append, lambda: self.now)
        self.outbox.step_ended()

    def step(self, *events: Event) -> list[Event]:
        for event in events:
            self.outbox.post(event)
        self.now += self.seconds
        self.outbox.step_ended()
        whole = Frames().feed(b"".join(self.sent))
        self.sent.clear()
        return [event for data in whole for event in decode(data, list[Event])]


def piece(token: int, *, answer: int = 1) -> Piece:
    return Piece(id=answer, chunk=TokenChunk(text=f"{token} ", tokens=(token,)))


def last(token: int) -> Piece:
    finish = Finish(reason="stop", usage=Usage(prompt_tokens=1, completion_tokens=1))
    return Piece(id=1, chunk=TokenChunk(text=f"{token} ", tokens=(token,), finish=finish))


def test_the_chunks_of_two_short_steps_travel_as_one_but_for_the_first_and_the_last() -> None:
    steps = Steps()
    assert steps.step(piece(1)) == [piece(1)]
    assert steps.step(piece(2)) == []
    assert steps.step(piece(3)) == [Piece(id=1, chunk=TokenChunk(text="2 3 ", tokens=(2, 3)))]
    assert steps.step(piece(4)) == []
    (joined,) = steps.step(last(5))
    assert isinstance(joined, Piece)
    assert (joined.chunk.text, joined.chunk.tokens) == ("4 5 ", (4, 5))
    assert joined.chunk.finish == last(5).chunk.finish


def test_a_turn_in_which_nothing_happened_sends_what_was_held() -> None:
    steps = Steps()
    steps.step(piece(1))
    assert steps.step(piece(2)) == []
    assert steps.step() == [piece(2)]


def test_long_steps_are_told_at_once() -> None:
    steps = Steps(seconds=0.06)
    assert [steps.step(piece(token)) for token in (1, 2, 3)] == [[piece(1)], [piece(2)], [piece(3)]]


def test_another_answers_beginning_and_an_error_hold_nothing_back() -> None:
    steps = Steps()
    steps.step(piece(1))
    assert steps.step(piece(2), piece(7, answer=2)) == [piece(2), piece(7, answer=2)]
    failed = Failed(id=1, error=error_to_wire(EngineFailed("It broke.")))
    assert steps.step(piece(3)) == []
    assert steps.step(failed) == [piece(3), failed]
    assert steps.step(piece(4)) == [piece(4)]


def test_a_prompts_log_probabilities_stay_apart_from_the_answers() -> None:
    steps = Steps()
    logprob = TokenLogprob(chosen=TokenAlternative(token=1, data=b"a", logprob=-1.0))
    prompt = Piece(id=1, chunk=TokenChunk(logprobs=(logprob,)))
    assert steps.step(prompt, piece(1)) == [prompt, piece(1)]


def test_nothing_is_remembered_of_an_answer_that_was_given_up() -> None:
    steps = Steps()
    for number in range(1, 4):
        steps.step(piece(1, answer=number))
        steps.outbox.forget(number)
        assert steps.step(piece(2, answer=number)) != []  # as a beginning is told at once
        steps.outbox.forget(number)
    steps.outbox.forget(99)
    assert not steps.outbox._streaming
