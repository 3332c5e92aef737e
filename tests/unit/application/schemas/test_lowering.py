"""A schema's normal form lets in what the schema lets in; what it cannot say is told as residue."""

from typing import Any

import jsonschema_rs
import pytest

from flowgen.application.schemas.lowering import lower
from flowgen.application.schemas.ordering import ordered
from flowgen.application.schemas.walking import allows, member, root
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.schemas import Union

KIND = {"properties": {"kind": {"enum": ["a", "b"]}, "n": {}}, "required": ["kind"], "type": "object"}
EXACT: list[tuple[Any, list[Any]]] = [
    ({"type": ["integer", "null"], "minimum": 2}, [1, 2, 2.0, 2.5, None, "2"]),
    (
        {"allOf": [{"properties": {"a": {"minLength": 2}}}, {"properties": {"a": {"maxLength": 3}}}]},
        [{"a": "abc"}, {"a": "a"}, 5],
    ),
    ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{"a": 1}, {"b": 1}, {"a": 1, "b": 1}, {}, []]),
    ({"not": {"required": ["a"]}}, [{"a": 1}, {"b": 1}, 3]),
    (
        {**KIND, "if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": ["n"]}},
        [{"kind": "a"}, {"kind": "b"}, {"kind": "a", "n": 1}],
    ),
    (
        {
            **KIND,
            "allOf": [
                {"if": {"properties": {"kind": {"const": value}}}, "then": {"properties": {"n": {"const": value}}}}
                for value in "abc"
            ],
        },
        [{"kind": "a", "n": "a"}, {"kind": "a", "n": "b"}, {"kind": "b"}],
    ),
    ({"dependentRequired": {"a": ["b"]}}, [{"a": 1}, {"a": 1, "b": 2}, {"b": 1}, "x"]),
    (
        {"propertyNames": {"pattern": "^x"}, "additionalProperties": {"type": "null"}},
        [{"x1": None}, {"y": None}, {"x": 1}],
    ),
    ({"propertyNames": {"enum": ["p", "q"]}, "minProperties": 0}, [{"p": 1}, {"r": 1}, {}]),
    (
        {"patternProperties": {"^a": {"type": "integer"}, "z$": {"minimum": 3}}, "additionalProperties": False},
        [{"a": 1}, {"az": 1}, {"az": 4}, {"z": 2}, {"q": 1}],
    ),
    (
        {"allOf": [{"properties": {"a": {}}}], "properties": {"b": {}}, "unevaluatedProperties": False},
        [{"a": 1, "b": 2}, {"c": 1}],
    ),
    (
        {"prefixItems": [{"type": "integer"}], "items": {"type": "string"}, "minItems": 1},
        [[1], [1, "a"], ["a"], [], [1, 2]],
    ),
    ({"enum": [1, "a", None, [1], {"x": 1}], "not": {"const": "a"}}, [1, 1.0, "a", None, [1], {"x": 1}, {"x": 2}]),
    (
        {
            "$ref": "#/$defs/t",
            "$defs": {"t": {"properties": {"t": {"$ref": "#/$defs/t"}}, "additionalProperties": False}},
        },
        [{"t": {"t": {}}}, {"t": {"u": 1}}],
    ),
    ({"$ref": "#name", "$defs": {"x": {"$anchor": "name", "type": "null"}}}, [None, 1]),
    ({"type": "string", "format": "date"}, ["2024-02-29", "2023-02-29", "x"]),
    ({"type": "number", "not": {"minimum": 3}}, [2, 3]),
]


@pytest.mark.parametrize(("schema", "values"), EXACT, ids=lambda value: str(value)[:50])
def test_what_a_grammar_can_say_is_exact(schema: Any, values: list[Any]) -> None:
    lowered = lower(schema)
    judge = jsonschema_rs.validator_for(schema, validate_formats=True)
    assert [
        value for value in values if allows(lowered.root, value, lowered.definitions) != judge.is_valid(value)
    ] == []
    assert all(note.kind != "checked" for note in lowered.notes)


@pytest.mark.parametrize(
    ("schema", "residue"),
    [
        ({"type": "array", "uniqueItems": True}, ("grown", "uniqueItems", "")),
        ({"type": "array", "contains": {"const": 1}}, ("owed", "contains", "")),
        ({"type": "object", "minProperties": 2}, ("owed", "minProperties", "")),
        ({"type": "object", "maxProperties": 2}, ("grown", "maxProperties", "")),
        (
            {"oneOf": [{"type": "string", "format": "regex"}, {"type": "string", "maxLength": 3}]},
            ("whole", "oneOf", ""),
        ),
        ({"type": "array", "not": {"contains": {"const": 1}}}, ("whole", "not", "")),
        ({"type": "string", "pattern": "a(?!b)"}, ("whole", "pattern", "")),
    ],
)
def test_the_rest_is_residue(schema: Any, residue: tuple[str, str, str]) -> None:
    found = root(lower(schema)).all_residues()
    assert residue in [(one.kind, one.keyword, one.schema) for one in found]


def test_a_residue_of_one_branch_is_lifted_to_the_union() -> None:
    lists = {"type": "object", "properties": {"x": {"type": "array", "uniqueItems": True}}, "required": ["x"]}
    free = {"type": "object", "properties": {"y": {}}, "required": ["y"]}
    lowered = lower({"anyOf": [lists, free]})
    assert isinstance(lowered.root, Union)
    assert [(one.kind, one.schema) for one in lowered.root.residues] == [("whole", "")]
    assert member(root(lowered), "x", lowered.definitions).all_residues() == ()


