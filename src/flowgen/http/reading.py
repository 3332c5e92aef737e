"""Reads user JSON into wire structs, field by field, so that an error says which field, what came and what is allowed.

Knows paths such as `messages[0].content`; refuses to know what any field means.
"""

import json
from functools import cache
from typing import Any, TypeVar

import msgspec

from flowgen.domain.errors import InvalidField, InvalidRequest
from flowgen.domain.option_table import Option, parse, table
from flowgen.domain.values import JsonObject, Value

V = TypeVar("V", bound=Value)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Some editors and shells write it before any text; RFC 8259, section 8.1 lets a reader pass over it."""
_GZIP = b"\x1f\x8b"
"""What a gzip member begins with (RFC 1952)."""


def decode(body: bytes) -> JsonObject:
    """Give the body's JSON object. Raises InvalidRequest: no JSON (and where it breaks), or no object."""
    body = body.removeprefix(_BYTE_ORDER_MARK)
    if not body.strip():
        raise InvalidRequest("The body is empty; allowed: a JSON object.")
    if body.startswith(_GZIP):
        raise InvalidRequest("The body is compressed (gzip); allowed: JSON as it is.")
    try:
        value = msgspec.json.decode(body)
    except RecursionError:
        raise InvalidRequest("The body's JSON is nested too deeply.") from None
    except ValueError as error:
        raise InvalidRequest(f"The body is not valid JSON: {_where(body, error)}.") from None
    if not isinstance(value, dict):
        refused = InvalidField("The body", value, "a JSON object")
        refused.field = None  # it is no field of anything
        raise refused
    return value


def _where(body: bytes, error: Exception) -> str:
    """The standard library names line and column; msgspec refuses more than it (NaN, lone surrogates)."""
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError as found:
        return f"a text holds half of a character, \\u{ord(found.object[found.start]):04x}"
    except (json.JSONDecodeError, UnicodeDecodeError) as found:
        return str(found)
    except (ValueError, RecursionError):
        pass  # more digits or levels than Python reads
    return str(error)


def read(kind: type[V], raw: Any, where: str, unknown: list[str]) -> V:
    """Convert an object to a wire struct; append the paths of fields that it does not have to `unknown`.

    Null stands for a field left out. Unknown ones at null are named at the body's top alone, which the caller wrote:
    further in, SDKs send back objects of theirs with all that they had no value for.
    Raises InvalidField, and InvalidRequest for a required field that is missing.
    """
    if not isinstance(raw, dict):
        raise InvalidField(where, raw, "an object")
    rows = _rows(kind)
    values, extra = parse(rows, raw, where)
    for name, row in rows.items():
        if row.default is msgspec.NODEFAULT and name not in values:
            raise _missing(join(where, name), row, is_null=name in raw)
    unknown += [join(where, name) for name in extra if raw[name] is not None or not where]
    return kind(**values)


def _missing(field: str, row: Option, *, is_null: bool) -> InvalidRequest:
    if is_null:
        return InvalidField(field, None, row.allowed)
    return InvalidRequest(f"{field} is required: {row.allowed}.", field=field)


def join(where: str, name: str) -> str:
    """A field's path; the body itself has none."""
    return f"{where}.{name}" if where else name


def ignored(unknown: list[str]) -> tuple[str, ...]:
    """The warnings that name unknown fields."""
    return tuple(f"{path} is unknown and was ignored." for path in unknown)


@cache
def _rows(kind: type[Value]) -> dict[str, Option]:
    return table(kind)
