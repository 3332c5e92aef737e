"""Follows an answer of several parts: reasoning, text, calls, a document. What its reader tells of them as JSON is
judged. Refuses to know any syntax of calls."""

import codecs
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from flowgen.adapters.constraints.checking.json_reader import Reading
from flowgen.adapters.constraints.checking.problems import Problem
from flowgen.adapters.constraints.checking.value_checker import Progress, ValueChecker
from flowgen.adapters.constraints.checking.ways import COMPACT, Style
from flowgen.domain.events import ContentDelta, ParsedEvent, ToolCallArguments, ToolCallFinished, ToolCallStarted
from flowgen.domain.generation import FinishReason
from flowgen.domain.values import Value


class AnswerText(Protocol):
    """Reads one answer's text. Any cut of the same text folds to the same events."""

    def feed(self, text: str) -> Sequence[ParsedEvent]: ...
    def finish(self, reason: FinishReason) -> Sequence[ParsedEvent]: ...


class CheckedPart(Value, frozen=True):
    """A schema's checker, and the request's field that holds the schema."""

    checker: ValueChecker
    field: str
    style: Style = COMPACT


class Parts(Value, frozen=True):
    """What is judged in an answer: the arguments of calls, by the tool's name, and its content where that is a
    document."""

    calls: Mapping[str, CheckedPart]
    document: CheckedPart | None = None


class _Where(NamedTuple):
    """How far the part that is being written is; None of it where nothing is judged. `size` counts its bytes,
    `num_origins` the pieces that it came in, `told` the bytes of the answer up to the last of these: what is being
    written behind them may be a value that the reader has yet to tell."""

    part: CheckedPart | None = None
    progress: Progress = Progress()
    size: int = 0
    num_origins: int = 0
    data_size: int = 0
    told: int = 0
    opens: bool = False


