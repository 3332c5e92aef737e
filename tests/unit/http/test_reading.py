"""A body that is no JSON object is refused with where it breaks."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.domain.errors import InvalidRequest
from flowgen.http.reading import decode


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b'{"a": 1,}', "line 1 column 9"),
        (b'{\n"a": ', "line 2 column"),
        (b'{"a": "\xff"}', "position 7"),
        (b'{"a": 1} x', "line 1 column 10"),
        (b'{"a": NaN}', "not valid JSON"),
        (b'{"a": "\\ud800"}', "not valid JSON: a text holds half of a character, \\ud800"),
        (b'{"a": 1e999}', "not valid JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a": [' + b"1" * 5000 + b"]}", "out of range"),
        (b"\x1f\x8b\x08\x00", "compressed (gzip); allowed: JSON as it is"),
        (b"\xef\xbb\xbf", "empty"),
        (b"[]", "a JSON object"),
        (b'"text"', "a JSON object"),
        (b"null", "a JSON object"),
    ],
)
def test_what_is_wrong_with_a_body(body: bytes, text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^The body") as caught:
        decode(body)
    assert text in str(caught.value)


def test_long_digits_are_text_where_they_are_text() -> None:
    assert decode(b'{"a": "' + b"1" * 5000 + b'"}') == {"a": "1" * 5000}


def test_a_byte_order_mark_is_passed_over() -> None:
    assert decode(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@given(st.binary(max_size=40))
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    with contextlib.suppress(InvalidRequest):
        assert isinstance(decode(body), dict)
