r"""Passes one JSON value through as its text comes, and decodes it at its end. Knows JSON; refuses to know calls.

What models write is mended on the way where it can be: raw line breaks in strings, \', Python's words and quotes, keys
without quotes, commas behind the last of a list, half characters.
"""

import json
import math
import re

import msgspec

from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.character_stream import SPACE, CharacterStream, Reading, Tell, unheard
from flowgen.domain.values import JsonValue

_INSIDE = re.compile(r'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt])*+')
_WHOLE = rf""""{_INSIDE.pattern}"|(?:true|false|null)(?=[\s,}}\]])"""
_OUTSIDE = re.compile(rf"(?:[\s:0-9.+-]++|,(?=\s*+[^\s}}\]])|{_WHOLE})*+")
_OUTSIDE_STRICT = re.compile(rf"(?:[\s,:0-9.+-]++|{_WHOLE})*+")
"""What changes no depth: all match any text, if only nothing of it. A comma that may be the last waits for what comes,
but where a grammar bound the text: a value that it closes is judged at once."""
_INSIDE_SINGLE = re.compile(r"""[^'"\\\x00-\x1f]++""")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*"')
_PART_OF_STRING = re.compile(r'"[^"\\\x00-\x1f]{0,99}')
_SCALAR = re.compile(r"[^\s,\]}<]+")
_VALUE_END = re.compile(r"""["}\]\w]\s*\Z""")
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)
_ESCAPE = re.compile(r'["\\/bfnrt]')
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_LOW = re.compile(r"\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_WORD = re.compile(r"[\w$]+")
_WORDS = {"True": "true", "False": "false", "None": "null"} | {word: word for word in ("true", "false", "null")}
_DIGITS = frozenset("0123456789.")
_EXPONENT = re.compile(r"[eE][0-9]*")


def read_json(stream: CharacterStream, tell: Tell, closings: tuple[str, ...] = ()) -> Reading[JsonValue]:
    """Read the value that begins here, telling its text; before one of `closings` its last brackets may be missing,
    unless the answer is strict. Raises BrokenCall for what is no JSON or has no end."""
    first = stream.text[stream.at : stream.at + 1] or (yield from stream.peek())
    if first and first in '{["':
        text = yield from _value(stream, tell, () if stream.is_strict else closings)
    elif first == "'":
        pieces: list[str] = []
        yield from _single_quoted(stream, pieces.append)
        text = "".join(pieces)
        tell(text)
    else:
        word = yield from stream.take_run(_SCALAR)
        text = _WORDS.get(word, word)
        tell(text)
    return decoded(text)


def read_string(stream: CharacterStream, *, is_plain: bool = False) -> Reading[JsonValue]:
    """Read the value that begins here, a string as a rule, without telling it. Raises BrokenCall; with `is_plain` for
    all but strings without escapes, too."""
    while not (simple := stream.take_now(_STRING)):
        if stream.end is not None or not _PART_OF_STRING.fullmatch(stream.text, stream.at):
            if is_plain:
                raise BrokenCall("a plain string expected")
            return (yield from read_json(stream, unheard))
        yield
    return simple[1:-1]


def decoded(text: str) -> JsonValue:
    """Give a JSON text's value. Raises BrokenCall."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        pass
    try:
        # integers beyond 64 bits
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise BrokenCall(f"{text[:80]!r} is no JSON") from None


def decoded_leniently(text: str) -> JsonValue:
    """Give the value of a text that is JSON, or nearly. Raises BrokenCall."""
    stream = CharacterStream()
    stream.push(text.strip())
    stream.finish("stop")
    reading = read_json(stream, unheard)
    try:
        next(reading)
    except StopIteration as stopped:
        if not stream.available:
            value: JsonValue = stopped.value
            return value
    raise BrokenCall(f"{text[:80]!r} is no JSON")


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(digits)
    return value


def _value(stream: CharacterStream, tell: Tell, closings: tuple[str, ...]) -> Reading[str]:
    """Read a list, an object or a string to its end, telling its text; give the whole text."""
    place, pieces = _Place(), list[str]()

    def told(piece: str) -> None:
        pieces.append(piece)
        tell(piece)

    while True:
        start = stream.at
        is_whole = place.pass_on(stream)
        if stream.at > start:
            told(stream.text[start : stream.at])
        if is_whole:
            return "".join(pieces)
        character = stream.text[stream.at : stream.at + 1]
        if not character:
            if stream.end is not None:
                raise CutCall(stream.end)
            if place.is_inside:
                stream.flow, stream.flow_to = _INSIDE, told
            yield
            stream.flow = None
        elif place.is_inside:
            told((yield from _mended(stream, character)))
        elif closings and (yield from stream.starts_with_any(closings)):
            told(_missing("".join(pieces)))
            return "".join(pieces)
        else:
            yield from _unusual(stream, character, told, is_in_number=pieces[-1][-1:] in _DIGITS)


def _missing(text: str) -> str:
    """Give the brackets that close what a text has opened. Raises BrokenCall where it does not end with a value."""
    if not _VALUE_END.search(text):
        raise BrokenCall("a value expected")
    missing: list[str] = []
    for bracket in _BRACKET.findall(text):
        if bracket in "{[":
            missing.append("}" if bracket == "{" else "]")
        elif bracket in "}]":
            missing.pop()
    return "".join(reversed(missing))


def _unusual(stream: CharacterStream, character: str, tell: Tell, *, is_in_number: bool) -> Reading[None]:
    """Read what is JSON only to Python, or what is seen to be JSON by what follows."""
    if character == ",":
        tell((yield from _comma(stream)))
    elif character == "'":
        yield from _single_quoted(stream, tell)
    else:
        tell((yield from _word(stream, character, is_in_number=is_in_number)))


def _comma(stream: CharacterStream) -> Reading[str]:
    """Read a comma and white space; before a bracket that closes, the comma is left out."""
    stream.at += 1
    space = yield from stream.take_run(SPACE)
    following = yield from stream.peek()
    return space if following and following in "}]" else f",{space}"


def _single_quoted(stream: CharacterStream, tell: Tell) -> Reading[None]:
    """Read a text in single quotes, and tell it in double ones."""
    stream.at += 1
    tell('"')
    while True:
        if run := stream.take_now(_INSIDE_SINGLE):
            tell(run)
        character = yield from stream.peek()
        if not character:
            raise CutCall(stream.end)
        if character == "'":
            break
        if not _INSIDE_SINGLE.match(character):
            tell((yield from _mended(stream, character)))
    stream.at += 1
    tell('"')


def _word(stream: CharacterStream, first: str, *, is_in_number: bool) -> Reading[str]:
    """Read one of JSON's or Python's words, a key without quotes, or a number's exponent. Raises BrokenCall."""
    word = yield from stream.take_run(_WORD)
    if word in _WORDS:
        return _WORDS[word]
    if is_in_number and _EXPONENT.fullmatch(word):
        return word
    size = stream.num_marked
    following = stream.space_now() or (yield from stream.space())
    if not word or following != ":":
        raise BrokenCall(f"{word or first!r} is no JSON")
    stream.rewind(size)
    return quoted(word)


class _Place:
    """Where in a value a text goes on: how deep in lists and objects, and whether inside of a string."""

    __slots__ = ("depth", "is_inside")

    def __init__(self) -> None:
        self.depth = 0
        self.is_inside = False

    def pass_on(self, stream: CharacterStream) -> bool:
        """Go past all that is JSON to the letter; say whether the value has ended."""
        text, at = stream.text, stream.at
        depth, is_inside = self.depth, self.is_inside
        outside = _OUTSIDE_STRICT if stream.is_strict else _OUTSIDE
        while True:
            if depth or is_inside:
                at = (_INSIDE if is_inside else outside).match(text, at).end()  # type: ignore[union-attr]
            letter = text[at : at + 1]
            if letter == '"':
                is_inside = not is_inside
            elif is_inside or not letter or letter not in "{}[]":
                break
            else:
                depth += 1 if letter in "{[" else -1
            at += 1
            if not depth and not is_inside:
                break
        is_whole = not depth and not is_inside and at > stream.at
        stream.at, self.depth, self.is_inside = at, depth, is_inside
        return is_whole


def _mended(stream: CharacterStream, character: str) -> Reading[str]:
    """Read a letter of a string that is not JSON to the letter, or an escape that is not simple."""
    if character == "\\":
        return (yield from _escape(stream))
    stream.at += 1
    return json.dumps(character)[1:-1]


def _escape(stream: CharacterStream) -> Reading[str]:
    stream.at += 1
    character = yield from stream.take()
    if not character:
        raise CutCall(stream.end)
    if character != "u":
        if character == "'":
            return "'"
        return "\\" + character if _ESCAPE.match(character) else json.dumps("\\" + character)[1:-1]
    yield from _wait(stream, 4)
    digits = stream.take_now(_HEX)
    if not digits:
        return "\\\\u"
    code = int(digits, 16)
    if not 0xD800 <= code < 0xE000:
        return "\\u" + digits
    if code < 0xDC00 and (yield from stream.starts_with("\\u")):
        yield from _wait(stream, 6)
        low = stream.take_now(_LOW)
        if low:
            return f"\\u{digits}{low}"
    return "\ufffd"


def _wait(stream: CharacterStream, num_characters: int) -> Reading[None]:
    while len(stream.text) - stream.at < num_characters and stream.end is None:
        yield


def encoded(value: JsonValue) -> str:
    """Give a value's JSON text."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # half a character
        return json.dumps(value)


def inner(text: str) -> str:
    """Give a text as it stands inside of a JSON string."""
    return quoted(text)[1:-1]


def quoted(text: str) -> str:
    """Give a text as a JSON string, letters beyond ASCII as they are."""
    try:
        return msgspec.json.encode(text).decode()
    except UnicodeEncodeError:  # half a character
        return json.dumps(text, ensure_ascii=False)