class AnswerFollower:
    """One answer's way. The reader cannot go back: after a return a fresh one reads all that stays."""

    def __init__(self, read: Callable[[], AnswerText], parts: Parts) -> None:
        self._read = read
        self._parts = parts
        self._reader: AnswerText | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._data: list[bytes] = []
        self._written = bytearray()
        self._steps = [_Where()]
        self._text = bytearray()  # of the part that is being written
        self._origins: list[tuple[int, int]] = []  # (byte of the part, byte of the answer) at which a piece begins
        self._field = ""
        self._after = 0  # the answer's bytes with those that are being read

    @property
    def held(self) -> int | None:
        where = self._steps[-1]
        if where.part is None or where.progress.reading.is_over:
            return None
        held = where.progress.held
        return where.told if held is None else min(where.told, self._origin(held))

    def push(self, data: bytes) -> tuple[Problem | None, bool]:
        before = self._steps[-1]
        problem = self._advance(data)
        opens = self._steps[-1].opens
        if problem is not None and len(data) > 1:
            problem = problem._replace(seen=before.data_size + self._num_seen(data))
        return problem, opens

    def pop(self, num_tokens: int) -> None:
        if not num_tokens:
            return
        del self._written[len(self._written) - sum(map(len, self._data[-num_tokens:])) :]
        del self._data[-num_tokens:], self._steps[-num_tokens:]
        self._reader = None
        where = self._steps[-1]
        del self._text[where.size :], self._origins[where.num_origins :]

    def finish(self) -> Problem | None:
        where, reader = self._steps[-1], self._current_reader()
        self._reader = None  # it has ended, and the answer may yet go on
        problem, where = self._told(reader.finish("stop"), where)
        if problem is None and where.part is not None:
            problem = self._moved(where.part.checker.finish(where.progress, self._text).problem, where)
        before = self._steps[-1]
        del self._text[before.size :], self._origins[before.num_origins :]
        return problem

    @property
    def owing(self) -> Reading | None:
        where = self._steps[-1]
        if where.part is None or not where.part.checker.may_owe(where.progress) or self._as_written(where) is None:
            return None
        return where.progress.reading

    def owed(self, data: bytes) -> Problem | None:
        where = self._steps[-1]
        return None if where.part is None else where.part.checker.owed(where.progress, self._text, data)

    def ways(self, start: int | None = None) -> Iterator[tuple[int, bytes]]:
        where = self._steps[-1]
        held, begin = where.progress.held, self._as_written(where)
        if where.part is not None and held is not None and begin is not None:
            for way in where.part.checker.ways(where.progress, self._text, where.part.style, start):
                yield begin + (0 if start is None else start - held), way

    def _as_written(self, where: _Where) -> int | None:
        """Where the value that is yet to be judged begins in the answer, if it stands there as JSON, to the last byte:
        a syntax of calls may spell values otherwise."""
        held = where.progress.held
        if where.part is None or held is None:
            return None
        begun, written = self._text[held:], self._written
        start = len(written) - len(begun)
        return start if start >= 0 and written[start:] == begun else None

    def field_of(self, problem: Problem) -> str:
        return self._field

    def _advance(self, data: bytes) -> Problem | None:
        where, reader = self._steps[-1], self._current_reader()
        self._data.append(data)
        self._written += data
        self._after = where.data_size + len(data)
        events = reader.feed(self._decoder.decode(data))
        problem, where = self._told(events, where._replace(opens=False))
        self._steps.append(where._replace(data_size=where.data_size + len(data)))
        return problem

    def _num_seen(self, data: bytes) -> int:
        """The bytes of the last token up to the one that shows the problem: found by reading it byte by byte."""
        self.pop(1)
        for count in range(1, len(data) + 1):
            if self._advance(data[count - 1 : count]) is not None:
                break
        self.pop(count)
        self._data.append(data)
        self._written += data
        self._steps.append(self._steps[-1])
        return count

    def _current_reader(self) -> AnswerText:
        if self._reader is None:
            self._reader = self._read()
            self._decoder.reset()
            self._reader.feed(self._decoder.decode(self._written))
        return self._reader

    def _told(self, events: Sequence[ParsedEvent], where: _Where) -> tuple[Problem | None, _Where]:
        for event in events:
            problem = None
            match event:
                case ToolCallStarted(name=name):
                    where = self._begun(self._parts.calls.get(name), where)
                case ToolCallArguments(json=piece):
                    problem, where = self._gone_on(piece, where)
                case ToolCallFinished():
                    where = self._begun(None, where)
                case ContentDelta(text=piece) if self._parts.document is not None and piece.strip():
                    if where.part is not self._parts.document:
                        where = self._begun(self._parts.document, where)
                    problem, where = self._gone_on(piece, where)
            if problem is not None:
                return problem, where
        return None, where

    def _begun(self, part: CheckedPart | None, where: _Where) -> _Where:
        """Another part begins. What was written of the last one is kept, for whoever goes back there."""
        return _Where(part, Progress(), len(self._text), len(self._origins), where.data_size, self._after, where.opens)

    def _gone_on(self, piece: str, where: _Where) -> tuple[Problem | None, _Where]:
        if where.part is None:
            return None, where
        place = len(self._text)
        self._origins.append((place, min(where.told, where.data_size)))
        self._text += piece.encode("utf-8", "replace")
        step = where.part.checker.step(where.progress, self._text, place)
        where = where._replace(
            progress=step.progress,
            size=len(self._text),
            num_origins=len(self._origins),
            told=self._after,
            opens=where.opens or step.opens,
        )
        return self._moved(step.problem, where), where

    def _moved(self, problem: Problem | None, where: _Where) -> Problem | None:
        """A problem with places of the answer instead of the part's."""
        if problem is None or where.part is None:
            return None
        self._field = where.part.field
        return problem._replace(
            seen=where.data_size + 1,
            start=self._origin(problem.start),
            inner=tuple(self._origin(place) for place in problem.inner),
            outer=tuple(self._origin(place) for place in problem.outer),
        )

    def _origin(self, place: int) -> int:
        """The byte of the answer from which on a byte of a part was written."""
        index = bisect_right(self._origins, (place, 1 << 62)) - 1
        return self._origins[index][1] if index >= 0 else 0
