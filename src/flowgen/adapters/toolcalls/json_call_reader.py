"""Reads calls that are JSON objects: {"name": "f", "arguments": {"a": 1}}. Refuses to know the markers around them."""

import re
from collections.abc import Collection
from typing import Literal

from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, Tell, unheard
from flowgen.adapters.toolcalls.json_text import decoded, encoded, read_json, read_string
from flowgen.domain.values import JsonObject, JsonValue, Value

_MAX_WRAPPERS = 8
_FIRST_KEY = re.compile(r'\s*"([^"\\\x00-\x1f]*)"\s*:')
_NEXT_KEY = re.compile(r'\s*,\s*"([^"\\\x00-\x1f]*)"\s*:')
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
    call: its name and its arguments are there, and no other keys.
    """

    def __init__(
        self, stream: CharacterStream, events: CallEvents, keys: Keys, *, names: Collection[str] | None, is_bare: bool
    ) -> None:
        self._stream = stream
        self._events = events
        self._keys = keys
        self._names = names
        self._is_bare = is_bare
        self._depth = 0

    def list_of_calls(self) -> Reading[None]:
        """Read `[{...}, {...}]`; what is no object in it is told, commas may be missing."""
        num_calls, junk = self._events.num_calls, list[str]()
        self._stream.skip(1)
        while (found := (self._stream.space_now() or (yield from self._stream.space()))) != "]":
            if not found:
                raise CutCall(self._stream.end)
            if found == ",":
                self._stream.skip(1)
            elif found == "{":
                yield from self.call()
                self._tell_junk(junk)
            elif self._is_bare:
                raise BrokenCall("a list of other things")
            else:
                size = self._stream.num_marked
                yield from read_json(self._stream, unheard)
                junk.append(self._stream.marked[size:])
        if self._events.num_calls == num_calls:
            raise BrokenCall("a list without calls")
        self._stream.skip(1)
        self._stream.set_mark()
        self._tell_junk(junk)

    def _tell_junk(self, junk: list[str]) -> None:
        """Tell what was no call, once its list cannot be read again."""
        for raw in junk:
            self._events.malformed(raw, "no call in a list of calls")
        junk.clear()

    def call(self) -> Reading[None]:
        """Read one object."""
        call = _CallInParts(self._events, self._names, is_bare=self._is_bare)
        yield from self._members(call)
        call.finish()
        self._stream.set_mark()

    def _members(self, call: "_CallInParts") -> Reading[None]:
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

    def _slow_member(self, call: "_CallInParts", *, is_first: bool) -> Reading[bool]:
        """Read a member whose key has not arrived, or is written otherwise; or the object's end."""
        stream = self._stream
        found = stream.space_now() or (yield from stream.space())
        if found == "}":
            stream.at += 1
            return False
        if not is_first:
            if found != ",":
                raise self._broken("a comma", found)
            stream.skip(1)
            found = stream.space_now() or (yield from stream.space())
        if found != '"':
            raise self._broken("a key", found)
        key = yield from read_string(stream)
        if (colon := (stream.space_now() or (yield from stream.space()))) != ":":
            raise self._broken("a colon", colon)
        stream.skip(1)
        yield from self._member(call, str(key))
        return True

    def _member(self, call: "_CallInParts", key: str) -> Reading[None]:
        keys, stream = self._keys, self._stream
        first = stream.space_now() or (yield from stream.space())
        if not keys.name:
            call.name_is(key)
            yield from self._arguments(call, first)
        elif key in keys.name and not call.has_name:
            name = yield from read_string(stream)
            if not isinstance(name, str) or not name:
                raise BrokenCall("its name is no text")
            call.name_is(name)
        elif key in keys.name:
            raise BrokenCall("it has two names")
        elif key in keys.arguments:
            yield from self._arguments(call, first)
        elif key in keys.id:
            call.id_is((yield from read_string(stream)))
        elif key in keys.wrappers and first in ("{", "["):
            yield from self._wrapper(call, first)
        elif key == keys.content and first == '"':
            call.is_wrapper = True
            self._events.content(str((yield from read_json(stream, unheard))))
        elif call.is_bare and key not in keys.others:
            raise BrokenCall(f"{key!r} is no key of a call")
        else:
            yield from read_json(stream, unheard)

    def _wrapper(self, call: "_CallInParts", first: str) -> Reading[None]:
        """Read a call, or a list of calls, that is the value of a key."""
        self._depth += 1
        if self._depth > _MAX_WRAPPERS:
            raise BrokenCall("a call in too many others")
        if first == "{":
            call.is_bare = False
            yield from self._members(call)
        else:
            call.is_wrapper = True
            self._is_bare = False
            yield from self.list_of_calls()
        self._depth -= 1

    def _arguments(self, call: "_CallInParts", first: str) -> Reading[None]:
        call.begin_arguments()
        if first == "{":
            call.arguments = yield from read_json(self._stream, call.taker)
            return
        call.arguments = yield from read_wrapped_arguments(self._stream)
        call.tell(encoded(call.arguments))

    def _broken(self, expected: str, found: str) -> BrokenCall:
        return BrokenCall(f"{expected} expected, {found!r} found") if found else CutCall(self._stream.end)


class _CallInParts:
    """A call whose name and arguments come in either order; the arguments are told once the name is known."""

    __slots__ = (
        "_events", "_has_arguments", "_id", "_name", "_names", "_tell", "_waiting",
        "arguments", "is_bare", "is_wrapper",
    )  # fmt: skip

    def __init__(self, events: CallEvents, names: Collection[str] | None, *, is_bare: bool) -> None:
        self._events = events
        self._names = names
        self.is_bare = is_bare
        self._tell: Tell | None = None
        self._name: str | None = None
        self._id = ""
        self._waiting: list[str] = []
        self._has_arguments = False
        self.is_wrapper = False
        self.arguments: JsonObject = {}

    @property
    def has_name(self) -> bool:
        return self._name is not None

    def name_is(self, name: str) -> None:
        if self._name is not None:
            raise BrokenCall("it has two names")
        if self._names is not None and name not in self._names:
            raise BrokenCall(f"{name!r} is no tool")
        self._name = name
        if not self.is_bare or self._has_arguments:
            self._begin()

    def id_is(self, value: JsonValue) -> None:
        if isinstance(value, str):
            self._id = value

    def begin_arguments(self) -> None:
        if self._has_arguments:
            raise BrokenCall("it has arguments twice")
        self._has_arguments = True
        if self._name is not None and self._tell is None:
            self._begin()

    @property
    def taker(self) -> Tell:
        """What takes the arguments' text, once they have begun."""
        return self._tell or self.tell

    def tell(self, piece: str) -> None:
        if self._tell is None:
            self._waiting.append(piece)
        else:
            self._tell(piece)

    def _begin(self) -> None:
        self._tell = self._events.begin(self._name or "", self._id)
        for piece in self._waiting:
            self._tell(piece)

    def finish(self) -> None:
        if self.is_wrapper and self._name is None:
            return
        if self._tell is None:
            raise BrokenCall("it has no name" if self._name is None else "it has no arguments")
        if not self._has_arguments:
            self._tell("{}")
        self._events.complete(self.arguments, self._id)
