"""What a text lacks is known soon, however long it is and however many ways its pattern has."""

import pytest

from flowgen.adapters.constraints.closing.costs import Costs
from flowgen.adapters.constraints.closing.pattern_rests import least_length, rest_of
from flowgen.application.schemas.lowering import lower
from support.work import num_calls


@pytest.mark.parametrize(
    ("pattern", "text", "length"),
    [("abc", "", 3), ("abc", "ab", 1), ("(ab){200}c", "ab" * 150, 101), ("[a-z]{3,9}!", "x" * 3, 1)],
)
def test_what_is_left(pattern: str, text: str, length: int) -> None:
    for _ in range(2):
        assert least_length(rest_of(pattern, text)) == length


def test_a_long_text_is_read_once() -> None:
    text = "some words " * 1000
    rest_of("[a-z ]*!", text)

    def ask_again() -> None:
        for count in range(200):
            assert least_length(rest_of("[a-z ]*!", text + "abc"[count % 3] * (1 + count // 3))) == 1

    assert num_calls(ask_again) < 20_000  # a call for each letter of each text would be two millions


def test_of_many_ways_nothing_is_known() -> None:
    assert num_calls(lambda: least_length(rest_of("a?" * 2000, "aaaa"))) < 200_000  # each way is as long as the row
    assert least_length(rest_of("a?" * 2000, "aaaa")) == 0


def test_costs_reach_through_long_chains() -> None:
    chain = {
        f"d{count}": {"type": "object", "required": ["a"], "properties": {"a": {"anyOf": ways}}}
        for count in range(50)
        for ways in [[{"$ref": f"#/$defs/d{count + 1}"}, {"$ref": f"#/$defs/d{count}"}]]
    }
    lowered = lower({"$ref": "#/$defs/d0", "$defs": {**chain, "d50": {"type": "null"}}})
    assert 50 < Costs(lowered.definitions).of(lowered.root) < 1000
