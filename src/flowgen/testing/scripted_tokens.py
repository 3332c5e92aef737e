"""The vocabulary of scripted answers, and where a whole text would stop. Pure; refuses to know runtimes."""

import re
from collections.abc import Sequence

from flowgen.domain.errors import InvalidField
from flowgen.domain.generation import SilentSpan

_FIRST_PIECE = 0x110000
"""Ids below it are characters, by code point."""


class ScriptedTokens:
    """A token per character, per control token, and per piece that was ever asked for."""

    def __init__(self, control_tokens: Sequence[str]) -> None:
        self._pieces: list[str] = list(control_tokens)
        self._control = frozenset(control_tokens)

    def is_special(self, piece: str) -> bool:
        return piece in self._control

    def token(self, piece: str) -> int:
        """The id of a piece; a new one for a new piece."""
        if len(piece) == 1:
            return ord(piece)
        if piece not in self._pieces:
            self._pieces.append(piece)
        return _FIRST_PIECE + self._pieces.index(piece)

    def text(self, token: int) -> str:
        """The text of an id. Raises InvalidField."""
        if 0 <= token < _FIRST_PIECE and not 0xD800 <= token <= 0xDFFF:
            return chr(token)
        if 0 <= token - _FIRST_PIECE < len(self._pieces):
            return self._pieces[token - _FIRST_PIECE]
        raise InvalidField("tokens", token, "the id of a character or a piece")

    def encode(self, text: str, *, special: bool) -> list[int]:
        """The ids of a text: characters, and with `special` control tokens."""
        if not special or not self._control:
            return [ord(character) for character in text]
        pattern = "|".join(re.escape(token) for token in sorted(self._control, key=len, reverse=True))
        pieces = (piece for piece in re.split(f"({pattern})", text) if piece)
        return [
            token
            for piece in pieces
            for token in ([self.token(piece)] if self.is_special(piece) else [ord(character) for character in piece])
        ]

    def visible(self, piece: str, preserved: Sequence[str]) -> str:
        """A piece's part of the answer's text: special tokens have none unless they are preserved."""
        return "" if self.is_special(piece) and piece not in preserved else piece


def stop_place(text: str, stops: Sequence[str], spans: Sequence[SilentSpan]) -> int | None:
    """Where in a whole answer the first complete stop string begins, None if there is none outside silent spans."""
    place = 0
    span = next((span for span in spans if span.is_open), None)
    while place <= len(text):
        if span is not None:
            end = -1 if span.closing is None else text.find(span.closing, place)
            if end < 0:
                return None
            place, span = end + len(span.closing or ""), None
        opening, found = _first_opening(text, place, spans), _first_stop(text, place, stops)
        if found is not None and (opening is None or found < opening[0]):
            return found
        if opening is None:
            return None
        span = opening[1]
        place = opening[0] + len(span.opening)
    return None


def _first_opening(text: str, place: int, spans: Sequence[SilentSpan]) -> tuple[int, SilentSpan] | None:
    found = [
        (start, span)
        for span in spans
        if span.opening and (start := text.find(span.opening, place)) >= 0 and not (span.at_start and start)
    ]
    return min(found, key=lambda pair: (pair[0], -len(pair[1].opening)), default=None)


def _first_stop(text: str, place: int, stops: Sequence[str]) -> int | None:
    """Of the stop strings the one that is complete first; the longest of those that end together."""
    found = [(start + len(stop), start) for stop in stops if stop and (start := text.find(stop, place)) >= 0]
    return min(found)[1] if found else None
