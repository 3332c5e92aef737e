r"""Passes one JSON value through as its text comes, and decodes it at its end. Knows JSON; refuses to know calls.

What models write is mended on the way where it can be: raw line breaks in strings, \', Python's words, half characters.
"""

import json
import re

import msgspec

from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, Tell
from flowgen.domain.values import JsonValue

_OUTSIDE = re.compile(r'(?:[\s,:0-9.+-]+|"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt])*")+')
_INSIDE = re.compile(r'(?:[^"\\\x00-\x1f]|\\["\\/bfnrt])+')
_SCALAR = re.compile(r"[^\s,\]}<]+")
_ESCAPE = re.compile(r'["\\/bfnrt]')
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_LOW = re.compile(r"\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_WORD = re.compile(r"[A-Za-z]+")
_WORDS = {"True": "true", "False": "false", "None": "null"} | {
    word: word for word in ("true", "false", "null", "e", "E")
}


def read_json(stream: CharacterStream, tell: Tell) -> Reading[JsonValue]:
    """Read the value that begins here, telling its text. Raises BrokenCall for what is no JSON or has no end."""
    pieces: list[str] = []

    def told(piece: str) -> None:
        pieces.append(piece)
        tell(piece)

    first = yield from stream.peek()
    if first and first in "{[":
        yield from _container(stream, told)
    elif first == '"':
        yield from _string(stream, told)
    else:
        word = yield from stream.take_run(_SCALAR)
        told(_WORDS.get(word, word))
    return decoded("".join(pieces))


def decoded(text: str) -> JsonValue:
    """Give a JSON text's value. Raises BrokenCall."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        pass
    try:
        return json.loads(text, parse_constant=_refuse_constant)  # integers beyond 64 bits
    except (ValueError, RecursionError):
        raise BrokenCall(f"{text[:80]!r} is no JSON") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _container(stream: CharacterStream, tell: Tell) -> Reading[None]:
    depth = 0
    while True:
        run = stream.take_now(_OUTSIDE)
        if run:
            tell(run)
        character = stream.text[stream.at : stream.at + 1]
        if not character:
            if stream.end is not None:
                raise CutCall(stream.end)
            yield
        elif character == '"':
            yield from _string(stream, tell)
        elif character in "{}[]":
            stream.at += 1
            tell(character)
            depth += 1 if character in "{[" else -1
            if depth == 0:
                return
        else:
            word = yield from stream.take_run(_WORD)
            if word not in _WORDS:
                raise BrokenCall(f"{word or character!r} is no JSON")
            tell(_WORDS[word])


def _string(stream: CharacterStream, tell: Tell) -> Reading[None]:
    stream.at += 1
    tell('"')
    while True:
        run = stream.take_now(_INSIDE)
        if run:
            tell(run)
        character = yield from stream.peek()
        if character == '"':
            stream.at += 1
            tell('"')
            return
        if not character:
            raise CutCall(stream.end)
        if character == "\\":
            tell((yield from _escape(stream)))
        elif character < " ":
            stream.at += 1
            tell(json.dumps(character)[1:-1])


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


def quoted(text: str) -> str:
    """Give a text as a JSON string, letters beyond ASCII as they are."""
    try:
        return msgspec.json.encode(text).decode()
    except UnicodeEncodeError:  # half a character
        return json.dumps(text, ensure_ascii=False)
