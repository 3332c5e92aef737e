"""The normal form, written for JSON, takes exactly the texts of the values that it lets in."""

import json
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.domain.constraints import JsonSchema
from flowgen.testing.byte_vocabulary import byte_vocabulary, is_whole

VOCABULARY = byte_vocabulary()
CONSTRAINER = LlguidanceConstrainer(num_constraints=4)


def is_taken(schema: Any, text: str) -> bool:
    return is_whole(CONSTRAINER.compile(JsonSchema(schema=schema), VOCABULARY), text, VOCABULARY)


@given(st.floats(-1e3, 1e3).map(lambda x: round(x, 3)), st.floats(-1e3, 1e3).map(lambda x: round(x, 3)), st.data())
def test_numbers_keep_their_bounds(one: float, other: float, data: st.DataObject) -> None:
    low, high = sorted((one, other))
    number = data.draw(st.one_of(st.sampled_from([low, high]), st.floats(-1e4, 1e4).map(lambda x: round(x, 4))))
    schema = {"type": "number", "minimum": low, "maximum": high}
    text = json.dumps(int(number) if number.is_integer() else number)
    assert is_taken(schema, text) == (low <= number <= high)
    if low < high:
        open_schema = {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": high}
        assert is_taken(open_schema, text) == (low < number < high)


@given(st.integers(-300, 300), st.integers(0, 400), st.integers(-900, 900))
def test_integers_keep_their_bounds(low: int, width: int, number: int) -> None:
    schema = {"type": "integer", "minimum": low, "maximum": low + width}
    assert is_taken(schema, str(number)) == (low <= number <= low + width)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
def test_strings_are_taken_as_json_dumps_writes_them(text: str) -> None:
    for schema in ({"type": "string"}, {"const": text}, {"type": "string", "pattern": "^[^€]*$"}):
        if "€" in text and "pattern" in schema:
            continue
        assert is_taken(schema, json.dumps(text))
        assert is_taken(schema, json.dumps(text, ensure_ascii=False))


@pytest.mark.parametrize(
    ("schema", "taken", "refused"),
    [
        ({"type": "number", "multipleOf": 0.01}, ["1.25", "-3", "0.1"], ["1.255"]),
        ({"type": "integer", "multipleOf": 7}, ["14", "-7", "0"], ["15"]),
        ({"type": "integer", "not": {"const": 3}}, ["4", "33"], ["3"]),
        ({"type": "string", "pattern": "0"}, ['"a0"', '"\\u00e90"'], ['"\\u00e9"', '"a"']),
        ({"type": "string", "not": {"const": "ab"}}, ['"abc"'], ['"ab"', '"a\\u0062"']),
        ({"properties": {"a": False}}, ['{"b":1}'], ['{"a":1}', '{"\\u0061":1}']),
        ({"type": "string", "minLength": 2, "maxLength": 2}, ['"😀é"', '"\\ud83d\\ude00a"'], ['"😀"', '"abc"']),
        (
            {"items": {"const": 1}, "minItems": 2, "maxItems": 3, "type": "array"},
            ["[1,1]", "[1,1,1]"],
            ["[1]", "[1,1,1,1]", "[1,]"],
        ),
        (
            {"prefixItems": [{"const": 1}, {"const": 2}], "items": {"const": 3}, "type": "array"},
            ["[]", "[1]", "[1,2,3,3]"],
            ["[2]", "[1,3]"],
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_texts(schema: Any, taken: list[str], refused: list[str]) -> None:
    assert [text for text in taken if not is_taken(schema, text)] == []
    assert [text for text in refused if is_taken(schema, text)] == []


def test_white_space_may_be_free() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer"}}}}
    compiled = CONSTRAINER.compile(JsonSchema(schema=schema, whitespace="any"), VOCABULARY)
    assert is_whole(compiled, '{ "a" :\n[1 , 2]\t}', VOCABULARY)
    assert is_whole(compiled, '{"a":[1,2]}', VOCABULARY)
    assert not is_whole(compiled, '{"a":[1 2]}', VOCABULARY)


@pytest.mark.parametrize("whitespace", ["compact", "any"])
@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("required", [kept for size in range(5) for kept in combinations("abcd", size)], ids="".join)
def test_members_are_there_or_not_as_required_says(required: tuple[str, ...], is_open: bool, whitespace: Any) -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {name: {"type": "boolean"} for name in "abcd"}}
    schema |= {"required": [*required], "additionalProperties": {"type": "null"} if is_open else False}
    compiled = CONSTRAINER.compile(JsonSchema(schema=schema, whitespace=whitespace), VOCABULARY)
    separators = (",", ":") if whitespace == "compact" else None
    for present in (kept for size in range(5) for kept in combinations("abcd", size)):
        for others in ("", "z", "zy"):
            document = {name: True for name in present} | {name: None for name in others}
            is_valid = {*required} <= {*present} and (is_open or not others)
            assert is_whole(compiled, json.dumps(document, separators=separators), VOCABULARY) == is_valid, document
