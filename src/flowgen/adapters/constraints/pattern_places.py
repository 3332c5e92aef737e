"""Finds where in a schema a terminal's pattern comes from. Knows JSON's spelling; refuses to know matchers."""

from collections.abc import Iterator

from flowgen.adapters.constraints.json_spelling import json_text
from flowgen.application.schemas.pattern_reading import NoPattern
from flowgen.application.schemas.pattern_wholes import whole_of
from flowgen.application.schemas.pattern_writing import written
from flowgen.domain.schemas import Lowered
from flowgen.domain.values import JsonValue


def place_of(lowered: Lowered, body: str) -> tuple[str | None, str]:
    """Give keyword and pointer of the first pattern that a terminal's body is made of; none and the root where it is
    made of lengths alone."""
    for keyword, pointer, pattern in _patterns(lowered.source, ""):
        try:
            whole = whole_of(pattern)
        except NoPattern:
            continue
        if any(json_text(written(part)) in body for part in (*whole.patterns, *whole.avoided)):
            return keyword, pointer
    return None, ""


def _patterns(value: JsonValue, pointer: str) -> Iterator[tuple[str, str, str]]:
    waiting: list[tuple[JsonValue, str]] = [(value, pointer)]
    while waiting:
        here, at = waiting.pop()
        if isinstance(here, list):
            waiting += [(item, f"{at}/{index}") for index, item in enumerate(here)]
        if not isinstance(here, dict):
            continue
        for name, inner in here.items():
            place = at + "/" + name.replace("~", "~0").replace("/", "~1")
            if name == "pattern" and isinstance(inner, str):
                yield name, place, inner
            elif name == "patternProperties" and isinstance(inner, dict):
                for key in inner:
                    yield name, place + "/" + key.replace("~", "~0").replace("/", "~1"), key
            waiting.append((inner, place))
