"""Foreseeing what a validator has to look at: no bound is below what is counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.constraints.checking.efforts import MOST_LOOKS, Efforts
from flowgen.domain.values import JsonValue

SCHEMAS: list[JsonValue] = [
    {"type": "array", "contains": {"minimum": 5}, "items": {"type": "integer"}},
    {
        "$defs": {"tree": {"properties": {"a": {"$ref": "#/$defs/tree"}}, "additionalProperties": {"minimum": 1}}},
        "anyOf": [{"$ref": "#/$defs/tree"}, {"items": {"$ref": "#/$defs/tree"}, "maxItems": 2}],
    },
    {
        "oneOf": [{"required": ["a"]}, {"propertyNames": {"maxLength": 2}}, {"items": {"oneOf": [{}, False]}}],
        "patternProperties": {"^a": {"not": {"type": "string"}}},
    },
    {"if": {"properties": {"a": {"const": 1}}}, "then": {"minProperties": 2}, "else": {"items": False}, "allOf": [{}]},
]
NAMES = st.sampled_from(["a", "ab", "b", "c"])
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.sampled_from(["", "a", "ab"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("schema", SCHEMAS)
@given(value=VALUES)
def test_no_bound_is_below_the_count(schema: JsonValue, value: JsonValue) -> None:
    efforts = Efforts(schema, "2020-12")
    assert efforts.bound("", value) >= efforts.looks("", value, is_lazy=False)
    assert efforts.is_told_in_time("", value, MOST_LOOKS)


def test_ways_that_multiply_are_counted() -> None:
    doubled = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(24)}
    efforts = Efforts({"$defs": {**doubled, "d24": {"minimum": 1}}, "items": {"$ref": "#/$defs/d0"}}, "2020-12")
    assert efforts.bound("", [1]) > MOST_LOOKS
    assert not efforts.is_told_in_time("", [1], MOST_LOOKS)
    assert efforts.is_told_in_time("", [], MOST_LOOKS)
