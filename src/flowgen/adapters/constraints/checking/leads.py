"""Leads an answer along a text that is known to be taken, once it has tried in vain for long enough. Knows bytes and
tokens; refuses to know where such texts come from."""

from collections.abc import Iterator

from flowgen.adapters.constraints.checking.token_index import Bits, TokenIndex

_PATIENCE = 256
"""Tokens that are thrown away or refused before an answer is first led: half of the least budget there is."""
_PATIENCE_AGAIN = 32
_HURRIED = 4
_MOST_PUT_OFF = 64
"""Times that a bracket may not be closed because it owes something, before it is led to pay."""
_DIGITS = b"0123456789"
_NUMERIC = (*(bytes([digit]) for digit in _DIGITS), b".", b"e", b"E", b"+", b"-")

Ways = Iterator[tuple[int, bytes]]


class Leads:
    """One answer's. Places are bytes of its text."""

    def __init__(self, index: TokenIndex) -> None:
        self._index = index
        self._num_wasted = 0
        self._patience = _PATIENCE
        self.is_hurried = False
        self._put_off: dict[int, int] = {}
        self._value: int | None = None  # where the value begins that ways were asked for
        self._ways: Ways = iter(())
        self.has_led = False
        self._start = 0
        self._text = b""

    @property
    def is_on(self) -> bool:
        """There is a text to go along with."""
        return bool(self._text)

    def wasted(self, num_tokens: int) -> None:
        """So many tokens were in vain."""
        self._num_wasted += num_tokens

    @property
    def is_due(self) -> bool:
        """It is time to be led."""
        return self._num_wasted > self._patience

    def hurry(self) -> None:
        """There is not much room left."""
        self.is_hurried = True
        self._put_off.clear()
        self._patience = min(self._patience, self._num_wasted + _HURRIED)

    def put_off(self, bracket: int) -> bool:
        """The bracket that begins at a place may not be closed yet; say whether it has been so for long, once."""
        count = self._put_off[bracket] = self._put_off.get(bracket, 0) + 1
        return count == (_HURRIED if self.is_hurried else _MOST_PUT_OFF)

    def next_way(self, value: int, ways: Ways) -> tuple[int, bytes] | None:
        """Give the next text, and where it begins, for the value that begins at a place; `ways` are its own, made
        afresh: they count where another value was being tried before."""
        self._patience = self._num_wasted + _PATIENCE_AGAIN
        if value != self._value:
            self._value, self._ways = value, ways
        return next(self._ways, None)

    def begin(self, start: int, text: bytes) -> None:
        """Lead along a text that begins at a place."""
        self._start, self._text = start, text

    def end(self) -> None:
        """Lead no more."""
        self._text = b""

    def rest(self, place: int) -> bytes | None:
        """What is left of the text at a place; None where the answer is elsewhere."""
        at = place - self._start
        return self._text[at:] if self._text and 0 <= at <= len(self._text) else None

    def narrow(self, bits: Bits, place: int) -> bool:
        """Leave in a mask the tokens that go along; False where there is none, or no text."""
        rest = self.rest(place)
        if rest is None:
            return False
        allowed = bits & self._index.along(rest) if rest else self._behind(bits)
        if not allowed.any():
            self.end()
            return False
        bits[:] = allowed
        self.has_led = True
        return True

    def _behind(self, bits: Bits) -> Bits:
        """What may follow the text: a number must not go on."""
        allowed = bits.copy()
        if self._text[-1] in _DIGITS:
            for letter in _NUMERIC:
                allowed &= ~self._index.beginning_with(letter)
        return allowed
