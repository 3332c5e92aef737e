"""Splits an answer into content and blocks of calls. Knows markers and recovery; refuses to know what stands between
them: a syntax family does."""

from collections.abc import Callable, Sequence
from typing import Protocol

from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import (
    NO_SPACE_OF_GRAMMARS,
    SPACE,
    CharacterStream,
    Reading,
    unheard,
)
from flowgen.adapters.toolcalls.markers import markers_of
from flowgen.domain.events import ParsedEvent
from flowgen.domain.generation import FinishReason
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import Value

_LEAST_CUT = 2
"""The letters of a marker that are taken for one where the token limit cut it; a single `<` is text."""

_TIMES_AGAIN = 2
"""How often the text up to here may be read again for calls that broken ones hide."""

_FREE_AGAIN = 4096
"""Characters that may be read again in any case."""


class Openings(Value, frozen=True):
    """Where calls may begin. After a text of `marked` there is a call, or broken markup; after one of `bare` only where
    it goes on as one, and in strict answers only at their beginning. Texts of `plain` are marked in strict answers,
    whose grammar keeps them for calls, and bare in others; texts of `loose` are text in strict answers, whose grammar
    knows no call behind them, and bare in others. `closings` end broken markup. `keeps_bare`: strict answers begin with
    one of `bare`, beside markers too."""

    marked: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    closings: tuple[str, ...] = ()
    keeps_bare: bool = False


BlockReader = Callable[[], Reading[None]]
"""Reads the calls that begin here, at an opening, with their closing, and moves the mark past each complete call.
Raises BrokenCall."""


