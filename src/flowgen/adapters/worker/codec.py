"""Values to bytes and back: msgpack, frames with a length before them. Refuses to know what is said.

User JSON may hold integers that msgpack has no form for; they travel as an extension, in decimal digits.
"""

from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")

_LENGTH_BYTES = 4
_BIG_INTEGER = 1
_INT64, _UINT64 = -(2**63), 2**64 - 1
_ENCODER = msgspec.msgpack.Encoder()


class NotEncodable(ValueError):
    """A value that cannot cross: nested too deeply, a text that is no Unicode, an integer without a form. The message
    says which."""


def encode(value: Any) -> bytes:
    """Give the bytes of a value. Raises NotEncodable."""
    try:
        return _encode(value)
    except RecursionError:
        raise NotEncodable("it is nested too deeply") from None
    except OverflowError:
        raise NotEncodable("an integer that is a key is too large") from None
    except UnicodeEncodeError as error:
        raise NotEncodable(f"a text holds {error.object[error.start]!r}, which is half a character") from None


def decode(data: bytes, kind: type[T]) -> T:
    """Read a value. Raises msgspec.MsgspecError, and RecursionError for one that is nested too deeply."""
    return cast(T, _decoder(cast(Hashable, kind)).decode(data))


def frame(data: bytes) -> bytes:
    """The bytes with their number before them."""
    return len(data).to_bytes(_LENGTH_BYTES, "big") + data


class Frames:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take a piece of the stream; give the frames that are whole."""
        self._buffer += data
        whole: list[bytes] = []
        start = 0
        while (end := self._end(start)) is not None:
            whole.append(bytes(self._buffer[start + _LENGTH_BYTES : end]))
            start = end
        del self._buffer[:start]
        return whole

    def _end(self, start: int) -> int | None:
        if len(self._buffer) < start + _LENGTH_BYTES:
            return None
        end = start + _LENGTH_BYTES + int.from_bytes(self._buffer[start : start + _LENGTH_BYTES], "big")
        return end if len(self._buffer) >= end else None


def _encode(value: Any) -> bytes:
    try:
        return _ENCODER.encode(value)
    except OverflowError:
        return _ENCODER.encode(_with_big_integers_spelt(msgspec.to_builtins(value, builtin_types=(bytes,), order=None)))


@cache
def _decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind, ext_hook=_read_extension)


def _read_extension(code: int, data: memoryview) -> Any:
    if code != _BIG_INTEGER:
        raise ValueError(f"extension {code} is unknown")
    return int(bytes(data))


def _with_big_integers_spelt(value: Any) -> Any:
    if isinstance(value, int) and not _INT64 <= value <= _UINT64:
        return msgspec.msgpack.Ext(_BIG_INTEGER, _digits(value))
    if isinstance(value, Mapping):
        return {key: _with_big_integers_spelt(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_big_integers_spelt(item) for item in value]
    return value


def _digits(value: int) -> bytes:
    try:
        return str(value).encode()
    except ValueError:  # Python's own limit
        raise NotEncodable("an integer has too many digits") from None
