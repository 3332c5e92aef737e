"""The reader of growing JSON: any cut of a text gives the same values."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.constraints.checking.json_reader import START, Event, What, finish, read

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=6)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
)


def events_of(text: bytes, cuts: list[int]) -> list[Event]:
    reading, events, place = START, [], 0
    for cut in [*sorted({min(cut, len(text)) for cut in cuts}), len(text)]:
        reading, more = read(reading, text[place:cut], place)
        events += more
        place = cut
    return [*events, *finish(reading, len(text))]


def values_of(text: bytes, events: list[Event]) -> list[Any]:
    """Each value, in the order in which they end."""
    starts: list[int] = []
    values = []
    for event in events:
        if event.what is What.OPEN:
            starts.append(event.start)
        elif event.what is What.CLOSE:
            values.append(json.loads(text[starts.pop() : event.end]))
    assert not starts
    return values


def walked(value: Any) -> list[Any]:
    children = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    return [inner for child in children for inner in walked(child)] + [value]


@given(VALUES, st.lists(st.integers(0, 80), max_size=20), st.sampled_from([None, 1]), st.booleans())
def test_every_value_is_found_at_its_end(value: Any, cuts: list[int], indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    events = events_of(text, cuts)
    assert events == events_of(text, [])
    assert json.dumps(values_of(text, events)) == json.dumps(walked(value))


def test_keys_commas_and_a_number_that_ends_with_what_follows() -> None:
    text = b'{"a\\"b": 1, "c": [true]}'
    events = events_of(text, [])
    assert [text[e.start : e.end] for e in events if e.what is What.KEY_END] == [b'"a\\"b"', b'"c"']
    assert [e.start for e in events if e.what is What.COMMA] == [10]
    number = next(e for e in events if e.what is What.CLOSE)
    assert (text[number.start : number.end], number.seen) == (b"1", 11)
    word = [e for e in events if e.what is What.CLOSE][1]
    assert (text[word.start : word.end], word.seen) == (b"true", word.end)
