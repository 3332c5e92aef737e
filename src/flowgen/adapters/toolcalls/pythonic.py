"""Reads lists of calls in Python's notation: [f(a="x", b=True), g()]. Refuses to know the markers around them."""

import re

from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, unheard
from flowgen.adapters.toolcalls.json_text import quoted
from flowgen.adapters.toolcalls.literals import LiteralReader
from flowgen.adapters.toolcalls.markers import Markers
from flowgen.domain.values import JsonObject

NAME = re.compile(r"[\w.-]+")
ARGUMENT_NAME = re.compile(r"[\w.$@:/-]+")
_NAMED = re.compile(rf"\s*({NAME.pattern})\s*\(")
_PART_OF_NAME = re.compile(r"\s{0,9}(?:[\w.-]{0,99}\s{0,9})?")
_PART_OF_ARGUMENT = re.compile(r"\s{0,9}(?:,\s{0,9})?(?:[\w.$@:/-]{0,99}\s{0,9})?")
_FIRST = re.compile(rf"\s*({ARGUMENT_NAME.pattern})\s*=")
_NEXT = re.compile(rf"\s*,\s*({ARGUMENT_NAME.pattern})\s*=")


_SIBLINGS = Markers(("), ", "),", ")\n", ")]"))


class PythonicReader:
    """Reads a list of calls; a lenient one also without brackets, and with JSON's words and Python's other quotes."""

    def __init__(
        self,
        stream: CharacterStream,
        events: CallEvents,
        *,
        is_lenient: bool,
        has_brackets: bool = True,
        name_suffix: str = "",
    ) -> None:
        """Without `has_brackets` calls stand a line each; `name_suffix` follows a name and is none of it."""
        self._stream = stream
        self._events = events
        self._is_lenient = is_lenient
        self._has_brackets = has_brackets
        self._name_suffix = name_suffix
        self._num_calls = events.num_calls
        self._literals = LiteralReader(stream, is_python=True, is_lenient=is_lenient)

    def calls(self) -> Reading[None]:
        """Read the list to its end. A lenient reader tells what is no call, and goes on with the next one."""
        stream = self._stream
        first = stream.space_now() or (yield from stream.space())
        has_bracket = first == "["
        if has_bracket:
            stream.at += 1
        elif self._has_brackets and first:  # else the text has ended here
            self._literals.lenient("a list without brackets is")
        while True:
            yield from self._one()
            found = stream.space_now() or (yield from stream.space())
            if found == ",":
                stream.at += 1
                if (stream.space_now() or (yield from stream.space())) == "]":
                    break
            elif not (found and NAME.match(found) and (self._is_lenient or not self._has_brackets)):
                break
        if has_bracket and (stream.space_now() or (yield from stream.space())):
            yield from self._literals.expect("]")
            stream.set_mark()

    def _one(self) -> Reading[None]:
        try:
            yield from self._call()
        except CutCall:
            raise
        except BrokenCall as broken:
            if not self._is_lenient or self._num_calls == self._events.num_calls:
                raise
            self._stream.rewind()
            if not (yield from self._stream.until(_SIBLINGS, unheard)):
                raise
            self._stream.skip(1)
            self._events.malformed(self._stream.marked, str(broken))
            self._stream.set_mark()

    def _call(self) -> Reading[None]:
        name = yield from self._name()
        if self._name_suffix:
            name = name.removesuffix(self._name_suffix)
        tell = self._events.begin(name)
        tell("{")
        arguments: JsonObject = {}
        stream = self._stream
        while True:
            usual = _NEXT if arguments else _FIRST
            while not (match := usual.match(stream.text, stream.at)) and stream.awaits(_PART_OF_ARGUMENT):
                yield
            if match is not None:
                stream.at = match.end()
                key = match[1]
            elif (yield from self._has_argument(is_first=not arguments)):
                key = yield from self._key()
            else:
                break
            if key in arguments:
                raise BrokenCall(f"the argument {key!r} comes twice")
            tell(f"{', ' if arguments else ''}{quoted(key)}: ")
            arguments[key] = yield from self._literals.value(tell)
        tell("}")
        self._events.complete(arguments)
        stream.set_mark()

    def _name(self) -> Reading[str]:
        """Read a tool's name and the bracket behind it."""
        stream = self._stream
        while not (match := _NAMED.match(stream.text, stream.at)) and stream.awaits(_PART_OF_NAME):
            yield
        if match is not None:
            stream.at = match.end()
            return match[1]
        yield from self._literals.space()
        name = yield from stream.take_run(NAME)
        if not name:
            raise self._literals.broken("a tool's name expected", (yield from stream.peek()))
        yield from self._literals.expect("(")
        return name

    def _has_argument(self, *, is_first: bool) -> Reading[bool]:
        if (self._stream.space_now() or (yield from self._stream.space())) == ")":
            self._stream.at += 1
            return False
        if not is_first:
            yield from self._literals.expect(",)")
            if (yield from self._literals.space()) == ")":
                self._literals.lenient("a comma at the end is")
                yield from self._stream.take()
                return False
        return True

    def _key(self) -> Reading[str]:
        key = yield from self._stream.take_run(ARGUMENT_NAME)
        if not key:
            raise self._literals.broken("an argument's name expected", (yield from self._stream.peek()))
        yield from self._literals.expect("=")
        return key
