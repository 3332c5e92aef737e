"""What is posted during a step leaves as one frame, in its order."""

import threading

from flowgen.adapters.worker.codec import Frames, decode
from flowgen.adapters.worker.messages import Event, Told
from flowgen.adapters.worker.outbox import Outbox


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
