"""Reads calls that are JSON objects: {"name": "f", "arguments": {"a": 1}}. Refuses to know the markers around them."""

import json
from collections.abc import Callable

from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading
from flowgen.adapters.toolcalls.literals import BrokenCall, LiteralReader
from flowgen.domain.values import JsonObject

_ARGUMENTS = ("arguments", "parameters")


class JsonCallReader:
    """Reads calls in either order of keys. Missing arguments are none; arguments may be JSON in a string."""

    def __init__(self, stream: CharacterStream, events: CallEvents, *, is_lenient: bool) -> None:
        self._stream = stream
        self._events = events
        self._literals = LiteralReader(stream, is_python=False, is_lenient=is_lenient)

    def calls(self) -> Reading[None]:
        """Read one call, or, leniently, several: in a list or with commas between them."""
        first = yield from self._literals.space()
        is_list = first == "["
        if is_list:
            self._literals.lenient("a list of calls is")
            yield from self._stream.take()
        yield from self._call()
        while (yield from self._literals.space()) == ",":
            self._literals.lenient("a second call is")
            yield from self._stream.take()
            yield from self._call()
        if is_list:
            yield from self._literals.expect("]")
            self._stream.set_mark()

    def _call(self) -> Reading[None]:
        call = _CallInParts(self._events)
        yield from self._literals.expect("{")
        is_first = True
        while (yield from self._has_key(is_first=is_first)):
            is_first = False
            key = yield from self._literals.string(_unheard)
            yield from self._literals.expect(":")
            yield from self._member(call, key)
        call.finish()
        self._stream.set_mark()

    def _has_key(self, *, is_first: bool) -> Reading[bool]:
        if (yield from self._literals.space()) == "}":
            yield from self._stream.take()
            return False
        if not is_first:
            yield from self._literals.expect(",")
        if (yield from self._literals.space()) != '"':
            raise self._literals.broken("a key in quotes expected", (yield from self._stream.peek()))
        return True

    def _member(self, call: "_CallInParts", key: str) -> Reading[None]:
        first = yield from self._literals.space()
        if key == "name":
            if first != '"':
                raise self._literals.broken("the tool's name expected", first)
            call.name_is((yield from self._literals.string(_unheard)))
        elif key not in _ARGUMENTS:
            yield from self._literals.value(_unheard)
        elif first == "{":
            call.begin_arguments()
            call.arguments = yield from self._literals.object(call.tell)
        else:
            yield from self._arguments_in_string(call)

    def _arguments_in_string(self, call: "_CallInParts") -> Reading[None]:
        call.begin_arguments()
        value = yield from self._literals.value(_unheard)
        if isinstance(value, str) and value.strip():
            value = _loaded(value)
        if value and not isinstance(value, dict):
            raise BrokenCall("the arguments are no object")
        call.arguments = value or {}
        call.tell(json.dumps(call.arguments, ensure_ascii=False))


class _CallInParts:
    """A call whose name and arguments come in either order; the arguments are told once the name is known."""

    def __init__(self, events: CallEvents) -> None:
        self._events = events
        self._tell: Callable[[str], None] | None = None
        self._waiting: list[str] = []
        self._has_arguments = False
        self.arguments: JsonObject = {}

    def name_is(self, name: str) -> None:
        if self._tell is not None:
            raise BrokenCall("it has two names")
        self._tell = self._events.begin(name)
        for piece in self._waiting:
            self._tell(piece)

    def begin_arguments(self) -> None:
        if self._has_arguments:
            raise BrokenCall("it has arguments twice")
        self._has_arguments = True

    def tell(self, piece: str) -> None:
        if self._tell is None:
            self._waiting.append(piece)
        else:
            self._tell(piece)

    def finish(self) -> None:
        if self._tell is None:
            raise BrokenCall("it has no name")
        if not self._has_arguments:
            self._tell("{}")
        self._events.complete(self.arguments)


def _loaded(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise BrokenCall("the arguments are a string that is no JSON") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _unheard(piece: str) -> None:
    """Take text that is told to nobody."""
