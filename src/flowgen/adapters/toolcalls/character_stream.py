"""Text that arrives in pieces, read as if it were whole. Knows characters; refuses to know any syntax.

A reader is a generator: it yields where it needs more text, and returns its result. So parsers are written as plain
recursive descent, and a cut anywhere changes nothing.
"""

import re
from collections.abc import Callable, Generator
from typing import TypeVar

from flowgen.adapters.toolcalls.markers import Markers
from flowgen.domain.generation import FinishReason

T = TypeVar("T")
Reading = Generator[None, None, T]
Tell = Callable[[str], None]
"""Takes text, piece by piece."""

SPACE = re.compile(r"\s+")
NO_SPACE_OF_GRAMMARS = re.compile(r"[\x1c-\x1f]")
"""White space to Python, and none to the grammars' engine."""


class CharacterStream:
    """The text of one answer. Text from the mark on is kept, so that it can be told or read again. `is_strict`: a
    grammar bound it, so nothing of it waits to be seen whether it needs mending."""

    __slots__ = ("_kept", "_mark", "_num_kept", "_num_past", "at", "end", "flow", "flow_to", "is_strict", "text")

    def __init__(self, *, is_strict: bool = False) -> None:
        self.is_strict = is_strict
        self.text = ""
        self.at = 0
        self.end: FinishReason | None = None
        self._mark = 0
        self._kept: list[str] = []
        self._num_kept = 0
        self._num_past = 0
        self.flow: re.Pattern[str] | None = None
        self.flow_to: Tell = unheard

    def push(self, text: str) -> bool:
        """Add text that has arrived; say whether it flowed on to where the text before it went, and nobody need look
        at it: a reader that has taken all text may set `flow` while it waits, a pattern of pieces that say nothing
        new, and `flow_to`, which takes them."""
        at = self.at
        if self._mark < at:
            self._kept.append(self.text[self._mark : at])
            self._num_kept += at - self._mark
        self._num_past += at
        self._mark = 0
        if self.flow is None:
            self.text, self.at = self.text[at:] + text, 0
            return False
        self.text = text
        if self.flow.fullmatch(text) is None:
            self.at = 0
            return False
        self.at = len(text)
        self.flow_to(text)
        return True

    def finish(self, reason: FinishReason) -> None:
        self.end = reason

    def set_mark(self) -> None:
        self._mark = self.at
        if self._num_kept:
            self._kept, self._num_kept = [], 0

    def rewind(self, num_characters: int = 0) -> None:
        """Go back to that many characters after the mark."""
        pieces = []
        while self._num_kept > num_characters:
            pieces.append(self._kept.pop())
            self._num_kept -= len(pieces[-1])
        if pieces:  # the mark is where the text begins: what was before it is kept
            before = "".join(reversed(pieces))
            self.text = before + self.text
            self._num_past -= len(before)
        self.at = self._mark + num_characters - self._num_kept

    @property
    def position(self) -> int:
        """The number of characters of the answer before here."""
        return self._num_past + self.at

    @property
    def num_marked(self) -> int:
        """The number of characters from the mark to here."""
        return self._num_kept + self.at - self._mark

    @property
    def marked(self) -> str:
        """The text from the mark to here."""
        return "".join(self._kept) + self.text[self._mark : self.at]

    @property
    def available(self) -> str:
        """The text from here on that has arrived."""
        return self.text[self.at :]

    def skip(self, num_characters: int) -> None:
        self.at += num_characters

    def peek(self) -> Reading[str]:
        """Give the next character without taking it; empty at the text's end."""
        while self.at >= len(self.text) and self.end is None:
            yield
        return self.text[self.at : self.at + 1]

    def take(self) -> Reading[str]:
        """Give the next character and go on; empty at the text's end."""
        character = yield from self.peek()
        self.at += len(character)
        return character

    def take_now(self, pattern: re.Pattern[str]) -> str:
        """Give what matches here of the text that has arrived, perhaps nothing."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match.group()

    def take_run(self, pattern: re.Pattern[str]) -> Reading[str]:
        """Give the longest run of characters that `pattern` (of a repeated class) matches."""
        piece = self.take_now(pattern)
        if self.at < len(self.text) or self.end is not None:
            return piece
        pieces = [piece]
        while self.at >= len(self.text) and self.end is None:
            yield
            pieces.append(self.take_now(pattern))
        return "".join(pieces)

    def space_now(self) -> str:
        """Skip white space that has arrived; give the character after it, which is not taken, empty where none has
        arrived."""
        character = self.text[self.at : self.at + 1]
        if character.isspace():
            match = SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            return self.text[self.at : self.at + 1]
        return character

    def space(self) -> Reading[str]:
        """Skip white space; give the character after it, which is not taken."""
        while not (found := self.space_now()) and self.end is None:
            yield
        return found

    def awaits(self, part: re.Pattern[str]) -> bool:
        """Whether all that has arrived from here on is of the pattern, and more may come."""
        return self.end is None and part.fullmatch(self.text, self.at) is not None

    def begins_now(self, texts: tuple[str, ...]) -> str | None:
        """Give the first of the texts with which the text goes on, else an empty one; None: that is not to be seen
        yet."""
        text, at = self.text, self.at
        num_available = len(text) - at
        for one in texts:
            if text.startswith(one, at):
                return one
            if num_available < len(one) and self.end is None and one.startswith(text[at:]):
                return None
        return ""

    def starts_with(self, text: str) -> Reading[bool]:
        """Say whether the text goes on so; waits only as long as it may."""
        while (found := self.begins_now((text,))) is None:
            yield
        return bool(found) or not text

    def starts_with_any(self, texts: tuple[str, ...]) -> Reading[str]:
        """Give the first of the texts with which the text goes on, else an empty one."""
        while (found := self.begins_now(texts)) is None:
            yield
        return found

    def closing(self, texts: tuple[str, ...]) -> Reading[bool]:
        """Go past white space and one of the texts, at the answer's end past the beginning of one; where there is none,
        nothing is taken."""
        size = self.num_marked
        yield from self.space()
        found = yield from self.starts_with_any(texts)
        if found:
            self.at += len(found)
            return True
        if self.end is not None and self.is_cut(texts):
            self.at = len(self.text)
            return True
        self.rewind(size)
        return False

    def is_cut(self, texts: tuple[str, ...]) -> bool:
        """Whether all that has arrived is the beginning of one of the texts."""
        num_available = len(self.text) - self.at
        return any(num_available < len(text) and text.startswith(self.available) for text in texts)

    def until(self, markers: Markers, tell: Tell) -> Reading[str]:
        """Tell the text up to the first marker; give the marker, which is not taken, empty at the text's end."""
        while True:
            place, marker = markers.find(self.text, self.at, is_over=self.end is not None)
            if place > self.at:
                tell(self.text[self.at : place])
                self.at = place
            if marker is not None:
                return marker
            if self.end is not None:
                return ""
            if self.at < len(self.text):
                yield
            else:
                self.flow, self.flow_to = markers.flow, tell
                yield
                self.flow = None


def unheard(piece: str) -> None:
    """Take text that is told to nobody: the mark keeps it."""


def text_until(stream: CharacterStream, markers: Markers) -> Reading[tuple[str, str]]:
    """Give the text up to the first marker, and the marker, which is not taken."""
    pieces: list[str] = []
    found = yield from stream.until(markers, pieces.append)
    return "".join(pieces), found
