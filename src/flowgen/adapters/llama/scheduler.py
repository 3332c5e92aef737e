"""Whose turn it is: first come, first served, one at a time. Pure; refuses to know threads and llama.cpp."""

from collections import deque

from flowgen.adapters.llama.sequence import Answer


class Scheduler:
    """The answers that run and wait."""

    def __init__(self) -> None:
        self._running: Answer | None = None
        self._waiting: deque[Answer] = deque()

    @property
    def num_running(self) -> int:
        return int(self._running is not None)

    @property
    def num_waiting(self) -> int:
        return len(self._waiting)

    def add(self, answer: Answer) -> None:
        self._waiting.append(answer)

    def schedule(self) -> Answer | None:
        """Give the answer to compute for now; the next one's turn comes once `remove` was called for the last."""
        if self._running is None and self._waiting:
            self._running = self._waiting.popleft()
            self._running.begin()
        return self._running

    def remove(self, answer: Answer) -> None:
        if self._running is answer:
            self._running = None
        elif answer in self._waiting:
            self._waiting.remove(answer)

    def is_running(self, answer: Answer) -> bool:
        return self._running is answer

    def all(self) -> list[Answer]:
        """Every answer, the running one first."""
        return [*([self._running] if self._running else []), *self._waiting]

    def over(self) -> list[Answer]:
        """The answers that nothing is to be computed for any more."""
        return [answer for answer in self.all() if answer.is_over]
