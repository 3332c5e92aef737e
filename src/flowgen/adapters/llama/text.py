"""Turns tokens into whole characters. Knows UTF-8; refuses to know stop strings and why an answer ends."""

import codecs
from collections.abc import Sequence

from flowgen.domain.model import Vocabulary


class TokenText:
    """The text of one answer as it grows.

    A special token ends an unfinished character (it becomes U+FFFD) and has text only if it is in `preserved`.
    """

    def __init__(self, vocabulary: Vocabulary, preserved: Sequence[str] = ()) -> None:
        self._vocabulary = vocabulary
        self._preserved = {text.encode("utf-8", "replace") for text in preserved}
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.is_unfinished = False
        """Whether bytes of a character wait for the rest of it."""

    def is_preserved(self, token: int) -> bool:
        """Whether a token is a special one that appears in the text."""
        return token in self._vocabulary.special and self._vocabulary.tokens[token] in self._preserved

    def feed(self, token: int) -> str:
        """Give the whole characters that a token completes."""
        data = self._vocabulary.tokens[token]
        if token not in self._vocabulary.special:
            return self._decoded(data)
        own = data.decode("utf-8", "replace") if self.is_preserved(token) else ""
        return self.finish() + own

    def _decoded(self, data: bytes) -> str:
        if data.isascii() and not self.is_unfinished:  # nearly all are
            return data.decode("ascii")
        text = self._decoder.decode(data)
        self.is_unfinished = bool(self._decoder.getstate()[0])
        return text

    def finish(self) -> str:
        """Give what is left of an unfinished character."""
        left = self._decoder.decode(b"", final=True)
        self._decoder.reset()
        self.is_unfinished = False
        return left
