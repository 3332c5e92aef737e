"""What the engine's process has to say, sent together. Safe from any thread; refuses to know who listens."""

import threading
from collections.abc import Callable

from flowgen.adapters.worker.codec import encode, frame
from flowgen.adapters.worker.messages import Event


class Outbox:
    """Collects events; `flush` sends them as one frame, in the order in which they were posted."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._events: list[Event] = []
        self._changing = threading.Lock()
        self._sending = threading.Lock()

    def post(self, event: Event) -> None:
        """Keep an event until the next flush."""
        with self._changing:
            self._events.append(event)

    def flush(self) -> None:
        """Send what there is; blocking while the server does not read."""
        with self._sending:
            with self._changing:
                events, self._events = self._events, []
            if events:
                self._send(frame(encode(events)))
