"""Finds the JSON text in an answer that is under way: the whole answer, its document behind the thinking, or a call's
arguments. Refuses to know any syntax of calls, and what a text lacks."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Protocol

from flowgen.adapters.constraints.checking.answer_follower import AnswerText
from flowgen.adapters.constraints.closing.places import Places
from flowgen.application.schemas.lowering import lower
from flowgen.domain.constraints import AnswerReading, JsonSchema
from flowgen.domain.events import ContentDelta, ToolCallArguments, ToolCallFinished, ToolCallStarted
from flowgen.domain.schemas import Lowered
from flowgen.domain.values import JsonValue

MARKUP = 12.0
"""Tokens that may have to follow a call's arguments."""


class Locator(Protocol):
    """One answer's."""

    def find(self, answer: bytes) -> tuple[Places, int] | None:
        """Give what the text under way has to be, and the byte that it begins at; None where there is none."""

    def went_back(self) -> None:
        """What was read last is not part of the answer any more."""

    @property
    def least(self) -> float:
        """About the tokens of the shortest text."""

    @property
    def behind(self) -> float:
        """The tokens that may have to follow the text."""


def of_document(lowered: Lowered) -> Callable[[], Locator]:
    """Give what makes the locators of answers that are one document."""
    places = lru_cache(maxsize=1)(lambda: Places(lowered))
    return lambda: WholeAnswer(places())


def of_answer(reading: AnswerReading, read: Callable[[], AnswerText]) -> Callable[[], Locator]:
    """Give what makes the locators of answers of several parts. Schemas are read once they are needed."""
    tools = {checked.tool.name: _lazy(checked.tool.parameters, None) for checked in reading.tools}
    asked = None if reading.document is None else reading.document.constraint
    document = _lazy(asked.schema, asked.draft) if isinstance(asked, JsonSchema) else None
    return lambda: PartOfAnswer(read, document, tools)


def _lazy(schema: JsonValue, draft: str | None) -> Callable[[], Places]:
    return lru_cache(maxsize=1)(lambda: Places(lower(schema, draft)))


class WholeAnswer:
    """All of the answer is one document."""

    behind = 0.0

    def __init__(self, places: Places) -> None:
        self._places = places
        self.least = places.least

    def find(self, answer: bytes) -> tuple[Places, int] | None:
        return self._places, 0

    def went_back(self) -> None:
        return


class PartOfAnswer:
    """What the answer's reader tells: only where it stands in the answer as it is, to the last byte. A syntax that
    spells values otherwise has no such text."""

    behind = MARKUP
    least = 256.0

    def __init__(
        self,
        read: Callable[[], AnswerText],
        document: Callable[[], Places] | None,
        tools: Mapping[str, Callable[[], Places]],
    ) -> None:
        self._read = read
        self._document = document
        self._tools = tools
        self.went_back()

    def went_back(self) -> None:
        self._reader: AnswerText | None = None
        self._num_read = 0
        self._part: Callable[[], Places] | None = None
        self._text = ""

    def find(self, answer: bytes) -> tuple[Places, int] | None:
        self._advance(answer)
        text = self._text.encode()
        if self._part is None or not text or not answer.endswith(text):
            return None
        return self._part(), len(answer) - len(text)

    def _advance(self, answer: bytes) -> None:
        piece = answer[self._num_read :]
        try:
            letters = piece.decode()
        except UnicodeDecodeError:  # half a character: with the next token
            return
        self._reader = self._reader or self._read()
        self._num_read = len(answer)
        for event in self._reader.feed(letters):
            match event:
                case ToolCallStarted(name=name):
                    self._part, self._text = self._tools.get(name), ""
                case ToolCallArguments(json=more):
                    self._text += more
                case ToolCallFinished():
                    self._part, self._text = None, ""
                case ContentDelta(text=more) if self._document is not None and (self._text or more.strip()):
                    self._part = self._document
                    self._text += more if self._text else more.lstrip()
