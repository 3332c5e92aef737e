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


class CharacterStream:
    """The text of one answer. Text from the mark on is kept, so that it can be told or read again."""

    def __init__(self) -> None:
        self.text = ""
        self.at = 0
        self.end: FinishReason | None = None
        self._mark = 0
        self._kept: list[str] = []

    def push(self, text: str) -> None:
        """Add text that has arrived."""
        if self._mark < self.at:
            self._kept.append(self.text[self._mark : self.at])
        self.text = self.text[self.at :] + text
        self.at = 0
        self._mark = 0

    def finish(self, reason: FinishReason) -> None:
        self.end = reason

    def set_mark(self) -> None:
        self._mark = self.at
        self._kept.clear()

    def rewind(self, num_characters: int = 0) -> None:
        """Go back to that many characters after the mark."""
        if not self._kept:
            self.at = self._mark + num_characters
            return
        self.text = self.marked + self.available
        self._kept.clear()
        self._mark = 0
        self.at = num_characters

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
        pieces = []
        while True:
            piece = self.take_now(pattern)
            if piece:
                pieces.append(piece)
            if self.at < len(self.text) or self.end is not None:
                return "".join(pieces)
            yield

    def space(self) -> Reading[str]:
        """Skip white space; give the character after it, which is not taken."""
        yield from self.take_run(SPACE)
        return self.text[self.at : self.at + 1]

    def starts_with(self, text: str) -> Reading[bool]:
        """Say whether the text goes on so; waits only as long as it may."""
        while True:
            if self.text.startswith(text, self.at):
                return True
            if self.end is not None or len(self.text) - self.at >= len(text) or not text.startswith(self.available):
                return False
            yield

    def starts_with_any(self, texts: tuple[str, ...]) -> Reading[str]:
        """Give the first of the texts with which the text goes on, else an empty one."""
        for text in texts:
            if (yield from self.starts_with(text)):
                return text
        return ""

    def until(self, markers: Markers, tell: Tell) -> Reading[str]:
        """Tell the text up to the first marker; give the marker, which is not taken, empty at the text's end."""
        while True:
            place, marker = markers.find(self.text, self.at, is_over=self.end is not None)
            place = min(place, len(self.text))
            if place > self.at:
                tell(self.text[self.at : place])
                self.at = place
            if marker is not None:
                return marker
            if self.end is not None:
                return ""
            yield
