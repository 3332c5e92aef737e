"""Reads objects with bare keys and strings between markers, and tells them as JSON. Refuses to know what stands
around."""

import re
from functools import lru_cache

from flowgen.adapters.toolcalls.argument_types import PYTHON_WORDS, ArgumentTypes
from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, Tell, unheard
from flowgen.adapters.toolcalls.expected import SPACE, Expected
from flowgen.adapters.toolcalls.json_text import decoded, encoded, inner, quoted, read_json
from flowgen.adapters.toolcalls.markers import markers_of
from flowgen.domain.values import JsonObject, JsonValue

_WORD = re.compile(r"[^,:{}\[\]<]+")
_REAL = re.compile(r"-?(\d+\.\d*|\.\d+)")
_MAX_DEPTH = 60


@lru_cache(maxsize=64)
def _usual_key(mark: str) -> Expected:
    """A key and its colon, behind a comma that may be missing."""
    letters = "".join({re.escape(letter) for letter in (mark[:1], *',:{}[]<"')})
    return Expected(
        SPACE, (r"(?:,\s*)?", r"(?:,\s{0,9})?"), (rf"([^{letters}\s][^{letters}]*)", rf"[^{letters}]{{0,99}}"), ":"
    )


@lru_cache(maxsize=64)
def _usual_value(mark: str) -> Expected:
    """A word and what follows it, which is not taken, or a whole string between marks."""
    letters = "".join({re.escape(letter) for letter in (mark[:1], *',:{}[]<"')})
    whole = rf"{re.escape(mark)}([^{re.escape(mark[:1])}]*){re.escape(mark)}|([^{letters}]+)(?=[,}}\]])"
    return Expected((rf"\s*(?:{whole})", rf"\s{{0,9}}[^{letters}]{{0,40}}"))


class BareObjectReader:
    """Reads objects; strings flow, all else is told when it is closed. Commas may be missing after strings."""

    def __init__(self, stream: CharacterStream, mark: str) -> None:
        self._stream = stream
        self._mark = mark
        self._end_of_string = markers_of(mark)
        self._usual_key = _usual_key(mark)
        self._usual_value = _usual_value(mark)

    def object(self, tell: Tell, depth: int, types: ArgumentTypes | None = None) -> Reading[JsonObject]:
        """Read an object. Of arguments with `types`, one between marks that can be no text is what its text says."""
        if depth > _MAX_DEPTH:
            raise BrokenCall(f"nested more than {_MAX_DEPTH} deep")
        stream = self._stream
        stream.skip(1)
        tell("{")
        result: JsonObject = {}
        usual = self._usual_key
        while True:
            while not (match := usual.whole.match(stream.text, stream.at)) and stream.awaits(usual.part):
                yield
            if match:
                stream.at = match.end()
                key = match[1].strip()
            elif (found := (stream.space_now() or (yield from stream.space()))) == "}":
                break
            elif not found:
                raise CutCall(stream.end)
            elif found == ",":
                stream.skip(1)
                continue
            else:
                key = yield from self._key()
            tell(f"{', ' if result else ''}{quoted(key)}: ")
            if types is not None and types.kind(key) == "json" and (yield from self._has_mark()):
                result[key] = types.value(key, (yield from self._string(unheard)))
                tell(encoded(result[key]))
            else:
                result[key] = yield from self._value(tell, depth)
        stream.skip(1)
        tell("}")
        return result

    def _has_mark(self) -> Reading[bool]:
        if not self._stream.space_now():
            yield from self._stream.space()
        return (yield from self._stream.starts_with(self._mark))

    def _key(self) -> Reading[str]:
        stream = self._stream
        if (yield from stream.starts_with(self._mark)):
            key = yield from self._string(unheard)
        elif (yield from stream.peek()) == '"':
            key = str((yield from read_json(stream, unheard)))
        else:
            key = (yield from stream.take_run(_WORD)).strip()
        found = stream.space_now() or (yield from stream.space())
        if found != ":" or not key:
            raise BrokenCall(f"a key and a colon expected, {found!r} found") if found else CutCall(stream.end)
        stream.skip(1)
        return key

    def _value(self, tell: Tell, depth: int) -> Reading[JsonValue]:
        stream, usual = self._stream, self._usual_value
        while not (match := usual.whole.match(stream.text, stream.at)) and stream.awaits(usual.part):
            yield
        if match and (match[1] is not None or match[2].strip()):
            stream.at = match.end()
            value = match[1] if match[1] is not None else _of_word(match[2].strip())
            tell(encoded(value))
            return value
        found = stream.space_now() or (yield from stream.space())
        if (yield from stream.starts_with(self._mark)):
            tell('"')
            text = yield from self._string(tell)
            tell('"')
            return text
        if found == "{":
            return (yield from self.object(tell, depth + 1))
        if found == "[":
            return (yield from self._list(tell, depth))
        if found == '"':
            return (yield from read_json(stream, tell))
        return (yield from self._word(tell))

    def _list(self, tell: Tell, depth: int) -> Reading[list[JsonValue]]:
        if depth > _MAX_DEPTH:
            raise BrokenCall(f"nested more than {_MAX_DEPTH} deep")
        stream = self._stream
        stream.skip(1)
        tell("[")
        result: list[JsonValue] = []
        while (found := (stream.space_now() or (yield from stream.space()))) != "]":
            if not found:
                raise CutCall(stream.end)
            if found == ",":
                stream.skip(1)
                continue
            tell(", " if result else "")
            result.append((yield from self._value(tell, depth + 1)))
        stream.skip(1)
        tell("]")
        return result

    def _string(self, tell: Tell) -> Reading[str]:
        stream = self._stream
        stream.skip(len(self._mark))
        pieces: list[str] = []

        def told(piece: str) -> None:
            pieces.append(piece)
            tell(inner(piece))

        if not (yield from stream.until(self._end_of_string, told)):
            raise CutCall(stream.end)
        stream.skip(len(self._mark))
        return "".join(pieces)

    def _word(self, tell: Tell) -> Reading[JsonValue]:
        word = (yield from self._stream.take_run(_WORD)).strip()
        if not word:
            raise BrokenCall("a value expected")
        value = _of_word(word)
        tell(encoded(value))
        return value


def _of_word(word: str) -> JsonValue:
    """A number or one of JSON's or Python's words; a text without its marks where it is neither."""
    try:
        return decoded(word)
    except BrokenCall:
        return float(word) if _REAL.fullmatch(word) else PYTHON_WORDS.get(word, word)
