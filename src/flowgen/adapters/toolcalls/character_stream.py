"""Text that arrives in pieces, read as if it were whole. Knows characters; refuses to know any syntax.

A reader is a generator: it yields where it needs more text, and returns its result. So parsers are written as plain
recursive descent, and a cut anywhere changes nothing.
"""

import re
from collections.abc import Generator
from typing import TypeVar

from flowgen.domain.generation import FinishReason

T = TypeVar("T")
Reading = Generator[None, None, T]


class CharacterStream:
    """The text of one answer. Text from the mark on is kept, so that it can be told or read again."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._mark = 0
        self.end: FinishReason | None = None

    def push(self, text: str) -> None:
        """Add text that has arrived; text before the mark is forgotten."""
        self._text = self._text[self._mark :] + text
        self._at -= self._mark
        self._mark = 0

    def finish(self, reason: FinishReason) -> None:
        self.end = reason

    def set_mark(self) -> None:
        self._mark = self._at

    def rewind(self, num_characters: int = 0) -> None:
        """Go back to that many characters after the mark."""
        self._at = self._mark + num_characters

    @property
    def marked(self) -> str:
        """The text from the mark to here."""
        return self._text[self._mark : self._at]

    @property
    def available(self) -> str:
        """The text from here on that has arrived."""
        return self._text[self._at :]

    def skip(self, num_characters: int) -> None:
        self._at += num_characters

    def peek(self) -> Reading[str]:
        """Give the next character without taking it; empty at the text's end."""
        while self._at >= len(self._text) and self.end is None:
            yield
        return self._text[self._at : self._at + 1]

    def take(self) -> Reading[str]:
        """Give the next character and go on; empty at the text's end."""
        character = yield from self.peek()
        self._at += len(character)
        return character

    def take_now(self, pattern: re.Pattern[str]) -> str:
        """Give what matches here of the text that has arrived, perhaps nothing."""
        match = pattern.match(self._text, self._at)
        found = match.group() if match else ""
        self._at += len(found)
        return found

    def take_run(self, pattern: re.Pattern[str]) -> Reading[str]:
        """Give the longest run of characters that `pattern` (of a repeated class) matches."""
        pieces = []
        while (yield from self.peek()):
            piece = self.take_now(pattern)
            if not piece:
                break
            pieces.append(piece)
        return "".join(pieces)

    def starts_with(self, text: str) -> Reading[bool]:
        """Say whether the text goes on so; waits only as long as it may."""
        while len(self.available) < len(text) and text.startswith(self.available) and self.end is None:
            yield
        return self.available.startswith(text)