class CallSyntax(Protocol):
    """What reads calls."""

    def openings(self) -> Openings: ...

    def begun(self, start: AnswerStart) -> str:
        """What of a call the prompt has written already."""

    def reader(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> BlockReader:
        """Make what reads an answer's calls."""


class AnswerReader:
    """A ToolCallParser around a reader of whole answers."""

    def __init__(self, syntax: CallSyntax | None, start: AnswerStart, dropped: Sequence[str] = ()) -> None:
        self._stream = CharacterStream(is_strict=start.is_strict)
        self._events = CallEvents()
        self._read = syntax.reader(self._stream, self._events, start) if syntax is not None else None
        self._start = start
        openings = _openings(syntax, start)
        self._openings = openings
        self._dropped = frozenset(dropped)
        self._calls = markers_of(*openings.marked, *openings.bare)
        self._markers = markers_of(*openings.marked, *openings.bare, *dropped)
        self._recovery = markers_of(*openings.marked, *openings.closings)
        self._space = ""
        self._is_edge = True
        self._has_content = False
        self._num_again = 0
        self._num_begun = 0
        if syntax is not None:
            begun = syntax.begun(start)
            self._num_begun = len(begun)
            self._stream.push(begun)
        self._reading = self._answer()
        next(self._reading, None)

    def feed(self, text: str) -> list[ParsedEvent]:
        if not self._stream.push(text):
            next(self._reading, None)
        return self._events.take()

    def finish(self, reason: FinishReason) -> list[ParsedEvent]:
        self._stream.finish(reason)
        next(self._reading, None)
        return self._events.take()

    def _answer(self) -> Reading[None]:
        """White space before the first block, between blocks and after the last is markup where nothing else stands
        there."""
        stream = self._stream
        while True:
            stream.set_mark()
            if self._is_edge:
                self._space += yield from stream.take_run(SPACE)
            marker = yield from self._text()
            if not marker:
                break
            stream.set_mark()
            if marker in self._dropped:
                stream.skip(len(marker))
            else:
                yield from self._block(marker)
        if not self._events.has_calls:
            self._content("")

    def _text(self) -> Reading[str]:
        """Tell the text up to a marker, and give it."""
        stream, markers = self._stream, self._markers
        while True:
            is_over = stream.end is not None
            place, marker = markers.find(stream.text, stream.at, is_over=is_over)
            if is_over and marker is None:
                self._last_text()
                return ""
            if place > stream.at:
                self._content(stream.text[stream.at : place])
                stream.at = place
            if marker is not None:
                return marker
            stream.set_mark()
            if stream.at < len(stream.text) or self._is_edge:
                yield
            else:
                stream.flow, stream.flow_to = markers.flow, self._flow
                yield
                stream.flow = None

    def _flow(self, text: str) -> None:
        self._events.content(text)
        self._stream.set_mark()

    def _last_text(self) -> None:
        """Tell the last text: where the token limit cut a marker, its beginning is no content."""
        stream = self._stream
        text = stream.available
        held = self._calls.held(text, 0) if stream.end == "length" else len(text)
        place = held if len(text) - held >= _LEAST_CUT else len(text)
        if text[:place]:
            self._content(text[:place])
        if text[place:]:
            self._events.malformed(self._space + text[place:], "the token limit cut it")
            self._space = ""
        stream.skip(len(text))

    def _content(self, text: str) -> None:
        self._events.content(self._space + text)
        self._space = ""
        self._is_edge = False
        self._has_content = self._has_content or bool(text)

    def _block(self, marker: str) -> Reading[None]:
        stream, events = self._stream, self._events
        is_bare = marker in self._openings.bare
        if self._read is None or (is_bare and self._start.is_strict and not self._is_beginning):
            stream.skip(len(marker))
            self._content(marker)
            return
        num_calls = events.num_calls
        try:
            yield from self._read()
        except BrokenCall as broken:
            if is_bare and events.num_calls == num_calls:
                self._no_call(broken, len(marker))
            else:
                yield from self._recover(broken, 0 if is_bare else len(marker))
        has_calls = events.num_calls > num_calls
        self._space, self._is_edge = ("", True) if has_calls else (self._space, self._is_edge)
        self._has_content = self._has_content or (is_bare and not has_calls)

    @property
    def _is_beginning(self) -> bool:
        """Whether an answer's grammar sees nothing but white space before here."""
        is_space = not NO_SPACE_OF_GRAMMARS.search(self._space)
        return is_space and not self._events.has_calls and not self._has_content

    def _no_call(self, broken: BrokenCall, size: int) -> None:
        """Tell what began like a call without markers, and is none; at least its opening, so that reading goes on."""
        self._stream.skip(max(0, size - self._stream.num_marked))
        raw = self._raw()
        is_cut = isinstance(broken, CutCall) and self._stream.end == "length"
        if is_cut and len("".join(raw.split())) >= _LEAST_CUT:
            self._events.malformed(self._space + raw, str(broken))
            self._space = ""
        else:
            self._content(raw)

    def _recover(self, broken: BrokenCall, size: int) -> Reading[None]:
        """Go past the next closing marker, or to the next opening, or to the end; a string that was never closed may
        have hidden it."""
        stream = self._stream
        if isinstance(broken, CutCall) and stream.end == "length":
            stream.skip(len(stream.available))
        else:
            self._go_back(min(size, stream.num_marked))
            found = yield from stream.until(self._recovery, unheard)
            if found not in self._openings.marked:
                stream.skip(len(found))
        if raw := self._space + self._raw():
            self._events.malformed(raw, str(broken))
        self._space = ""
        self._is_edge = False

    def _raw(self) -> str:
        """The text from the mark to here, without what the prompt wrote."""
        stream = self._stream
        return stream.marked[max(0, self._num_begun - (stream.position - stream.num_marked)) :]

    def _go_back(self, size: int) -> None:
        """Go back to that many characters after the mark, to read what followed again; but not so often that an answer
        of broken calls takes longer than its length."""
        stream = self._stream
        again = stream.num_marked - size
        if self._num_again + again <= _FREE_AGAIN + _TIMES_AGAIN * stream.position:
            self._num_again += again
            stream.rewind(size)


def _openings(syntax: CallSyntax | None, start: AnswerStart) -> Openings:
    if syntax is None:
        return Openings()
    told = syntax.openings()
    if not start.is_strict:
        return Openings(marked=told.marked, bare=(*told.bare, *told.loose, *told.plain), closings=told.closings)
    marked = (*told.marked, *told.plain)
    return Openings(marked=marked, bare=told.bare if not marked or told.keeps_bare else (), closings=told.closings)
