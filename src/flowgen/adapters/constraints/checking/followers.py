"""What of an answer is checked, and where it stands in the answer's text. Refuses to know tokens' numbers and what is
done about a failure."""

from collections.abc import Iterator
from typing import Protocol

from flowgen.adapters.constraints.checking.value_checker import Problem, Progress, ValueChecker
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

    def ways(self) -> Iterator[tuple[int, bytes]]:
        """Give texts that the outermost value which is yet to be judged may be, with the byte that they begin at."""

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

    def ways(self) -> Iterator[tuple[int, bytes]]:
        held = self.held
        found = self._checker.ways(self._steps[-1], self._text, self._style)
        return ((held, way) for way in found if held is not None)

    def field_of(self, problem: Problem) -> str:
        return self._field
