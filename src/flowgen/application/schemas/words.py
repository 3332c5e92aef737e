"""Reads the values of keywords. Raises ConstraintRefused, with keyword and pointer, for values that no draft allows."""

from typing import Any

from flowgen.application.schemas.facts import Fact
from flowgen.application.schemas.pattern_reading import NoPattern
from flowgen.application.schemas.pattern_wholes import Whole, whole_of

KINDS = ("null", "boolean", "number", "string", "array", "object")
MOST = 2**31 - 1
"""Of a count; no answer holds more, so a higher upper bound bounds nothing."""
_ALONE = {kind: frozenset((kind,)) for kind in (*KINDS, "integer")}


def kinds_of(fact: Fact) -> frozenset[str] | None:
    """Give the kinds that `type` names, "integer" among them; None where it is missing."""
    named = fact.schema.get("type")
    if named is None:
        return None
    if isinstance(named, str) and named in _ALONE:
        return _ALONE[named]
    kinds = named if isinstance(named, list) else [named]
    if any(kind not in (*KINDS, "integer") for kind in kinds if isinstance(kind, str)) or not all(
        isinstance(kind, str) for kind in kinds
    ):
        raise fact.place.refusal(f"{named!r} is no type", "type")
    return frozenset(kinds)


def count_of(fact: Fact, keyword: str) -> int | None:
    value = fact.schema.get(keyword)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise fact.place.refusal(f"got {value!r} where a count is expected", keyword)
    if value > MOST:
        if keyword.startswith("min"):
            raise fact.place.refusal(f"got {value!r}, and no answer holds more than {MOST}", keyword)
        return None
    if value != int(value):
        raise fact.place.refusal(f"got {value!r} where a count is expected", keyword)
    return int(value)


def number_of(fact: Fact, keyword: str) -> int | float | None:
    value = fact.schema.get(keyword)
    if value is None or isinstance(value, bool):
        return None
    if not isinstance(value, int | float):
        raise fact.place.refusal(f"got {value!r} where a number is expected", keyword)
    return value


def object_of(fact: Fact, keyword: str) -> dict[str, Any]:
    value = fact.schema.get(keyword, {})
    if not isinstance(value, dict):
        raise fact.place.refusal("an object is expected", keyword)
    return value


def names_of(fact: Fact, keyword: str = "required") -> list[str]:
    value = fact.schema.get(keyword, [])
    if not isinstance(value, list) or any(not isinstance(name, str) for name in value):
        raise fact.place.refusal("a list of names is expected", keyword)
    return value


def whole_pattern(fact: Fact, keyword: str, pattern: Any) -> Whole:
    if not isinstance(pattern, str):
        raise fact.place.refusal("a text is expected", keyword)
    try:
        return whole_of(pattern)
    except NoPattern as error:
        raise fact.place.refusal(f"{pattern!r} is no pattern that can be read: {error}", keyword) from None
