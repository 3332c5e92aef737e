"""The engine's thread: the one that owns the llama.cpp context. Its loop is schedule, decode, sample.

Knows threads and who is told what; refuses to know how a step is computed and whose turn it is.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from flowgen.adapters.llama.pieces import Piece
from flowgen.adapters.llama.runner import Runner
from flowgen.adapters.llama.scheduler import Scheduler
from flowgen.adapters.llama.sequence import Answer
from flowgen.adapters.llama.spinning import Spinning
from flowgen.domain.errors import EngineFailed, GenerationInterrupted, ModelUnavailable
from flowgen.domain.model import EngineStatus

_LOGGER = logging.getLogger(__name__)
_UNLOADED = "The model has been unloaded."
_BROKEN = "The engine has ended; the server's log says why."

T = TypeVar("T")


class Engine:
    """Computes answers on a thread of its own. All methods may be called from any thread. `spinning` is told when steps
    are computed and when not.

    `after_step` is called on the engine's thread at the end of every turn of its loop, when all that came of it has
    been delivered.
    """

    def __init__(
        self,
        runner: Runner,
        scheduler: Scheduler,
        after_step: Callable[[], None] = lambda: None,
        spinning: Spinning | None = None,
    ) -> None:
        self._spinning = spinning
        self._runner = runner
        self._scheduler = scheduler
        self._after_step = after_step
        self._arrived: deque[Answer] = deque()
        self._calls: deque[Callable[[], None]] = deque()
        self._changed = threading.Condition()
        self._is_closing = False
        self._why_closed = _UNLOADED
        self._thread = threading.Thread(target=self._run, name="flowgen-engine", daemon=True)
        self._thread.start()

    def submit(self, answer: Answer) -> None:
        """Queue an answer. Raises QueueFull, and ModelUnavailable once the engine closes."""
        with self._changed:
            self._check_open()
            self._scheduler.check_room(sum(not other.is_over for other in self._arrived))
            self._arrived.append(answer)
            self._changed.notify()

    def call(self, work: Callable[[], T]) -> "Future[T]":
        """Do something on the engine's thread, between two steps. Raises ModelUnavailable once the engine closes."""
        future: Future[T] = Future()
        with self._changed:
            self._check_open()
            self._calls.append(lambda: _fulfil(future, work, is_closing=self._is_closing))
            self._changed.notify()
        return future

    def cancel(self, answer: Answer) -> None:
        """Compute nothing more for an answer; harmless at any time."""
        answer.is_cancelled = True
        with self._changed:
            self._changed.notify()

    def interrupt(self, reason: str) -> None:
        """End all answers with GenerationInterrupted."""
        with self._changed:
            self._interrupt(reason)

    def status(self) -> EngineStatus:
        with self._changed:
            return self._scheduler.status(
                num_arrived=len(self._arrived),
                is_alive=self._thread.is_alive() and not self._is_closing,
                reason=self._why_closed if self._is_closing else "",
            )

    def close(self) -> None:
        """End all answers and the thread; harmless twice."""
        with self._changed:
            self._is_closing = True
            self._interrupt(_UNLOADED)
        self._thread.join()
        if self._spinning is not None:
            self._spinning.close()

    def _interrupt(self, reason: str) -> None:
        for answer in (*self._scheduler.all(), *self._arrived):
            answer.ended = GenerationInterrupted(reason)
        self._changed.notify()

    def _check_open(self) -> None:
        if self._is_closing:
            raise ModelUnavailable(self._why_closed)

    def _run(self) -> None:
        try:
            while self._wait():
                self._turn()
                self._after_step()
        except BaseException:  # the thread's border: whoever waits must be told, whatever it was
            _LOGGER.exception("the engine's thread has ended")
            self._abandon()
            self._after_step()

    def _turn(self) -> None:
        for call in self._take_calls():
            self._watch_cores()
            call()
        with self._changed:
            self._take_arrived()
            self._dismiss_over()
            pieces = self._scheduler.schedule()
        if pieces:
            self._step(pieces)

    def _step(self, pieces: Sequence[Piece]) -> None:
        """Compute without the lock: no other thread changes what the scheduler holds."""
        self._watch_cores()
        self._runner.step(pieces, self._scheduler)
        with self._changed:
            self._scheduler.settle(pieces)
            self._dismiss_over()

    def _watch_cores(self) -> None:
        if self._spinning is not None:
            self._spinning.step()

    def _take_arrived(self) -> None:
        while self._arrived:
            self._scheduler.add(self._arrived.popleft())

    def _dismiss_over(self) -> None:
        for answer in self._scheduler.all():
            answer.expire()
        for answer in self._scheduler.over():
            if answer.ended is not None and not answer.is_finished:
                answer.deliver(answer.ended)  # first: a fault below must leave nobody without an end
            self._scheduler.remove(answer)
            answer.chooser.close()

    def _abandon(self) -> None:
        with self._changed:
            self._is_closing, self._why_closed = True, _BROKEN
            answers = [*self._scheduler.all(), *self._arrived]
            self._arrived.clear()
        for answer in answers:
            answer.chooser.close()
            if not answer.is_finished:
                answer.deliver(EngineFailed(_BROKEN))
        for call in self._take_calls():
            self._watch_cores()
            call()

    def _wait(self) -> bool:
        """Sleep until there is something to do; False once closing and nobody is left to be told."""
        with self._changed:
            while not (self._calls or self._arrived or self._scheduler.num_running or self._scheduler.num_waiting):
                if self._is_closing:
                    return False
                if self._spinning is not None:
                    self._spinning.rest()
                self._changed.wait()
            return True

    def _take_calls(self) -> list[Callable[[], None]]:
        with self._changed:
            calls = list(self._calls)
            self._calls.clear()
            return calls


def _fulfil(future: "Future[Any]", work: Callable[[], Any], *, is_closing: bool) -> None:
    if not future.set_running_or_notify_cancel():
        return
    if is_closing:
        future.set_exception(ModelUnavailable(_UNLOADED))
        return
    try:
        future.set_result(work())
    except Exception as error:  # a border: whatever it is, it belongs to the caller who waits for the future
        future.set_exception(error)
