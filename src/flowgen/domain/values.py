"""The base of all values. Knows immutability; refuses to know what any value means."""

from typing import Any

import msgspec

JsonValue = Any
"""User JSON: the one kind of data that crosses layers untyped (schemas, arguments, metadata)."""

JsonObject = dict[str, Any]


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """An immutable value, compared by its fields, built by keyword."""
