"""What a text lacks is known soon, however long it is and however many ways its pattern has."""

import time

import pytest

from flowgen.adapters.constraints.closing.costs import Costs
from flowgen.adapters.constraints.closing.pattern_rests import least_length, rest_of
from flowgen.application.schemas.lowering import lower


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
    began = time.process_time()
    for count in range(200):
        assert least_length(rest_of("[a-z ]*!", text + "abc"[count % 3] * (1 + count // 3))) == 1
    assert time.process_time() - began < 1


def test_of_many_ways_nothing_is_known() -> None:
    began = time.process_time()
    assert least_length(rest_of("a?" * 2000, "aaaa")) == 0
    assert time.process_time() - began < 1


def test_costs_reach_through_long_chains() -> None:
    chain = {
        f"d{count}": {"type": "object", "required": ["a"], "properties": {"a": {"anyOf": ways}}}
        for count in range(50)
        for ways in [[{"$ref": f"#/$defs/d{count + 1}"}, {"$ref": f"#/$defs/d{count}"}]]
    }
    lowered = lower({"$ref": "#/$defs/d0", "$defs": {**chain, "d50": {"type": "null"}}})
    assert 50 < Costs(lowered.definitions).of(lowered.root) < 1000
