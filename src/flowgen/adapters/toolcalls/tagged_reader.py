"""Reads calls whose arguments stand between texts, one by one, and tells them as JSON. Knows their order; the texts are
the declaration's."""

import re

import msgspec

from flowgen.adapters.toolcalls.argument_types import ArgumentTypes, Kind
from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, Tell
from flowgen.adapters.toolcalls.json_call_reader import JsonCallReader, Keys
from flowgen.adapters.toolcalls.json_text import decoded, quoted
from flowgen.adapters.toolcalls.markers import Markers, markers_of, stripped
from flowgen.adapters.toolcalls.tagged_texts import TaggedTexts
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import JsonObject, JsonValue

_CDATA = ("<![CDATA[", "]]>")


class TaggedReader:
    """Reads one block of calls."""

    def __init__(self, texts: TaggedTexts, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> None:
        self._texts = texts
        self._stream = stream
        self._events = events
        self._start = start
        self._openings = stripped(texts.opening, *texts.other_openings)
        self._section_closings = stripped(texts.section_closing, *texts.other_section_closings)
        self._closings = stripped(texts.closing)
        self._value_closing = texts.value_closing.strip()
        self._value_marks = markers_of(self._value_closing, *texts.value_ends)
        self._type_word = re.compile(re.escape(texts.type_text.strip()).replace(r"\{\}", r"([^\"<>]*)") or r"(?!)")

    def block(self) -> Reading[None]:
        """Read the calls from here on, with the texts around them."""
        stream = self._stream
        section = yield from stream.starts_with_any(
            stripped(self._texts.section_opening, *self._texts.other_section_openings)
        )
        stream.skip(len(section))
        is_first = True
        while True:
            size = len(stream.marked)
            found = yield from stream.space()
            opening = yield from stream.starts_with_any(self._openings)
            if opening:
                stream.skip(len(opening))
                yield from self._call()
                stream.set_mark()
                is_first = False
            elif is_first:
                raise BrokenCall(f"a call expected, {found!r} found") if found else CutCall(stream.end)
            else:
                yield from self._end_of_section(size)
                return

    def _end_of_section(self, size: int) -> Reading[None]:
        stream = self._stream
        closing = yield from stream.starts_with_any(self._section_closings)
        if closing:
            stream.skip(len(closing))
        elif stream.end is not None and any(text.startswith(stream.available) for text in self._section_closings):
            stream.skip(len(stream.available))
        else:
            stream.rewind(size)
        stream.set_mark()

    def _call(self) -> Reading[None]:
        if self._texts.has_json_body and (yield from self._stream.space()) == "{":
            yield from JsonCallReader(self._stream, self._events, Keys(), names=None, is_bare=False).call()
            yield from self._has_argument(may_end=True)
            return
        name = yield from self._name()
        types = ArgumentTypes(name, self._start.tools)
        tell = self._events.begin(name)
        tell("{")
        arguments: JsonObject = {}
        while (yield from self._has_argument(may_end=bool(arguments))):
            key, word = yield from self._key()
            tell(f"{', ' if arguments else ''}{quoted(key)}: ")
            arguments[key] = yield from self._value(key, word, types, tell)
        tell("}")
        self._events.complete(arguments)

    def _name(self) -> Reading[str]:
        texts, stream = self._texts, self._stream
        end = texts.name_end.strip()
        ends = (*stripped(texts.key_opening, texts.closing), "<")  # so that a name is never longer than one
        if texts.name_opening:
            before = yield from stream.until(markers_of(texts.name_opening, *ends[:-1]), _unheard)
            stream.skip(len(texts.name_opening) if before == texts.name_opening else 0)
        if texts.call_attributes:
            name, found = yield from _text_until(stream, markers_of('"', *ends))
            if found == '"':
                found = yield from stream.until(markers_of(end, *ends), _unheard)
        else:
            name, found = yield from _text_until(stream, markers_of(end, *ends))
        if found == end:
            stream.skip(len(found))
        elif not found:
            raise CutCall(stream.end)
        if found == "<" or not name.strip():
            raise BrokenCall("it has no name")
        return name.strip()

    def _has_argument(self, *, may_end: bool) -> Reading[bool]:
        """Go past the opening of an argument, or past the call's closing, which may be missing where `may_end`."""
        texts, stream = self._texts, self._stream
        while True:
            size = len(stream.marked)
            found = yield from stream.space()
            mark = yield from stream.starts_with_any((texts.key_opening.strip(), *self._closings, self._value_closing))
            stream.skip(len(mark))
            if mark == texts.key_opening.strip():
                return True
            if mark in self._closings:
                return False
            if not mark:
                return (yield from self._unclosed(found, size, may_end))

    def _unclosed(self, found: str, size: int, may_end: bool) -> Reading[bool]:
        stream = self._stream
        if not found:
            if stream.end == "length" or not may_end:
                raise CutCall(stream.end)
            return False
        if stream.end is not None and any(text.startswith(stream.available) for text in self._closings):
            if stream.end == "length":
                raise CutCall(stream.end)
            stream.skip(len(stream.available))
            return False
        if (yield from stream.starts_with_any((*self._section_closings, *self._openings))):
            stream.rewind(size)
            return False
        raise BrokenCall(f"an argument or {self._texts.closing.strip()!r} expected, {found!r} found")

    def _key(self) -> Reading[tuple[str, str]]:
        """Read an argument's name and the word for its type, up to its value."""
        texts, stream = self._texts, self._stream
        end, opening = texts.key_end.strip(), texts.value_opening.strip()
        key, found = yield from _text_until(stream, markers_of(end, *self._closings))
        if found != end:
            raise BrokenCall("an argument without a value") if found else CutCall(stream.end)
        stream.skip(len(end))
        word = ""
        if texts.type_text:
            text, found = yield from _text_until(stream, markers_of(opening, *self._closings))
            if found != opening:
                raise BrokenCall("an argument without a value") if found else CutCall(stream.end)
            match = self._type_word.search(text)
            word = match[1] if match else ""
        yield from self._open_value(opening)
        return key.strip(), word

    def _open_value(self, opening: str) -> Reading[None]:
        stream = self._stream
        if opening:
            size = len(stream.marked)
            yield from stream.space()
            if (yield from stream.starts_with(opening)):
                stream.skip(len(opening))
            else:
                stream.rewind(size)
                if (yield from stream.peek()) == "\n":
                    stream.skip(1)
        before = self._texts.value_opening or self._texts.key_end
        if before.endswith("\n") and (yield from stream.peek()) == "\n":
            stream.skip(1)

    def _value(self, key: str, word: str, types: ArgumentTypes, tell: Tell) -> Reading[JsonValue]:
        words = dict(self._texts.type_words)
        kind: Kind = types.kind(key)
        if word:
            kind = "text" if word == words.get("string") else "json"
        pieces: list[str] = []
        told = _Trimmed(pieces.append, has_break=self._texts.value_closing.startswith("\n"))
        if kind == "text":
            tell('"')

            def tell_text(piece: str) -> None:
                pieces.append(piece)
                tell(quoted(piece)[1:-1])

            told = _Trimmed(tell_text, has_break=self._texts.value_closing.startswith("\n"))
        yield from self._value_text(told)
        if kind == "text":
            tell('"')
            return "".join(pieces)
        value = _of_wire("".join(pieces)) if word else types.value(key, "".join(pieces))
        tell(msgspec.json.encode(value).decode())
        return value

    def _value_text(self, told: "_Trimmed") -> Reading[None]:
        """Tell a value's text, and go past its closing."""
        stream = self._stream
        if self._texts.has_cdata and (yield from _opens_cdata(stream)):
            if not (yield from stream.until(markers_of(_CDATA[1]), told.tell_all)):
                raise CutCall(stream.end)
            stream.skip(len(_CDATA[1]))
            yield from stream.space()
            closing = yield from stream.starts_with_any((self._value_closing,))
        else:
            closing = yield from stream.until(self._value_marks, told.tell)
            told.finish()
        if closing == self._value_closing:
            stream.skip(len(closing))
        elif not closing:
            raise CutCall(stream.end)


class _Trimmed:
    """Passes a value's text on without the line break that belongs to its closing."""

    def __init__(self, tell: Tell, *, has_break: bool) -> None:
        self.tell_all = tell
        self._has_break = has_break
        self._held = ""

    def tell(self, piece: str) -> None:
        piece = self._held + piece
        self._held = "\n" if self._has_break and piece.endswith("\n") else ""
        if len(piece) > len(self._held):
            self.tell_all(piece[: len(piece) - len(self._held)])

    def finish(self) -> None:
        """Drop the break: the value has ended."""


def _opens_cdata(stream: CharacterStream) -> Reading[bool]:
    if not (yield from stream.starts_with(_CDATA[0])):
        return False
    stream.skip(len(_CDATA[0]))
    return True


def _of_wire(text: str) -> JsonValue:
    try:
        return decoded(text.strip())
    except BrokenCall:
        return text


def _text_until(stream: CharacterStream, markers: Markers) -> Reading[tuple[str, str]]:
    pieces: list[str] = []
    found = yield from stream.until(markers, pieces.append)
    return "".join(pieces), found


def _unheard(piece: str) -> None:
    """Take text that is told to nobody."""
