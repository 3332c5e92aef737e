"""Reads calls that are JSON objects: {"name": "f", "arguments": {"a": 1}}. Refuses to know the markers around them."""

import re
from collections.abc import Collection
from typing import Literal

from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.call_in_parts import CallInParts
from flowgen.adapters.toolcalls.character_stream import NO_SPACE_OF_GRAMMARS, CharacterStream, Reading, unheard
from flowgen.adapters.toolcalls.json_text import decoded, encoded, quoted, read_json, read_string
from flowgen.domain.values import JsonObject, Value

_MAX_WRAPPERS = 8
_FUNCTION = "function"
_TYPE = "type"
_FIRST_KEY = re.compile(r'\s*"([^"\\\x00-\x1f]*)"\s*:')
_NEXT_KEY = re.compile(r'\s*,\s*"([^"\\\x00-\x1f]*)"\s*:')
_BARE_KEY = re.compile(r"[\w$]+")
_PART_OF_KEY = re.compile(r'\s{0,9}(?:,\s{0,9})?(?:"[^"\\\x00-\x1f]{0,99}(?:"\s{0,9})?)?')
"""What may become a key; longer ones are read otherwise, so that no text is looked at often."""


class Keys(Value, frozen=True):
    """How a call's object names its parts; of several names the first is written, all are read.

    `name` empty: the function's name is the key, its arguments the value. `id` empty: there is none. `wrappers` are
    keys whose value is the call again, or a list of calls, and `content` is the key of an answer's text; with `others`
    an object is a call all the same where there are no markers. `written_id` says where an id is written.
    """

    name: tuple[str, ...] = ("name",)
    arguments: tuple[str, ...] = ("arguments", "parameters")
    id: tuple[str, ...] = ("id",)
    wrappers: tuple[str, ...] = ("function",)
    content: str = ""
    others: tuple[str, ...] = ("type",)
    written_id: Literal["", "first", "last"] = ""


def read_wrapped_arguments(stream: CharacterStream) -> Reading[JsonObject]:
    """Read arguments that are JSON in a string, or null for none."""
    value = yield from read_json(stream, unheard)
    if isinstance(value, str):
        value = decoded(value) if value.strip() else None
    if value and not isinstance(value, dict):
        raise BrokenCall("the arguments are no object")
    return value or {}


