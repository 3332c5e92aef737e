"""A process that answers questions one after the other and is ended where it takes too long: what it does cannot hang
or crash who asks. Refuses to know the questions."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

Answerer = Callable[[Any], Any]
_START_S = 120.0


class ChildFailed(Exception):
    """No answer: `kind` is `timeout` or `crash`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Child:
    """Makes an answerer in a process of its own, by `make(*arguments)`, anew after a failure."""

    def __init__(self, make: Callable[..., Answerer], *arguments: Any) -> None:
        self._make = make
        self._arguments = arguments
        self._process: Any = None
        self._connection: Connection | None = None

    def ask(self, question: Any, seconds: float) -> Any:
        """Give the answer. Raises ChildFailed after so many seconds, or where the process ended."""
        try:
            connection = self._connection or self._start()
            connection.send(question)
            if not connection.poll(seconds):
                raise ChildFailed("timeout")
            return connection.recv()
        except (EOFError, ConnectionError):
            self.close()
            raise ChildFailed("crash") from None
        except ChildFailed:
            self.close()
            raise

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = self._connection = None

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._make, self._arguments), daemon=True)
        self._process.start()
        theirs.close()
        if not connection.poll(_START_S):
            raise ChildFailed("timeout")
        connection.recv()
        self._connection = connection
        return connection


def _serve(connection: Connection, make: Callable[..., Answerer], arguments: tuple[Any, ...]) -> None:
    answer = make(*arguments)
    connection.send("ready")
    while True:
        try:
            question = connection.recv()
        except EOFError:
            return
        connection.send(answer(question))
