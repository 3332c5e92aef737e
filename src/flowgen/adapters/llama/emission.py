"""Gives out an answer's tokens with their text: whole characters, and nothing of a stop string.

Knows which tokens' text is still held back, and which tokens may yet be taken back; refuses to know why, and why an
answer ends otherwise.
"""

from collections import deque
from collections.abc import Sequence

from flowgen.adapters.llama.stops import StopScanner
from flowgen.adapters.llama.text import TokenText
from flowgen.domain.generation import Finish, TokenChunk, TokenLogprob


class _HeldToken:
    """A token whose text reaches to `end`, counted in characters from the answer's start; None while unfinished."""

    def __init__(self, token: int, logprob: TokenLogprob | None) -> None:
        self.token = token
        self.logprob = logprob
        self.end: int | None = None


class Emission:
    """A token goes out once all its text does; on a stop string those of which no text went out are left out."""

    def __init__(self, text: TokenText, stops: StopScanner) -> None:
        self._text = text
        self._stops = stops
        self._held: deque[_HeldToken] = deque()
        self._num_fed = 0
        self._num_released = 0
        self._last_end = 0  # where the text of the last token that went out ends

    @property
    def is_stopped(self) -> bool:
        """A stop string was found: the answer ends."""
        return self._stops.is_stopped

    def push(self, token: int, logprob: TokenLogprob | None = None) -> TokenChunk:
        """Take a token; give what can go out, perhaps nothing."""
        if not (self._held or self._stops.looks_for_any or self._text.is_unfinished):
            text = self._text.feed(token)
            if not self._text.is_unfinished:
                return self._let_through(token, text, logprob)
            self._held.append(_HeldToken(token, logprob))
            return self._chunk(self._scan(text, is_whole=False))
        self._held.append(_HeldToken(token, logprob))
        return self._chunk(self._scan(self._text.feed(token), is_whole=not self._text.is_unfinished))

    def _let_through(self, token: int, text: str, logprob: TokenLogprob | None) -> TokenChunk:
        """A token of whole characters, where nothing is held back and no stop string is looked for: nearly all are."""
        self._num_fed += len(text)
        self._num_released = self._last_end = self._num_fed
        return TokenChunk(
            text=text,
            tokens=(token,),
            special=(token,) if self._text.is_preserved(token) else (),
            logprobs=() if logprob is None else (logprob,),
        )

    def finish(self, finish: Finish) -> TokenChunk:
        """Give what is left, with the finish. The bytes of a character that the token limit cut are no text."""
        released = ""
        if not self._stops.is_stopped:
            released = self._scan("" if finish.reason == "length" else self._text.finish(), is_whole=True)
        if not self._stops.is_stopped:
            rest = self._stops.finish()
            self._num_released += len(rest)
            released += rest
        return self._chunk(released, finish)

    def _scan(self, text: str, *, is_whole: bool) -> str:
        self._num_fed += len(text)
        if text or is_whole:
            for held in self._held:
                held.end = self._num_fed if held.end is None else held.end
        released = self._stops.feed(text)
        self._num_released += len(released)
        return released

    def _chunk(self, text: str, finish: Finish | None = None) -> TokenChunk:
        out = list(self._take())
        return TokenChunk(
            text=text,
            tokens=tuple(held.token for held in out),
            special=tuple(held.token for held in out if self._text.is_preserved(held.token)),
            logprobs=tuple(held.logprob for held in out if held.logprob is not None),
            finish=finish,
        )

    def _take(self) -> list[_HeldToken]:
        """The tokens whose text is out, in order; with a stop string found also the one it begins in."""
        out: list[_HeldToken] = []
        while self._held and self._is_out(self._held[0]):
            out.append(self._held.popleft())
            self._last_end = out[-1].end or self._num_released
        return out

    def _is_out(self, held: _HeldToken) -> bool:
        if held.end is not None and held.end <= self._num_released:
            return True
        return self._stops.is_stopped and self._last_end < self._num_released


class HeldTokens:
    """What has not gone out yet because it may be taken back, before an emission: that only ever gets what stays."""

    def __init__(self, emission: Emission) -> None:
        self._emission = emission
        self._waiting: deque[tuple[int, TokenLogprob | None]] = deque()

    @property
    def is_stopped(self) -> bool:
        return self._emission.is_stopped

    def push(self, token: int, logprob: TokenLogprob | None, num_held: int) -> TokenChunk:
        """Take a token; give what can go out while the last `num_held` tokens may be taken back."""
        if not num_held and not self._waiting:
            return self._emission.push(token, logprob)
        self._waiting.append((token, logprob))
        return joined(self._released(num_held))

    def take_back(self, num_tokens: int) -> None:
        """Forget the last tokens. Raises IndexError for more than may be taken back."""
        for _ in range(num_tokens):
            self._waiting.pop()

    def finish(self, finish: Finish) -> TokenChunk:
        """Give what is left, with the finish."""
        return joined([*self._released(0), self._emission.finish(finish)], finish)

    def _released(self, num_held: int) -> list[TokenChunk]:
        chunks = []
        while len(self._waiting) > num_held and not self._emission.is_stopped:
            chunks.append(self._emission.push(*self._waiting.popleft()))
        return chunks


def joined(chunks: Sequence[TokenChunk], finish: Finish | None = None) -> TokenChunk:
    """One chunk of several, with another finish."""
    return TokenChunk(
        text="".join(chunk.text for chunk in chunks),
        tokens=tuple(token for chunk in chunks for token in chunk.tokens),
        special=tuple(token for chunk in chunks for token in chunk.special),
        logprobs=tuple(logprob for chunk in chunks for logprob in chunk.logprobs),
        finish=finish,
    )