class JsonCallReader:
    """Reads calls in either order of keys. Missing arguments are none; arguments may be JSON in a string.

    `names` are those that a call may have, None any. With `is_bare` nothing is told before it is sure that this is a
    call: its name and its arguments are there, and no other keys. What a strict grammar takes for text is none where
    `is_bare`: the first call's name stands first, to the letter. A reader that is not strict takes what Python would,
    and braces too many, or too few before one of `closings`.
    """

    def __init__(
        self,
        stream: CharacterStream,
        events: CallEvents,
        keys: Keys,
        *,
        names: Collection[str] | None,
        is_bare: bool,
        is_strict: bool,
        closings: tuple[str, ...] = (),
    ) -> None:
        self._stream = stream
        self._events = events
        self._keys = keys
        self._names = names
        self._is_bare = is_bare
        self._is_lenient = not is_strict
        self._is_exact = is_bare and is_strict
        self._is_in_list = False
        self._closings = closings
        self._depth = 0
        self._texts: list[str] = []
        self._others: list[str] = []

    def list_of_calls(self) -> Reading[None]:
        """Read `[{...}, {...}]`; what is no object in it is told, commas may be missing."""
        num_calls, junk = self._events.num_calls, list[str]()
        was_in_list, self._is_in_list = self._is_in_list, True
        self._stream.skip(1)
        while (found := (self._stream.space_now() or (yield from self._stream.space()))) != "]":
            if not found:
                raise CutCall(self._stream.end)
            if (found == "," and not self._is_exact) or (found == "}" and self._is_lenient and not self._is_bare):
                self._stream.skip(1)
            elif found == "{":
                yield from self.call()
                self._tell_junk(junk)
            elif self._is_bare or self._is_exact:
                raise BrokenCall("a list of other things")
            else:
                size = self._stream.num_marked
                yield from read_json(self._stream, unheard)
                junk.append(self._stream.marked[size:])
        if self._events.num_calls == num_calls:
            raise BrokenCall("a list without calls")
        self._stream.skip(1)
        self._is_in_list = was_in_list
        self._settle()
        self._tell_junk(junk)

    def _tell_junk(self, junk: list[str]) -> None:
        """Tell what was no call, once its list cannot be read again."""
        for raw in junk:
            self._events.malformed(raw, "no call in a list of calls")
        junk.clear()

    def call(self) -> Reading[None]:
        """Read one object: a call, or an answer's text, which in a list is one only beside calls."""
        num_calls = self._events.num_calls
        if not self._is_in_list:
            self._texts.clear()
            self._others.clear()
        call = CallInParts(self._events, self._names, is_bare=self._is_bare)
        yield from self._members(call)
        if self._others and not call.is_whole and not call.is_wrapper:
            raise BrokenCall("it has no arguments, and what is none of a call")
        call.finish()
        if self._events.num_calls > num_calls or not self._is_in_list:
            self._settle()

    def _settle(self) -> None:
        """Leave behind what has been read; tell the answer's text in it, which nothing reads again, and what is no
        part of a call."""
        self._stream.set_mark()
        for text in self._texts:
            self._events.content(text)
        for raw in self._others:
            self._events.malformed(raw, "no part of a call")
        self._texts.clear()
        self._others.clear()

    def _members(self, call: CallInParts) -> Reading[None]:
        stream = self._stream
        stream.skip(1)
        is_first = True
        while True:
            match = (_FIRST_KEY if is_first else _NEXT_KEY).match(stream.text, stream.at)
            if match is not None:
                stream.at = match.end()
                yield from self._member(call, match[1])
            elif stream.end is None and _PART_OF_KEY.fullmatch(stream.text, stream.at):
                yield
                continue
            elif not (yield from self._slow_member(call, is_first=is_first)):
                return
            is_first = False

    def _slow_member(self, call: CallInParts, *, is_first: bool) -> Reading[bool]:
        """Read a member whose key has not arrived, or is written otherwise; or the object's end."""
        stream = self._stream
        found = stream.space_now() or (yield from stream.space())
        while found == "{" and is_first and self._is_lenient and not call.is_bare:
            stream.at += 1
            found = stream.space_now() or (yield from stream.space())
        if not is_first and found == ",":
            stream.skip(1)
            found = stream.space_now() or (yield from stream.space())
            if found == "}" and not self._is_lenient:
                raise self._broken("a key", found)
        elif not is_first and found != "}":
            if call.is_whole and (yield from self._is_past(found)):
                return False
            raise self._broken("a comma", found)
        if found == "}":
            stream.at += 1
            return False
        key = yield from self._key(call, found)
        if (colon := (stream.space_now() or (yield from stream.space()))) != ":":
            raise self._broken("a colon", colon)
        stream.skip(1)
        yield from self._member(call, key)
        return True

    def _is_past(self, found: str) -> Reading[bool]:
        """Say whether what stands here comes behind a call, whose brace is missing."""
        if not self._is_lenient or self._is_bare:
            return False
        return (found == "]" and self._is_in_list) or bool((yield from self._stream.starts_with_any(self._closings)))

    def _key(self, call: CallInParts, found: str) -> Reading[str]:
        if found == '"' or (found == "'" and self._is_lenient):
            return str((yield from read_string(self._stream, is_plain=self._is_exact)))
        key = (yield from self._stream.take_run(_BARE_KEY)) if self._is_lenient and not call.is_bare else ""
        if not key:
            raise self._broken("a key", found)
        return key

    def _member(self, call: CallInParts, key: str) -> Reading[None]:
        keys, stream = self._keys, self._stream
        first = stream.space_now() or (yield from stream.space())
        if self._is_exact:
            self._check_exact(call, key, first)
        if not keys.name:
            self._name_is(call, key)
            yield from self._arguments(call, first)
        elif key in keys.name and not call.has_name:
            yield from self._name(call)
        elif key in keys.name:
            raise BrokenCall("it has two names")
        elif key in keys.arguments:
            yield from self._arguments(call, first)
        elif key in keys.id:
            call.id_is((yield from read_string(stream, is_plain=self._is_exact)))
        else:
            yield from self._other_member(call, key, first)

    def _other_member(self, call: CallInParts, key: str, first: str) -> Reading[None]:
        """Read what is no part of a call in its usual form."""
        keys, stream = self._keys, self._stream
        if key in keys.wrappers and first in ("{", "["):
            yield from self._wrapper(call, first)
        elif key == _FUNCTION and first == '"' and self._is_lenient:
            call.other_name = str((yield from read_string(stream)))
        elif keys.content and key == keys.content and first == '"':
            call.is_wrapper = True
            self._texts.append(str((yield from read_json(stream, unheard))))
        elif call.is_bare and key not in keys.others:
            raise BrokenCall(f"{key!r} is no key of a call")
        elif self._is_exact:
            if (yield from read_string(stream, is_plain=True)) != _FUNCTION:
                raise BrokenCall("it is of no known type")
        else:
            size = stream.num_marked
            value = yield from read_json(stream, unheard)
            if key not in keys.others and isinstance(value, str | list | dict):
                self._others.append(f"{quoted(key)}: {stream.marked[size:]}")

    def _name(self, call: CallInParts) -> Reading[None]:
        name = yield from read_string(self._stream, is_plain=self._is_exact)
        if not isinstance(name, str) or not name:
            raise BrokenCall("its name is no text")
        self._name_is(call, name)

    def _name_is(self, call: CallInParts, name: str) -> None:
        if self._is_exact and NO_SPACE_OF_GRAMMARS.search(self._stream.marked):
            raise BrokenCall("other white space than the grammar's")
        call.name_is(name)
        self._is_exact = False

    def _check_exact(self, call: CallInParts, key: str, first: str) -> None:
        """Raise BrokenCall for what a strict grammar takes for text: see JsonCallRules.beginning."""
        keys = self._keys
        is_first = not (self._is_in_list or self._depth or call.is_typed)
        is_wrapper = key in keys.wrappers and first in ("{", "[")
        if key == _TYPE and key in keys.others:
            call.is_typed = True
        elif keys.written_id == "first" and key == keys.id[0]:
            return
        elif call.is_wrapper and key != keys.content:
            raise BrokenCall("a text, and no call")
        elif keys.name and key not in (*keys.name, keys.content) and not (is_wrapper and is_first):
            raise BrokenCall("its name does not come first")

    def _wrapper(self, call: CallInParts, first: str) -> Reading[None]:
        """Read a call, or a list of calls, that is the value of a key."""
        if self._depth == _MAX_WRAPPERS:
            raise BrokenCall("a call in too many others")
        before = self._depth, self._is_in_list
        self._depth += 1
        try:
            if first == "{":
                call.is_bare = False
                yield from self._members(call)
            else:
                call.is_wrapper = True
                self._is_bare = False
                yield from self.list_of_calls()
        finally:
            self._depth, self._is_in_list = before

    def _arguments(self, call: CallInParts, first: str) -> Reading[None]:
        call.begin_arguments()
        if first == "{":
            closings = () if self._is_bare else self._closings
            call.arguments = yield from read_json(self._stream, call.taker, closings)
            return
        call.arguments = yield from read_wrapped_arguments(self._stream)
        call.tell(encoded(call.arguments))

    def _broken(self, expected: str, found: str) -> BrokenCall:
        return BrokenCall(f"{expected} expected, {found!r} found") if found else CutCall(self._stream.end)
