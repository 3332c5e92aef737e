"""How an answer must not go on, place by place: texts that were tried after a beginning. Refuses to know why."""

import zlib

from flowgen.adapters.constraints.checking.token_index import Bits, TokenIndex

Beginning = tuple[int, int, int]
"""Stands for all bytes up to a place."""


class Bans:
    """The bans along one answer. They stay with the beginning that they were made for: whoever comes back to it, on
    whatever way, meets them again. A token that is a part of a banned text leaves the rest of it banned."""

    def __init__(self, index: TokenIndex) -> None:
        self._index = index
        self._texts: dict[Beginning, list[bytes]] = {}
        self._ends: set[Beginning] = set()
        self._guessed: list[tuple[Beginning, bytes]] = []
        self._beginnings: list[Beginning] = [(0, 0, 1)]
        self._rests: list[tuple[bytes, ...]] = [()]

    def push(self, data: bytes) -> None:
        """The answer goes on."""
        length, crc, adler = self._beginnings[-1]
        rests = tuple(text[len(data) :] for text in self._here() if len(text) > len(data) and text.startswith(data))
        self._beginnings.append((length + len(data), zlib.crc32(data, crc), zlib.adler32(data, adler)))
        self._rests.append(rests)

    def pop(self, num_tokens: int) -> None:
        """The answer goes back."""
        if num_tokens:
            del self._beginnings[-num_tokens:]
            del self._rests[-num_tokens:]

    def ban(self, text: bytes, place: int = -1, *, is_guess: bool = False) -> None:
        """Let no answer go on with a text after the tokens up to `place`, by default here. A guess may be wrong."""
        beginning = self._beginnings[place]
        texts = self._texts.setdefault(beginning, [])
        if text not in texts:
            texts.append(text)
            if is_guess:
                self._guessed.append((beginning, text))

    def ban_end(self) -> None:
        """Let no answer end here."""
        self._ends.add(self._beginnings[-1])

    def forget_guesses(self) -> bool:
        """Forget what was only guessed; say whether there was any."""
        for beginning, text in self._guessed:
            self._texts[beginning].remove(text)
        had_any = bool(self._guessed)
        self._guessed.clear()
        return had_any

    def forbids(self, data: bytes, *, is_end: bool) -> bool:
        """Whether a token is banned here."""
        if is_end:
            return self._beginnings[-1] in self._ends
        return any(data.startswith(text) for text in self._here())

    @property
    def is_empty(self) -> bool:
        """Nothing is banned here."""
        return not self._here() and self._beginnings[-1] not in self._ends

    def lift(self, bits: Bits, end_tokens: Bits, place: int = -1) -> None:
        """Take the banned tokens out of a mask."""
        for text in self._here(place):
            bits &= ~self._index.beginning_with(text)
        if self._beginnings[place] in self._ends:
            bits &= ~end_tokens

    def _here(self, place: int = -1) -> tuple[bytes, ...]:
        own = self._texts.get(self._beginnings[place])
        return (*self._rests[place], *own) if own else self._rests[place]