def test_a_residue_of_the_only_branch_of_its_kind_stays() -> None:
    lowered = lower({"anyOf": [{"type": "array", "uniqueItems": True}, {"type": "null"}]})
    assert [one.kind for one in root(lowered).of_kind("array").all_residues()] == ["grown"]
    assert root(lowered).of_kind("null").all_residues() == ()


@pytest.mark.parametrize(
    ("schema", "keyword", "pointer"),
    [
        ({"$ref": "http://example.com/x"}, "$ref", "/$ref"),
        ({"properties": {"a": {"$ref": "#/nowhere"}}}, "$ref", "/properties/a/$ref"),
        ({"$schema": "http://example.com/own"}, "$schema", "/$schema"),
        ({"type": "object", "required": ["a"], "properties": {"a": {"enum": []}}}, "enum", "/properties/a/enum"),
        ({"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}}, "properties", "/properties"),
        ({"type": "object", "required": ["a"], "properties": {"a": False}}, "properties", "/properties/a"),
        ({"allOf": [True, False]}, "allOf", "/allOf/1"),
        ({"$defs": {"no": False}, "$ref": "#/$defs/no"}, "$ref", "/$ref"),
        (False, None, ""),
        ({"$id": "http://[x", "type": "string"}, "$id", "/$id"),
        ({"$id": "//[x/", "$ref": "#"}, "$id", "/$id"),
        ({"items": {"$ref": "http://[x"}}, "$ref", "/items/$ref"),
        ({"$id": "http://example.com/", "$ref": "//[x"}, "$ref", "/$ref"),
    ],
)
def test_refusals_name_the_place(schema: Any, keyword: str, pointer: str) -> None:
    with pytest.raises(ConstraintRefused) as caught:
        lower(schema)
    assert (caught.value.keyword, caught.value.pointer) == (keyword, pointer)


def test_drafts_differ() -> None:
    schema = {"$ref": "#/definitions/a", "maximum": 3, "definitions": {"a": {"type": "integer"}}}
    old, new = lower(schema, "7"), lower(schema)
    assert allows(old.root, 5, old.definitions)
    assert not allows(new.root, 5, new.definitions)
    assert lower({"const": 1}, "4").warnings


def test_what_judges_a_branch_does_not_judge_values_of_kinds_that_only_stand_beside_it() -> None:
    judged = {"maximum": -1, "oneOf": [{"exclusiveMinimum": -1}, {"minimum": 1.5, "multipleOf": 1.5}]}
    lowered = lower({"if": {"annotated": {}}, "then": {"type": "number"}, "else": judged})
    assert {residue.keyword for residue in root(lowered).of_kind("number").all_residues()} == {"if"}
    assert {residue.keyword for residue in root(lowered).of_kind("string").all_residues()} == {"if", "oneOf"}


def test_a_value_is_put_into_the_grammars_order() -> None:
    schema: dict[str, Any] = {"properties": {"b": {"properties": {"y": {}, "x": {}}}, "a": {}}}
    value = ordered({"a": 1.0, "z": 2, "b": {"x": 1, "y": 2}}, lower(schema))
    assert list(value) == ["b", "a", "z"]
    assert list(value["b"]) == ["y", "x"]
    assert isinstance(value["a"], int)


def test_in_draft_4_a_number_with_a_point_is_no_integer() -> None:
    fixed = {"anyOf": [{"type": "integer"}, {"enum": [1.0, 2.5]}]}
    no_point: list[Any] = [{"enum": [1]}, {"type": "number", "multipleOf": 1}, fixed]
    whole = {"items": [{"type": "integer"}, {"type": "number"}, {}, {"not": {"type": "integer"}}, *no_point]}
    value = [1.0] * 7
    assert [type(item) for item in ordered(value, lower(whole, "4"))] == [*[float] * 4, *[int] * 3]
    assert [type(item) for item in ordered(value, lower(whole, "7"))] == [int] * 7


def test_choices_that_multiply_are_bounded() -> None:
    ways = [{"anyOf": [{"required": [f"a{index}"]}, {"required": [f"b{index}"]}]} for index in range(30)]
    notes = lower({"type": "object", "allOf": ways}).notes
    assert any(note.kind == "checked" for note in notes)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number", "minimum": -(10**400), "maximum": 10**400},
        {"multipleOf": 10**400},
        {"const": 10**400, "multipleOf": 0.5},
        {"minimum": float("inf"), "multipleOf": 0.1},
        {"maxItems": float("inf"), "maxLength": 10**30, "maxProperties": 1e30},
    ],
)
def test_numbers_beyond_floats_are_numbers(schema: dict[str, Any]) -> None:
    lower(schema)


@pytest.mark.parametrize("keyword", ["minItems", "minLength", "minProperties"])
@pytest.mark.parametrize("value", [10**30, 1e30, float("inf")])
def test_what_no_answer_holds_is_refused_by_its_keyword(keyword: str, value: float) -> None:
    with pytest.raises(ConstraintRefused) as caught:
        lower({keyword: value})
    assert (caught.value.keyword, caught.value.pointer) == (keyword, f"/{keyword}")
