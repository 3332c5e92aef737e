"""What the engine's process has to say, sent together. Safe from any thread; refuses to know who listens.

A frame costs the server and its client a core for a moment, in which llama.cpp's threads wait for one another. So while
steps are short, the chunks of two of them travel as one.
"""

import threading
import time
from collections.abc import Callable

from flowgen.adapters.worker.codec import encode, frame
from flowgen.adapters.worker.messages import Event, Failed, Piece
from flowgen.domain.generation import TokenChunk

_SHORT_STEP_S = 0.05
"""A chunk waits for the next step's only where that is nearer than an eye can tell."""


class Outbox:
    """Collects events; `flush` sends them as one frame, in the order in which they were posted."""

    def __init__(self, send: Callable[[bytes], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._send = send
        self._clock = clock
        self._events: list[Event] = []
        self._streaming: set[int] = set()
        self._has_news = self._is_held = False
        self._step_ended = -_SHORT_STEP_S
        self._changing = threading.Lock()
        self._sending = threading.Lock()

    def post(self, event: Event) -> None:
        """Keep an event until the next flush."""
        with self._changing:
            self._events.append(event)
            if isinstance(event, Piece) and event.chunk.finish is None:
                self._has_news = self._has_news or event.id not in self._streaming or not event.chunk.tokens
                self._streaming.add(event.id)
            else:
                self._has_news = True
                if isinstance(event, Piece | Failed):
                    self._streaming.discard(event.id)

    def forget(self, number: int) -> None:
        """An answer was given up: neither an end of it nor an error will come."""
        with self._changing:
            self._streaming.discard(number)

    def step_ended(self) -> None:
        """The engine's turn is over. Send what there is, or leave it to the next turn, which comes: no answer's first
        chunk, nor its last, and nothing twice."""
        now = self._clock()
        is_short, self._step_ended = now - self._step_ended < _SHORT_STEP_S, now
        with self._changing:
            is_held = self._is_held = bool(is_short and self._events and not self._has_news and not self._is_held)
        if not is_held:
            self.flush()

    def flush(self) -> None:
        """Send what there is; blocking while the server does not read."""
        with self._sending:
            with self._changing:
                events, self._events = self._events, []
                self._has_news = self._is_held = False
            if events:
                self._send(frame(encode(_joined(events))))


def _joined(events: list[Event]) -> list[Event]:
    """The same events, an answer's chunks as one where its first stood; a prompt's log-probabilities stay apart."""
    out: list[Event] = []
    places: dict[int, int] = {}
    for event in events:
        if isinstance(event, Piece) and event.chunk.tokens:
            place = places.setdefault(event.id, len(out))
            if place < len(out):
                out[place] = Piece(id=event.id, chunk=_sum(out[place].chunk, event.chunk))  # type: ignore[union-attr]
                continue
        out.append(event)
    return out


def _sum(first: TokenChunk, second: TokenChunk) -> TokenChunk:
    return TokenChunk(
        text=first.text + second.text,
        tokens=first.tokens + second.tokens,
        special=first.special + second.special,
        logprobs=first.logprobs + second.logprobs,
        finish=second.finish,
    )
