"""What of an answer is checked, and where it stands in the answer's text. Refuses to know tokens' numbers and what is
done about a failure."""

from collections.abc import Iterator
from typing import Protocol

from flowgen.adapters.constraints.checking.json_reader import Reading
from flowgen.adapters.constraints.checking.problems import Problem
from flowgen.adapters.constraints.checking.value_checker import Progress, ValueChecker
from flowgen.adapters.constraints.checking.ways import COMPACT, Style


class Follower(Protocol):
    """Follows an answer's bytes, token by token. Places are bytes of the answer."""

    @property
    def held(self) -> int | None:
        """Where the outermost value begins that is yet to be judged; None where there is none."""

    def push(self, data: bytes) -> tuple[Problem | None, bool]:
        """Take a token's bytes: what is wrong with them, which must then be taken off again, and whether a value began
        that the answer may have to go back to."""

    def pop(self, num_tokens: int) -> None:
        """Take the last tokens off."""

    def finish(self) -> Problem | None:
        """What is wrong if the answer ends here."""

    @property
    def owing(self) -> Reading | None:
        """Where the text stands whose brackets may have to stay open; None where none may."""

    def owed(self, data: bytes) -> Problem | None:
        """What a bracket that these bytes would end owes yet; None, nothing that can still be paid. Places are bytes of
        the document that the bracket is in."""

    def ways(self, start: int | None = None) -> Iterator[tuple[int, bytes]]:
        """Give texts that an open value may be, with the byte of the answer that they begin at: the value that begins
        at a byte of its document, by default the outermost one that is yet to be judged."""

    def field_of(self, problem: Problem) -> str:
        """The request's field whose schema a problem is about."""


class DocumentFollower:
    """The whole answer is one document."""

    def __init__(self, checker: ValueChecker, field: str, style: Style = COMPACT) -> None:
        self._checker = checker
        self._field = field
        self._style = style
        self._text = bytearray()
        self._sizes: list[int] = []
        self._steps: list[Progress] = [Progress()]

    @property
    def held(self) -> int | None:
        return self._steps[-1].held

    def push(self, data: bytes) -> tuple[Problem | None, bool]:
        place = len(self._text)
        self._text += data
        step = self._checker.step(self._steps[-1], self._text, place)
        self._steps.append(step.progress)
        self._sizes.append(len(data))
        return step.problem, step.opens

    def pop(self, num_tokens: int) -> None:
        if not num_tokens:
            return
        del self._text[len(self._text) - sum(self._sizes[-num_tokens:]) :]
        del self._sizes[-num_tokens:]
        del self._steps[-num_tokens:]

    def finish(self) -> Problem | None:
        return self._checker.finish(self._steps[-1], self._text).problem

    @property
    def owing(self) -> Reading | None:
        progress = self._steps[-1]
        return progress.reading if self._checker.may_owe(progress) else None

    def owed(self, data: bytes) -> Problem | None:
        return self._checker.owed(self._steps[-1], self._text, data)

    def ways(self, start: int | None = None) -> Iterator[tuple[int, bytes]]:
        begin = self.held if start is None else start
        found = self._checker.ways(self._steps[-1], self._text, self._style, start)
        return ((begin, way) for way in found if begin is not None)

    def field_of(self, problem: Problem) -> str:
        return self._field
