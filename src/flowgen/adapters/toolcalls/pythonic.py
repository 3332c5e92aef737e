"""Reads lists of calls in Python's notation: [f(a="x", b=True), g()]. Refuses to know the markers around them."""

import re

from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading
from flowgen.adapters.toolcalls.literals import BrokenCall, LiteralReader, quoted
from flowgen.domain.values import JsonObject

NAME = re.compile(r"[\w.-]+")
ARGUMENT_NAME = re.compile(r"[\w.$@:/-]+")


class PythonicReader:
    """Reads a list of calls; a lenient one also without brackets, and with JSON's words and Python's other quotes."""

    def __init__(self, stream: CharacterStream, events: CallEvents, *, is_lenient: bool) -> None:
        self._stream = stream
        self._events = events
        self._literals = LiteralReader(stream, is_python=True, is_lenient=is_lenient)

    def calls(self) -> Reading[None]:
        """Read the list to its end."""
        has_bracket = (yield from self._literals.space()) == "["
        if has_bracket:
            yield from self._stream.take()
        else:
            self._literals.lenient("a list without brackets is")
        yield from self._call()
        while (yield from self._literals.space()) == ",":
            yield from self._stream.take()
            if (yield from self._literals.space()) == "]":
                break
            yield from self._call()
        if has_bracket and (yield from self._literals.space()):
            yield from self._literals.expect("]")
            self._stream.set_mark()

    def _call(self) -> Reading[None]:
        yield from self._literals.space()
        name = yield from self._stream.take_run(NAME)
        if not name:
            raise self._literals.broken("a tool's name expected", (yield from self._stream.peek()))
        yield from self._literals.expect("(")
        tell = self._events.begin(name)
        tell("{")
        arguments: JsonObject = {}
        while (yield from self._has_argument(is_first=not arguments)):
            key = yield from self._key(arguments)
            tell(f"{', ' if arguments else ''}{quoted(key)}: ")
            arguments[key] = yield from self._literals.value(tell)
        tell("}")
        self._events.complete(arguments)
        self._stream.set_mark()

    def _has_argument(self, *, is_first: bool) -> Reading[bool]:
        if (yield from self._literals.space()) == ")":
            yield from self._stream.take()
            return False
        if not is_first:
            yield from self._literals.expect(",)")
            if (yield from self._literals.space()) == ")":
                self._literals.lenient("a comma at the end is")
                yield from self._stream.take()
                return False
        return True

    def _key(self, arguments: JsonObject) -> Reading[str]:
        key = yield from self._stream.take_run(ARGUMENT_NAME)
        if not key:
            raise self._literals.broken("an argument's name expected", (yield from self._stream.peek()))
        yield from self._literals.expect("=")
        if key in arguments:
            raise BrokenCall(f"the argument {key!r} comes twice")
        return key
