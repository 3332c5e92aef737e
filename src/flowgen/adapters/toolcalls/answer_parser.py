"""Splits an answer into text and blocks of calls between markers. Knows markers and recovery; refuses to know what
stands between them: a block's reader does."""

import re
from collections.abc import Callable

from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading
from flowgen.adapters.toolcalls.literals import BrokenCall
from flowgen.domain.events import ParsedEvent
from flowgen.domain.generation import FinishReason

AnswerReader = Callable[[CharacterStream, CallEvents], Reading[None]]
"""Reads a whole answer."""
BlockReader = Callable[[CharacterStream, CallEvents], Reading[None]]
"""Reads the calls of one block, up to its closing marker; moves the mark past each complete call. Raises BrokenCall."""

_SPACE = re.compile(r"\s+")
_LEAST_CUT = 2
"""The letters of a marker that are taken for one where the token limit cut it; a single `<` is text."""


class AnswerParser:
    """A ToolCallParser around a reader of whole answers."""

    def __init__(self, read: AnswerReader) -> None:
        self._stream = CharacterStream()
        self._events = CallEvents()
        self._reading = read(self._stream, self._events)
        next(self._reading, None)

    def feed(self, text: str) -> list[ParsedEvent]:
        self._stream.push(text)
        next(self._reading, None)
        return self._events.take()

    def finish(self, reason: FinishReason) -> list[ParsedEvent]:
        self._stream.finish(reason)
        next(self._reading, None)
        return self._events.take()


def read_tagged(opening: str, closing: str, read_block: BlockReader) -> AnswerReader:
    """Give the reader of answers whose blocks of calls stand between two markers.

    White space before the first block, between blocks and after the last belongs to the markup where nothing else
    stands there.
    """

    def read(stream: CharacterStream, events: CallEvents) -> Reading[None]:
        has_calls = False
        while (yield from _text(stream, events, opening, has_calls=has_calls)):
            yield from _block(stream, events, opening, closing, read_block)
            has_calls = True

    return read


def _text(stream: CharacterStream, events: CallEvents, opening: str, *, has_calls: bool) -> Reading[bool]:
    """Tell the text up to a marker; say whether there is one."""
    stream.set_mark()
    yield from stream.take_run(_SPACE)
    if (yield from stream.starts_with(opening)):
        stream.set_mark()
        return True
    if not (yield from stream.peek()) and has_calls:
        return False
    events.content(stream.marked)
    while (yield from stream.peek()):
        stream.set_mark()
        text = stream.available
        place = text.find(opening)
        safe = place if place >= 0 else len(text) - _num_held(text, opening)
        if stream.end is not None and place < 0:
            _tell_end(events, text, safe, is_cut=stream.end == "length")
            safe = len(text)
        else:
            events.content(text[:safe])
        stream.skip(safe)
        if place >= 0:
            stream.set_mark()
            return True
        if safe < len(text):
            yield
    return False


def _tell_end(events: CallEvents, text: str, safe: int, *, is_cut: bool) -> None:
    """Tell the last text: where the token limit cut a marker, its beginning is no content."""
    if not is_cut or len(text) - safe < _LEAST_CUT:
        safe = len(text)
    events.content(text[:safe])
    if safe < len(text):
        events.malformed(text[safe:], "the token limit cut it")


def _num_held(text: str, opening: str) -> int:
    longest = min(len(opening) - 1, len(text))
    return next((size for size in range(longest, 0, -1) if text.endswith(opening[:size])), 0)


def _block(
    stream: CharacterStream, events: CallEvents, opening: str, closing: str, read_block: BlockReader
) -> Reading[None]:
    stream.skip(len(opening))
    try:
        yield from read_block(stream, events)
        yield from _close(stream, closing)
    except BrokenCall as broken:
        yield from _recover(stream, closing)
        events.malformed(stream.marked, str(broken))


def _close(stream: CharacterStream, closing: str) -> Reading[None]:
    """Take the closing marker; an answer may end without it."""
    yield from stream.take_run(_SPACE)
    if (yield from stream.starts_with(closing)):
        stream.skip(len(closing))
    elif stream.end is None or (stream.available and not closing.startswith(stream.available)):
        raise BrokenCall(f"{closing} expected")
    else:
        stream.skip(len(stream.available))


def _recover(stream: CharacterStream, closing: str) -> Reading[None]:
    """Go past the closing marker, or to the end. A string that was never closed is read again: it hid the marker."""
    if stream.end == "stop" and not stream.available and closing in stream.marked:
        stream.rewind(stream.marked.index(closing) + len(closing))
        return
    while closing not in stream.available:
        if stream.end is not None:
            stream.skip(len(stream.available))
            return
        yield
    stream.skip(stream.available.index(closing) + len(closing))
