r"""Reads literals of JSON and Python as they come, and tells them as JSON. Knows both notations; refuses to know calls.

"text with \n and \u00e9"   'text'   -1.5e3   [1, None]   {"k": True}
"""

import json
import re
from collections.abc import Callable

import msgspec

from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading
from flowgen.adapters.toolcalls.json_text import quoted
from flowgen.adapters.toolcalls.numerals import NUMBER, number
from flowgen.domain.values import JsonObject, JsonValue

MAX_DEPTH = 60
Tell = Callable[[str], None]
"""Takes JSON text, piece by piece."""

_WORD = re.compile(r"[\w.+-]+")
_PLAIN = {'"': re.compile(r'[^"\\]+'), "'": re.compile(r"[^'\\]+")}
_FLOWING = re.compile(r"""(?:[^"'\\\x00-\x1f\ud800-\udfff]|\\["\\/bfnrt])+""")
_PLAIN_FLOW = re.compile(r"""[^"'\\\x00-\x1f\ud800-\udfff]*""")
_WHOLE = re.compile(r"-?[1-9][0-9]{0,17}")
_ESCAPES = {'"': '"', "'": "'", "\\": "\\", "/": "/", "\n": ""} | dict(zip("abfnrtv0", "\a\b\f\n\r\t\v\0", strict=True))
_SIMPLE = re.compile(
    r"""\s*("[^"\\\x00-\x1f\ud800-\udfff]*"|0|-?[1-9][0-9]{0,14}|-?[1-9][0-9]{0,14}\.[0-9]{1,9}|True|False|None)(?=\s*[,)\]}])"""
)
_PART_OF_WORD = re.compile(r"\s{0,9}[\w.+-]{0,40}")
_END_OF_STRING = re.compile(r"""['"]\s*(?:[,\]:<]|\)\s*[,\]<])""")
_CLOSERS = re.compile(r"[\s)}]+")
_QUOTES = ("'", '"')
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}
_JSON_WORDS: dict[str, JsonValue] = {"true": True, "false": False, "null": None}
_TEXTS_OF_WORDS = {"true": "true", "false": "false", "null": "null", "True": "true", "False": "false", "None": "null"}
_PYTHON_WORDS: dict[str, JsonValue] = {"True": True, "False": False, "None": None}
_BOTH_WORDS = _JSON_WORDS | _PYTHON_WORDS


