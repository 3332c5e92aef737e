"""JSON as models write it: what is mended while it is read, and what is refused."""

import pytest

from flowgen.adapters.toolcalls.broken import BrokenCall
from flowgen.adapters.toolcalls.json_text import decoded, encoded


@pytest.mark.parametrize("text", ["1e999", "-1e999", '{"a": [1e999]}', "NaN", "Infinity", "[-Infinity]"])
def test_what_is_no_finite_number_is_no_json(text: str) -> None:
    with pytest.raises(BrokenCall):
        decoded(text)


def test_whole_numbers_beyond_64_bits_are_json() -> None:
    assert decoded('{"a": 100000000000000000000000, "b": 1e300}') == {"a": 10**23, "b": 1e300}


def test_half_a_character_is_told_all_the_same() -> None:
    assert encoded({"a": "x\ud800"}) == '{"a": "x\\ud800"}'
