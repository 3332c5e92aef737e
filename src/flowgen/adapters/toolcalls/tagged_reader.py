"""Reads calls whose arguments stand between texts, one by one, and tells them as JSON. Knows their order; the texts are
the declaration's."""

from functools import partial

from flowgen.adapters.toolcalls.argument_types import ArgumentTypes, Kind, ToolTypes
from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, Tell, text_until, unheard
from flowgen.adapters.toolcalls.json_call_reader import JsonCallReader, Keys
from flowgen.adapters.toolcalls.json_text import encoded, inner, quoted, read_json
from flowgen.adapters.toolcalls.markers import markers_of
from flowgen.adapters.toolcalls.tagged_marks import tagged_marks
from flowgen.adapters.toolcalls.tagged_texts import TaggedTexts
from flowgen.adapters.toolcalls.tagged_value_ends import ValueEnds
from flowgen.adapters.toolcalls.tagged_values import CDATA, Trimmed, of_wire, opens_cdata, unquoted
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import JsonObject, JsonValue

_TOKEN_END = markers_of("|>", "\n", " ")


class TaggedReader:
    """Reads one block of calls."""

    def __init__(self, texts: TaggedTexts, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> None:
        self._texts = texts
        self._marks = tagged_marks(texts)
        self._stream = stream
        self._events = events
        self._start = start
        self._types = ToolTypes(start.tools)
        self._names = frozenset(tool.name for tool in start.tools)
        self._unquoted = partial(unquoted, is_strict=start.is_strict, is_escaped=texts.escapes_names)
        self._given: set[str] = set()
        self._is_empty = False
        self._value_ends = ValueEnds(texts, stream, self._types)
        self._break = "\n" if self._marks.has_break_after else ""
        self._may_be_json = texts.has_json_body or not start.is_strict

    def block(self) -> Reading[None]:
        """Read the calls from here on, with the texts around them."""
        stream = self._stream
        sections, openings = self._marks.sections, self._marks.openings
        section = stream.begins_now(sections) or (yield from stream.starts_with_any(sections))
        stream.at += len(section)
        is_first = True
        while True:
            found = stream.space_now() or (yield from stream.space())
            opening = stream.begins_now(openings) or (yield from stream.starts_with_any(openings))
            if opening:
                stream.at += len(opening)
                yield from self._call()
                stream.set_mark()
                is_first = False
            elif found == "{" and section and not self._start.is_strict:
                yield from self._json_call()
                is_first = False
            elif is_first:
                raise BrokenCall(f"a call expected, {found!r} found") if found else CutCall(stream.end)
            else:
                stream.rewind()
                yield from stream.closing(self._marks.section_closings)
                stream.set_mark()
                return

    def _call(self) -> Reading[None]:
        if self._may_be_json and (self._stream.space_now() or (yield from self._stream.space())) == "{":
            yield from self._json_call()
            yield from self._has_argument(may_end=True)
            return
        name = yield from self._name()
        types = self._types.of(name)
        tell = self._events.begin(name)
        if not self._start.is_strict and (yield from self._is_other_body(tell)):
            return
        tell("{")
        stream, usual = self._stream, self._marks.usual_key
        arguments: JsonObject = {}
        self._given = set()
        while True:
            while not (match := usual.whole.match(stream.text, stream.at)) and stream.awaits(usual.part):
                yield
            if match:
                stream.at = match.end()
                key, word = (
                    self._unquoted(match[1]),
                    self._word(match[2]) if self._texts.type_text else "",
                )
            elif (yield from self._has_argument(may_end=bool(arguments))):
                key, word = yield from self._key()
            else:
                break
            tell(f"{', ' if arguments else ''}{quoted(key)}: ")
            self._given.add(key)
            arguments[key] = yield from self._value(key, word, types, tell)
        tell("}")
        self._events.complete(arguments)

    def _is_other_body(self, tell: Tell) -> Reading[bool]:
        """Read arguments that are a JSON object in place of tags, or none, where the name's tag stands alone; say
        whether it was that."""
        stream = self._stream
        if self._is_empty:
            tell("{}")
            self._events.complete({})
            return True
        if (stream.space_now() or (yield from stream.space())) != "{":
            return False
        arguments = yield from read_json(stream, tell)
        if not isinstance(arguments, dict):
            raise BrokenCall("its arguments are no object")
        if (yield from self._has_argument(may_end=True)):
            raise BrokenCall("an argument behind an object of all")
        self._events.complete(arguments)
        return True

    def _json_call(self) -> Reading[None]:
        """Read a call that is a JSON object; nothing of one that was broken is left to it."""
        closings = (*self._marks.closings, *self._marks.section_closings)
        yield from JsonCallReader(
            self._stream,
            self._events,
            Keys(),
            names=None,
            is_bare=False,
            is_strict=self._start.is_strict,
            closings=closings,
        ).call()

    def _name(self) -> Reading[str]:
        stream, usual = self._stream, self._marks.usual_name
        while not (match := usual.whole.match(stream.text, stream.at)) and stream.awaits(usual.part):
            yield
        if match is None or not match[1].strip():
            return (yield from self._other_name())
        stream.at = match.end()
        name = self._unquoted(match[1])
        self._is_empty = self._marks.name_end == ">" and name.endswith("/") and name not in self._names
        return name[:-1] if self._is_empty else name

    def _other_name(self) -> Reading[str]:
        marks, stream = self._marks, self._stream
        self._is_empty = False
        if self._texts.name_opening:
            before = yield from stream.until(marks.before_name, unheard)
            stream.skip(len(before) if before == self._texts.name_opening else 0)
        ends = marks.attributed_name if self._texts.call_attributes else marks.name
        name, found = yield from text_until(stream, ends)
        if found == "<" and not self._start.is_strict and (yield from stream.starts_with("<|")):
            found = yield from self._stray_token()
        if found == '"' and self._texts.call_attributes:
            found = yield from stream.until(marks.name, unheard)
        self._is_empty = bool(found) and found == marks.empty_end
        if self._is_empty or found == marks.name_end:
            stream.skip(len(found))
        elif not found:
            raise CutCall(stream.end)
        if found == "<" or not name.strip():
            raise BrokenCall("it has no name")
        return self._unquoted(name)

    def _stray_token(self) -> Reading[str]:
        """Go past a special token that is no letter of a name; give the end of the name behind it."""
        stream = self._stream
        if (yield from stream.until(_TOKEN_END, unheard)) != "|>":
            return "<"
        stream.skip(2)
        return (yield from stream.until(self._marks.name, unheard))

    def _has_argument(self, *, may_end: bool) -> Reading[bool]:
        """Go past the opening of an argument, or past the call's closing, which may be missing where `may_end`."""
        marks, stream = self._marks, self._stream
        while True:
            size = stream.num_marked
            found = stream.space_now() or (yield from stream.space())
            mark = stream.begins_now(marks.next)
            if mark is None:
                mark = yield from stream.starts_with_any(marks.next)
            stream.at += len(mark)
            if mark in marks.key_openings:
                return True
            if mark in marks.closings:
                return False
            if not mark:
                return (yield from self._unclosed(found, size, may_end))

    def _unclosed(self, found: str, size: int, may_end: bool) -> Reading[bool]:
        stream = self._stream
        if not found:
            if stream.end == "length" or not may_end:
                raise CutCall(stream.end)
            return False
        if stream.end is not None and stream.is_cut(self._marks.closings):
            if stream.end == "length":
                raise CutCall(stream.end)
            stream.skip(len(stream.available))
            return False
        if (yield from stream.starts_with_any(self._marks.after_call)):
            stream.rewind(size)
            return False
        raise BrokenCall(f"an argument or {self._texts.closing.strip()!r} expected, {found!r} found")

    def _key(self) -> Reading[tuple[str, str]]:
        """Read an argument's name and the word for its type, up to its value."""
        marks, stream = self._marks, self._stream
        key, found = yield from text_until(stream, marks.key)
        if found != marks.key_end:
            raise BrokenCall("an argument without a value") if found else CutCall(stream.end)
        stream.at += len(found)
        word = ""
        if self._texts.type_text:
            size = stream.num_marked
            text, found = yield from text_until(stream, marks.value)
            typed = marks.type_word.search(text)
            if "<" in marks.type_word.sub("", text, count=1):
                if self._start.is_strict:
                    raise BrokenCall("an argument without a value")
                has_type = typed is not None and not text[: typed.start()].strip()
                text = text[: typed.end()] if typed is not None and has_type else ""
                stream.rewind(size + len(text))
            elif found != marks.value_opening:
                raise BrokenCall("an argument without a value") if found else CutCall(stream.end)
            word = self._word(text)
        yield from self._open_value()
        return self._unquoted(key), word

    def _word(self, text: str) -> str:
        """The word for a type in what stands before a value."""
        match = self._marks.type_word.search(text)
        return match[1] if match else ""

    def _open_value(self) -> Reading[None]:
        stream, opening = self._stream, self._marks.value_opening
        if opening:
            size = stream.num_marked
            if not stream.space_now():
                yield from stream.space()
            if (yield from stream.starts_with(opening)):
                stream.skip(len(opening))
            else:
                stream.rewind(size)
                if (yield from stream.peek()) == "\n":
                    stream.skip(1)
        if self._marks.has_break_before and (yield from stream.peek()) == "\n":
            stream.skip(1)

    def _value(self, key: str, word: str, types: ArgumentTypes, tell: Tell) -> Reading[JsonValue]:
        kind: Kind = types.kind(key)
        if word:
            kind = "text" if word == self._marks.word_of_texts else "json"
        stream, usual = self._stream, self._marks.usual_value
        while not (match := usual.whole.match(stream.text, stream.at)) and kind != "text" and stream.awaits(usual.part):
            yield
        if match:
            stream.at = match.end()
            return self._told_value(key, match[1].removesuffix(self._break), word, types, kind, tell)
        return (yield from self._other_value(key, word, types, kind, tell))

    def _told_value(self, key: str, text: str, word: str, types: ArgumentTypes, kind: Kind, tell: Tell) -> JsonValue:
        value: JsonValue = text
        if kind != "text":
            value = of_wire(text) if word else types.value(key, text)
        tell(encoded(value))
        return value

    def _other_value(self, key: str, word: str, types: ArgumentTypes, kind: Kind, tell: Tell) -> Reading[JsonValue]:
        """Read a value that has not arrived whole, or ends otherwise."""
        pieces: list[str] = []
        if kind != "text":
            yield from self._value_text(types, Trimmed(pieces.append, has_break=self._marks.has_break_after))
            return self._told_value(key, "".join(pieces), word, types, kind, tell)
        tell('"')

        def tell_text(piece: str) -> None:
            pieces.append(piece)
            tell(inner(piece))

        yield from self._value_text(types, Trimmed(tell_text, has_break=self._marks.has_break_after))
        tell('"')
        return "".join(pieces)

    def _value_text(self, types: ArgumentTypes, told: Trimmed) -> Reading[None]:
        """Tell a value's text, and go past its closing, which may be missing unless the answer is strict."""
        stream = self._stream
        if self._texts.has_cdata and (yield from opens_cdata(stream)):
            if not (yield from stream.until(markers_of(CDATA[1]), told.tell_all)):
                raise CutCall(stream.end)
            stream.skip(len(CDATA[1]))
            if not stream.space_now():
                yield from stream.space()
            closing = yield from stream.starts_with_any((self._marks.value_closing,))
        else:
            ends = self._marks.value_ends if self._start.is_strict else self._marks.unclosed_ends
            closing = yield from stream.until(ends, told.tell)
            while not (yield from self._value_ends.is_end(closing, types, self._given)):
                told.tell(closing)
                stream.skip(len(closing))
                closing = yield from stream.until(ends, told.tell)
        if closing == self._marks.value_closing:
            stream.skip(len(closing))
        elif not closing:
            raise CutCall(stream.end)