class LiteralReader:
    """Reads values from a stream. A lenient reader takes both notations; a strict one only that of the grammar."""

    def __init__(self, stream: CharacterStream, *, is_python: bool, is_lenient: bool) -> None:
        self._stream = stream
        self._is_lenient = is_lenient
        self._is_python = is_python
        words = _PYTHON_WORDS if is_python else _JSON_WORDS
        self._words = _BOTH_WORDS if is_lenient else words

    def space(self) -> Reading[str]:
        """Skip white space; give the character after it, which is not taken."""
        return self._stream.space_now() or (yield from self._stream.space())

    def expect(self, characters: str) -> Reading[str]:
        """Skip white space and take one of the characters."""
        found = self._stream.space_now() or (yield from self._stream.space())
        if not found or found not in characters:
            raise self.broken(f"{' or '.join(characters)} expected", found)
        self._stream.at += 1
        return found

    def broken(self, sentence: str, found: str) -> BrokenCall:
        if found:
            return BrokenCall(f"{sentence}, {found!r} found")
        return CutCall(self._stream.end)

    def lenient(self, what: str) -> None:
        """Refuse what only a lenient reader takes."""
        if not self._is_lenient:
            raise BrokenCall(f"{what} not in the format's own notation")

    def value(self, tell: Tell, depth: int = 0) -> Reading[JsonValue]:
        """Read one value and tell its JSON text. Raises BrokenCall."""
        stream = self._stream
        while not (match := _SIMPLE.match(stream.text, stream.at)) and stream.awaits(_PART_OF_WORD):
            yield
        if match and (match[1][0] not in "NTF" or match[1] in self._words):
            stream.at = match.end()
            return self._simple(match[1], tell)
        if depth > MAX_DEPTH:
            raise BrokenCall(f"nested more than {MAX_DEPTH} deep")
        first = self._stream.space_now() or (yield from self._stream.space())
        if first and first in "\"'":
            return (yield from self.string(tell))
        if first == "[" or (first == "(" and self._is_lenient and self._is_python):
            return (yield from self._array(tell, depth))
        if first == "{":
            is_pythons = self._is_python and self._is_lenient
            return (yield from (self._braces(tell, depth) if is_pythons else self.object(tell, depth)))
        return (yield from self._word(tell, first))

    def _simple(self, text: str, tell: Tell) -> JsonValue:
        """Tell a value whose letters are JSON's, or one of the known words."""
        if text[0] in "NTF":
            tell(_TEXTS_OF_WORDS[text])
            return self._words[text]
        tell(text)
        return text[1:-1] if text[0] == '"' else msgspec.json.decode(text)

    def object(self, tell: Tell, depth: int = 0) -> Reading[JsonObject]:
        """Read an object whose keys are strings."""
        yield from self.expect("{")
        tell("{")
        result: JsonObject = {}
        while (yield from self._has_item("}", is_first=not result)):
            if (yield from self.space()) not in ("'", '"'):
                raise self.broken("a key in quotes expected", (yield from self._stream.peek()))
            if result:
                tell(", ")
            key = yield from self.string(tell)
            yield from self.expect(":")
            tell(": ")
            result[key] = yield from self.value(tell, depth + 1)
        tell("}")
        return result

    def _braces(self, tell: Tell, depth: int) -> Reading[JsonValue]:
        """Read a dictionary or a set of Python's: a set is a list, and keys that are no texts are what JSON has for
        them."""
        yield from self.expect("{")
        items: list[JsonValue] = []
        result: JsonObject = {}
        is_set = False
        while (yield from self._has_item("}", is_first=not items)):
            pieces: list[str] = []
            items.append((yield from self.value(pieces.append, depth + 1)))
            found, text = (yield from self.space()), "".join(pieces)
            is_set = found != ":" if len(items) == 1 else is_set
            if is_set == (found == ":") or (not is_set and text[:1] in ("[", "{")):
                raise self.broken("a key in quotes expected", found)
            tell(", " if len(items) > 1 else "[" if is_set else "{")
            if is_set:
                tell(text)
                continue
            self._stream.skip(1)
            key = text if text[:1] == '"' else quoted(text)
            tell(f"{key}: ")
            result[msgspec.json.decode(key)] = yield from self.value(tell, depth + 1)
        tell("]" if is_set else "}" if items else "{}")
        return items if is_set else result

    def _array(self, tell: Tell, depth: int) -> Reading[list[JsonValue]]:
        closing = ")" if (yield from self._stream.take()) == "(" else "]"
        tell("[")
        result: list[JsonValue] = []
        while (yield from self._has_item(closing, is_first=not result)):
            if result:
                tell(", ")
            result.append((yield from self.value(tell, depth + 1)))
        tell("]")
        return result

    def _has_item(self, closing: str, *, is_first: bool) -> Reading[bool]:
        """Go to the next item, past its comma, or past the closing character."""
        if (yield from self.space()) == closing:
            yield from self._stream.take()
            return False
        if is_first:
            return True
        yield from self.expect(",")
        if (yield from self.space()) == closing:
            self.lenient("a comma at the end is")
            yield from self._stream.take()
            return False
        return True

    def _word(self, tell: Tell, first: str) -> Reading[JsonValue]:
        word = yield from self._stream.take_run(_WORD)
        if not word:
            raise self.broken("a value expected", first)
        if word in self._words:
            value = self._words[word]
        elif _WHOLE.fullmatch(word):
            value = int(word)
        elif NUMBER.fullmatch(word) or self._is_lenient:
            value = number(word)
        else:
            raise BrokenCall(f"{word!r} is no value")
        tell(word if NUMBER.fullmatch(word) else _TEXTS_OF_WORDS.get(word) or json.dumps(value))
        return value

    def string(self, tell: Tell) -> Reading[str]:
        """Read a string in quotes; its pieces are told as they come."""
        quote = yield from self._stream.take()
        if quote == "'":
            self.lenient("single quotes are")
        closing = quote
        may_be_triple = self._is_python and self._is_lenient and (yield from self._stream.peek()) == quote
        if may_be_triple and (yield from self._stream.starts_with(quote * 2)):
            self._stream.skip(2)
            closing = quote * 3
        tell('"')
        text = yield from self._characters(closing, tell)
        tell('"')
        return text

    def _characters(self, closing: str, tell: Tell) -> Reading[str]:
        quote, stream = closing[0], self._stream
        pieces: list[str] = []
        high = 0

        def told(piece: str) -> None:
            pieces.append(piece)
            tell(piece)

        while True:
            run = stream.take_now(_FLOWING)
            if run:
                if high:
                    pieces.append("\ufffd")
                    tell("\ufffd")
                    high = 0
                pieces.append(msgspec.json.decode(f'"{run}"') if "\\" in run else run)
                tell(run)
            character = stream.text[stream.at : stream.at + 1]
            if not character:
                if stream.end is not None:
                    raise self.broken("", "")
                if not high:
                    stream.flow, stream.flow_to = _PLAIN_FLOW, told
                yield
                stream.flow = None
                continue
            if character == quote and (yield from self._ends_string(closing)):
                stream.skip(len(closing))
                break
            is_escape = character == "\\"
            piece = (yield from self._escape()) if is_escape else self._plain(quote)
            piece, high = _paired(piece, high)
            pieces.append(piece)
            tell(quoted(piece)[1:-1])
        if high:
            pieces.append("\ufffd")
            tell("\ufffd")
        return "".join(pieces)

    def _ends_string(self, closing: str) -> Reading[bool]:
        """Say whether a quote ends a string. A lenient reader takes one of Python's for a letter where neither the end
        of a value follows nor the next argument's name, or a quote behind what would end the call."""
        stream = self._stream
        if len(closing) > 1:
            return (yield from stream.starts_with(closing))
        if not (self._is_lenient and self._is_python) or _END_OF_STRING.match(stream.text, stream.at):
            return True
        size = stream.num_marked
        stream.skip(1)
        closers = yield from stream.take_run(_CLOSERS)
        found = yield from stream.peek()
        is_end = found not in _QUOTES if closers.strip() else not found or found in ",]:<"
        if not is_end and not closers.strip():
            yield from stream.take_run(_WORD)
            is_end = (stream.space_now() or (yield from stream.space())) in ("=", "(")
        stream.rewind(size)
        return is_end

    def _plain(self, quote: str) -> str:
        piece = self._stream.take_now(_PLAIN[quote])
        if not piece:
            self._stream.skip(1)
            return quote
        return piece

    def _escape(self) -> Reading[str]:
        yield from self._stream.take()
        character = yield from self._stream.take()
        if not character:
            raise self.broken("", "")
        if character not in _HEX_ESCAPES:
            return _ESCAPES.get(character, "\\" + character)
        digits = ""
        for _ in range(_HEX_ESCAPES[character]):
            if (yield from self._stream.peek()) not in tuple("0123456789abcdefABCDEF"):
                break
            digits += yield from self._stream.take()
        if len(digits) < _HEX_ESCAPES[character] or int(digits, 16) > 0x10FFFF:
            return f"\\{character}{digits}"
        return chr(int(digits, 16))


def _paired(piece: str, high: int) -> tuple[str, int]:
    """Join escaped surrogates; a lone one becomes U+FFFD. Gives the text and the high surrogate that waits."""
    code = ord(piece) if len(piece) == 1 else 0
    if high and 0xDC00 <= code < 0xE000:
        return chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00), 0
    before = "\ufffd" if high else ""
    if 0xD800 <= code < 0xDC00:
        return before, code
    return before + ("\ufffd" if 0xDC00 <= code < 0xE000 else piece), 0
