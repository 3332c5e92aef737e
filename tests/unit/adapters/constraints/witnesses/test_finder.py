"""Values are found for schemas that nobody meets by chance, and whatever is found is taken."""

import tracemalloc
from itertools import islice
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.constraints.checking.judges import Judges
from flowgen.adapters.constraints.witnesses.finder import Finder
from flowgen.adapters.constraints.witnesses.formulas import All, Claim
from flowgen.adapters.constraints.witnesses.texts import texts_of
from flowgen.application.schemas.formats import FORMATS
from flowgen.application.schemas.lowering import lower
from flowgen.application.schemas.pattern_matching import is_whole
from flowgen.application.schemas.pattern_reading import read_pattern
from flowgen.application.schemas.pattern_wholes import whole_of
from flowgen.application.schemas.source import Source
from flowgen.domain.errors import ConstraintRefused
from support.work import num_calls

HAS_ODD = {"not": {"propertyNames": {"not": {"pattern": "^.{3}$"}}}}
PUZZLES: list[dict[str, Any]] = [
    {"type": "number", "minimum": 100, "multipleOf": 6, "not": {"multipleOf": 4}},
    {"type": "number", "exclusiveMaximum": 0, "multipleOf": 0.5, "not": {"type": "integer"}},
    {"type": "string", "pattern": "cat.*dog", "not": {"pattern": "catdog"}, "minLength": 9},
    {"allOf": [{"pattern": "[0-9]"}, {"pattern": "[a-c]{2}"}, {"not": {"pattern": "^[a-c]"}}], "type": "string"},
    {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 3},
    {"type": "array", "not": {"uniqueItems": True}, "items": {"type": "string", "minLength": 2}},
    {"type": "array", "contains": {"multipleOf": 7, "minimum": 50}, "items": {"type": "integer"}, "maxContains": 1},
    {"type": "array", "contains": {"type": "array", "contains": {"const": "in"}}, "maxItems": 1},
    {"type": "object", "minProperties": 3, "patternProperties": {"^[xyz]$": {"minimum": 5, "type": "integer"}},
     "additionalProperties": False},
    {"type": "object", "allOf": [HAS_ODD, {"propertyNames": {"pattern": "a"}}], "maxProperties": 1},
    {"type": "object", "required": ["p"], "dependentRequired": {"p": ["q"]}, "properties": {"q": {"const": [1, {}]}}},
    {"type": "object", "properties": {"k": {"type": "string"}}, "required": ["k"],
     "if": {"properties": {"k": {"pattern": "e"}}}, "then": {"required": ["zz"]}, "else": False},
    {"oneOf": [{"type": "integer", "multipleOf": 2}, {"type": "integer", "multipleOf": 3}], "minimum": 6},
    {"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "required": ["v"], "properties": {
        "v": {"multipleOf": 11, "exclusiveMinimum": 0}, "next": {"$ref": "#/$defs/tree"}}, "minProperties": 2}}},
    {"$schema": "http://json-schema.org/draft-04/schema#", "type": "array", "items": [{"type": "integer"},
     {"type": "string", "format": "date"}], "additionalItems": False, "minItems": 2},
]  # fmt: skip


def finder(schema: Any) -> tuple[Finder, Any]:
    lowered = lower(schema)
    source = Source(lowered.source, lowered.draft)
    made = Finder(source, lowered.definitions, Judges(lowered, "response_format").takes)
    return made, (Claim(source.root), Claim(lowered.root))


@pytest.mark.parametrize("schema", PUZZLES)
def test_puzzles_are_solved(schema: dict[str, Any]) -> None:
    made, (asked, node) = finder(schema)
    for formula in (asked, All((asked, node))):
        value = next(made.values(formula))
        jsonschema.validators.validator_for(schema)(schema).validate(value)


@pytest.mark.parametrize("schema", [schema for schema in PUZZLES if not any(key[0] == "$" for key in schema)])
def test_what_a_schema_does_not_take_is_found_too(schema: dict[str, Any]) -> None:
    made, (asked, _) = finder({"not": schema})
    assert not jsonschema.Draft202012Validator(schema).is_valid(next(made.values(asked)))


def test_where_there_is_nothing_the_search_ends() -> None:
    for schema in (
        {"type": "string", "pattern": "^a", "not": {"pattern": "a"}},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 3, "uniqueItems": True},
        {
            "not": {"not": {"not": {"$ref": "#/$defs/any"}}},
            "$defs": {"any": {"type": ["object", "array"]}},
            "type": "array",
        },
    ):
        try:
            made, (asked, _) = finder(schema)
        except ConstraintRefused:
            continue  # found out sooner
        assert list(made.values(asked)) == []


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_texts_of_formats(name: str) -> None:
    trees = [read_pattern(pattern) for pattern in FORMATS[name].patterns]
    found = list(islice(texts_of(trees, [], 0, None, lambda: None), 3))
    assert len(set(found)) == 3
    assert all(is_whole(tree, text) for tree in trees for text in found)


def test_texts_are_short_told_apart_and_of_liked_letters() -> None:
    wanted = [*whole_of("a").patterns, *whole_of("b").patterns]
    found = list(islice(texts_of(wanted, whole_of("^.{1,3}$").patterns, 0, 6, lambda: None), 8))
    assert len(set(found)) == 8
    assert all(len(text) in (4, 5, 6) and text.isalnum() for text in found)


SCHEMAS = st.fixed_dictionaries(
    {"type": st.sampled_from(["object", "array", "string", "integer", "number"])},
    optional={
        "minProperties": st.integers(0, 3),
        "minItems": st.integers(0, 3),
        "uniqueItems": st.booleans(),
        "required": st.lists(st.sampled_from("ab"), unique=True),
        "properties": st.sampled_from([{"a": {"type": "integer"}}, {"a": {"pattern": "x$"}}, {"b": False}]),
        "contains": st.sampled_from([{"multipleOf": 3}, {"type": "string"}, {}]),
        "anyOf": st.sampled_from([[{"minLength": 2}, {"maxItems": 1}], [{"minimum": 3}, {"required": ["c"]}]]),
        "not": st.sampled_from([{"multipleOf": 2}, {"required": ["a"]}, {"pattern": "^$"}, {"items": {"minimum": 1}}]),
    },
)


@given(schema=SCHEMAS)
def test_what_is_found_is_valid(schema: dict[str, Any]) -> None:
    try:
        made, (asked, _) = finder(schema)
    except ConstraintRefused:
        return
    for value in islice(made.values(asked), 3):
        jsonschema.Draft202012Validator(schema).validate(value)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 0, "not": {"enum": list(range(30))}},
        {"type": "array", "items": {"type": "integer"}, "uniqueItems": True, "minItems": 20},
        {"type": "array", "items": {"enum": [f"v{count}" for count in range(40)]}, "uniqueItems": True, "minItems": 20},
    ],
)
def test_what_may_not_be_does_not_count_as_a_try(schema: dict[str, Any]) -> None:
    made, (asked, _) = finder(schema)
    assert jsonschema.Draft202012Validator(schema).is_valid(next(made.values(asked)))


def test_a_long_list_of_values_is_not_tried_to_its_end() -> None:
    items = {"enum": list(range(20_000))}
    schema = {"items": items, "uniqueItems": True, "contains": {"multipleOf": 9973}, "minContains": 2}
    made, (asked, _) = finder({"type": "array", **schema})
    assert num_calls(lambda: list(islice(made.values(asked), 1))) < 4_000_000  # all judged one by one: nine millions


def test_many_items_that_are_owed_take_no_room() -> None:
    made, (asked, _) = finder({"type": "array", "contains": {"const": 1}, "minContains": 10**6})
    tracemalloc.start()
    try:
        assert list(made.values(asked)) == []
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_objects_of_many_members_are_found_soon() -> None:
    names = [f"name{count}" for count in range(2000)]
    schema = {"properties": {name: {"type": "integer"} for name in names}, "required": names[::20], "minProperties": 1}
    made, formulas = finder({"type": "object", **schema})
    found: list[Any] = []
    work = num_calls(lambda: found.extend(next(made.values(formula)) for formula in formulas))
    assert all(isinstance(value, dict) for value in found)
    assert work < 2_000_000  # a look at each pair of members would be several millions


def test_keywords_of_other_drafts_ask_nothing() -> None:
    schema = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "string", "const": "a", "pattern": "b"}
    made, (asked, _) = finder(schema)
    assert next(made.values(asked)) == "b"
