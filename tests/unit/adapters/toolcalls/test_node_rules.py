"""Which values the rules for literals take, what is judged while they are written, and which schemas are refused."""

import json
from random import Random
from typing import Any

import jsonschema
import pytest

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.toolcalls.formats.lfm2 import FORMAT as LFM2
from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.bootstrap.answer_readers import AnswerReaders
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.messages import Tool, ToolCall, ToolChoice
from flowgen.domain.ports import CompiledConstraint
from flowgen.domain.toolcalls import AnswerStart
from flowgen.testing.byte_vocabulary import byte_vocabulary, is_whole, random_text
from flowgen.testing.folding import fold

VOCABULARY = byte_vocabulary()
CONSTRAINER = LlguidanceConstrainer(read_answer=AnswerReaders())
NODE = {"type": "object", "properties": {"v": {"type": "integer"}, "n": {"$ref": "#/$defs/node"}}, "required": ["v"]}


def compiled(parameters: dict[str, Any]) -> CompiledConstraint:
    tools = (Tool(name="f", parameters=parameters),)
    bound = bind_answer(AnswerShape(tools=tools, format=LFM2, choice=ToolChoice(mode="required")))
    assert bound.constraint is not None
    return CONSTRAINER.compile(bound.constraint, VOCABULARY)


def with_a(schema: Any, **others: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": schema}, "required": ["a"], **others}


def takes(parameters: dict[str, Any], **arguments: Any) -> bool:
    return is_whole(compiled(parameters), LFM2.write([ToolCall(name="f", arguments=arguments)]), VOCABULARY)


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer"}, [0, -12, 10**300], [1.5, "1", True, None]),
        ({"type": "number"}, [0, -1.5, 1e-320, 9.9e307, 5e-324], ["1", True]),
        ({"type": "integer", "minimum": 3, "exclusiveMaximum": 7}, [3, 6], [2, 7]),
        ({"type": "number", "multipleOf": 0.5}, [1.5, 2], [0.3]),
        ({"type": "string"}, ["", 'a"\\\n\té😀\u2028\x7f<|x|>'], [1, None]),
        ({"type": "string", "minLength": 2, "maxLength": 3}, ["ab", "é😀\n"], ["a", "abcd"]),
        ({"type": "string", "pattern": "^a+$"}, ["aa"], ["ab"]),
        ({"type": "string", "format": "ipv4"}, ["127.0.0.1"], ["x"]),
        ({"type": "boolean"}, [True, False], ["True", 1]),
        ({"type": "null"}, [None], ["None"]),
        ({"enum": ["x", 1, None, [1], {"k": True}]}, ["x", 1, None, [1], {"k": True}], ["y", 2]),
        ({"type": "string", "enum": ["x", 1]}, ["x"], [1]),
        ({"const": {"k": [1]}}, [{"k": [1]}], [{}]),
        ({"type": ["string", "null"], "maxLength": 1}, ["a", None], ["ab", 1]),
        (
            {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]},
            [1, [1, 2], []],
            ["1", ["1"]],
        ),
        ({"type": "string", "anyOf": [{"maxLength": 1}, {"pattern": "^xx$"}]}, ["a", "xx"], ["yy", 1]),
        ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, [1, "a"], [None]),
        (
            {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 2},
            [[True], [True, False]],
            [[], [1]],
        ),
        ({"type": "array", "minItems": 2}, [[1, "a"]], [[1]]),
        ({"type": "array", "maxItems": 1}, [[], [1]], [[1, 2]]),
        ({"type": "array", "minItems": 1, "maxItems": 1}, [[1]], [[], [1, 2]]),
        ({"type": "array", "minItems": 3, "maxItems": 3}, [[1, 2, 3]], [[1, 2], [1, 2, 3, 4]]),
        ({"type": "object", "maxProperties": 1}, [{}, {"x": 1}], [{"x": 1, "y": 1}]),
        ({"type": "object", "minProperties": 1, "maxProperties": 1}, [{"x": 1}], [{}, {"x": 1, "y": 1}]),
        ({"type": "string", "maxLength": 0}, [""], ["a"]),
        ({"type": "array", "maxItems": 0}, [[]], [[1]]),
        ({"type": "object"}, [{}, {"x y": [1, {"z": None}]}], [[], "x"]),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, [{}, {"x": 1, "y": 2}], [{"x": "1"}]),
        ({"type": "object", "additionalProperties": False}, [{}], [{"x": 1}]),
        ({"type": "object", "minProperties": 1, "maxProperties": 2}, [{"x": 1}], [{}, {"x": 1, "y": 2, "z": 3}]),
        (
            {"type": "object", "patternProperties": {"^x": {"type": "integer"}}},
            [{}, {"x1": 1}, {"y": "1"}],
            [{"x1": "1"}],
        ),
        (
            {"properties": {"k": {"type": "integer"}, "l": {}}},
            [{}, {"k": 1}, {"l": 1}, {"k": 1, "l": "x"}],
            [{"k": "1"}],
        ),
        (
            {"type": "object", "required": ["k"], "additionalProperties": {"type": "null"}},
            [{"k": None}],
            [{}, {"k": 1}],
        ),
        ({"$ref": "#/$defs/node"}, [{"v": 1}, {"v": 1, "n": {"v": 2}}], [{}, {"v": 1, "n": {}}]),
        ({"$ref": "#/$defs/node", "description": "x", "default": 1}, [{"v": 1}], [{}]),
        ({"allOf": [{"$ref": "#/$defs/node"}, {"required": ["n"]}]}, [{"v": 1, "n": {"v": 1}}], [{"v": 1}]),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {}]}, [[], [1], [1, "a", None]], [["a"]]),
        ({"type": "array", "prefixItems": [{}], "minItems": 1, "items": False}, [[1]], [[], [1, 2]]),
        ({"type": "array", "contains": {"const": 3}}, [[3], [1, 3]], [[], [1]]),
        ({"type": "array", "items": {"type": "integer"}, "uniqueItems": True}, [[], [1, 2]], [[1, 1]]),
        ({"type": "object", "minProperties": 2}, [{"x": 1, "y": 2}], [{"x": 1}]),
        ({"properties": {"b": {}, "c": {}}, "minProperties": 1, "additionalProperties": False}, [{"c": 1}], [{}]),
        ({"properties": {"b": {"const": 1}}, "minProperties": 2}, [{"b": 1, "x": 2}], [{"b": 1}, {"b": 2, "x": 1}]),
        ({"type": "object", "propertyNames": {"maxLength": 3}}, [{"abc": 1}], [{"abcd": 1}]),
        (
            {"properties": {"b": {}}, "patternProperties": {"b": {"type": "null"}}},
            [{"b": None, "bb": None}],
            [{"b": 1}],
        ),
        ({"properties": {"b": {}, "c": {}}, "dependentRequired": {"b": ["c"]}}, [{}, {"b": 1, "c": 1}], [{"b": 1}]),
        ({"oneOf": [{"type": "integer"}, {"minimum": 3}]}, [1, 3.5, "x"], [3]),
        ({"not": {"enum": ["a", 1]}}, ["b", 2], ["a", 1]),
        ({"type": "string", "allOf": [{"pattern": "^a"}, {"pattern": "z$"}]}, ["az", "a'z"], ["a", "z"]),
        ({"enum": ["a", "bb"], "minLength": 2}, ["bb"], ["a"]),
        ({"allOf": [{"minLength": 1, "type": "string"}, {"minLength": 2}]}, ["ab"], ["a"]),
        (
            {"anyOf": [with_a({"type": "string"}), {"properties": {"b": {}}, "additionalProperties": False}]},
            [{"a": "x", "b": 1}, {}, {"b": 1}, {"a": "x"}],
            [{"a": 1}],
        ),
        ({}, [None, 1, "a", [], {"k": [True]}], []),
        (True, [None, 1], []),
    ],
    ids=lambda value: str(value)[:60],
)
def test_values(schema: Any, good: list[Any], bad: list[Any]) -> None:
    parameters = with_a(schema, **{"$defs": {"node": NODE}})
    assert [value for value in good if not takes(parameters, a=value)] == []
    assert [value for value in bad if takes(parameters, a=value)] == []
    for value in good:
        jsonschema.validate({"a": value}, parameters)


@pytest.mark.parametrize(
    ("schema", "most"),
    [
        ({}, 100),
        ({"type": "object"}, 100),
        ({"type": "object", "properties": {"k": {}}, "additionalProperties": {"type": "boolean"}}, 100),
        ({"type": "object", "properties": {"k": {}}}, 16),
    ],
    ids=str,
)
def test_members_that_no_schema_lists_come_to_an_end(schema: dict[str, Any], most: int) -> None:
    few, many = (dict.fromkeys((f"x{index}" for index in range(num)), True) for num in (most, most + 1))
    assert takes(with_a(schema), a=few)
    assert not takes(with_a(schema), a=many)


def test_members_that_an_object_must_have_find_place() -> None:
    parameters = with_a({"type": "object", "properties": {"k": {}}, "minProperties": 150})
    assert takes(parameters, a={f"x{index}": True for index in range(150)})


def test_members_that_may_be_left_out_leave_no_comma() -> None:
    parameters = {"properties": {name: {"type": "integer"} for name in "abcd"}, "required": ["c"]}
    for names in ("c", "ac", "bc", "abc", "cd", "abcd", "bcd"):
        assert takes(parameters, **dict.fromkeys(names, 1)), names
    for names in ("", "ab", "ca", "cb"):
        assert not takes(parameters, **dict.fromkeys(names, 1)), names


def test_no_parameters_are_no_arguments() -> None:
    for parameters in ({}, {"type": "object"}, {"type": "object", "properties": {}}):
        assert takes(parameters)
        assert not takes(parameters, a=1)


def test_arguments_may_be_a_union() -> None:
    either = {"type": "object", "anyOf": [with_a({"type": "integer"}), {"properties": {"b": {}}, "required": ["b"]}]}
    assert takes(either, a=1)
    assert takes(either, b="x")
    assert not takes(either)


def test_branches_of_oneof_exclude_each_other_by_what_is_written() -> None:
    shapes = [
        {"type": "object", "properties": {"radius": {"type": "number"}}, "required": ["radius"]},
        {"type": "object", "properties": {"side": {"type": "number"}}, "required": ["side"]},
    ]
    assert takes(with_a({"oneOf": shapes}), a={"side": 1})
    assert not takes(with_a({"oneOf": shapes}), a={"side": 1, "radius": 1})
    kinds = [{"type": "object", "properties": {"k": {"const": name}}, "required": ["k"]} for name in "xy"]
    assert takes(with_a({"oneOf": kinds}), a={"k": "y"})


@pytest.mark.parametrize(
    ("schema", "keyword", "pointer"),
    [
        ({"not": {}}, "not", "/properties/a/not"),
        ({"type": "strng"}, "type", "/properties/a/type"),
        ({"type": []}, "type", "/properties/a/type"),
        ("text", "a", "/properties/a"),
        ({"$ref": "#/$defs/none"}, "$ref", "/properties/a/$ref"),
        ({"$ref": "https://example.com"}, "$ref", "/properties/a/$ref"),
        ({"type": "array", "items": {"type": "array", "minItems": -1}}, "minItems", "/properties/a/items/minItems"),
        ({"anyOf": []}, "anyOf", "/properties/a/anyOf"),
        ({"type": "integer", "enum": ["a"]}, "enum", "/properties/a/enum"),
        ({"type": "string", "minLength": 3, "maxLength": 2}, "maxLength", "/properties/a/maxLength"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_cannot_be_kept_is_refused(schema: Any, keyword: str, pointer: str) -> None:
    with pytest.raises(ConstraintRefused) as caught:
        compiled(with_a(schema))
    assert caught.value.field == "tools[0].function.parameters"
    assert (caught.value.keyword, caught.value.pointer) == (keyword, pointer)


def test_every_way_through_a_deep_schema_is_valid() -> None:
    item = {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "string", "maxLength": 3}, {"type": ["boolean", "null"]}]}
    parameters = with_a({"type": "array", "items": item, "maxItems": 3}, **{"$defs": {"node": NODE}})
    parameters["properties"]["b"] = {"type": "object", "additionalProperties": {"enum": [1, "two", None]}}
    walkable, random = compiled(parameters), Random(2)
    texts = [random_text(walkable, VOCABULARY, random) for _ in range(25)]
    for text in filter(None, texts):
        parser = LFM2.parser(AnswerStart(tools=(Tool(name="f"),)))
        parsed = fold([*parser.feed(text), *parser.finish("stop")])
        assert len(parsed.calls) >= 1
        for call in parsed.calls:
            jsonschema.validate(json.loads(json.dumps(call.arguments)), parameters)


def in_loop(node: dict[str, Any]) -> dict[str, Any]:
    return with_a({"$ref": "#/$defs/n"}, **{"$defs": {"n": node}})


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        (with_a({"$ref": "#"}), "/required"),
        (in_loop(with_a({"$ref": "#/$defs/n"})), "/$defs/n/required"),
        (in_loop({"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/n"}}), "/$defs/n/items"),
    ],
)
def test_a_value_that_never_ends_is_refused(schema: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ConstraintRefused, match="nothing matches") as caught:
        compiled(schema)
    assert caught.value.pointer == pointer


def test_a_value_that_may_hold_itself_ends() -> None:
    node = with_a({"anyOf": [{"$ref": "#/$defs/n"}, {"type": "null"}]})
    assert takes(in_loop(node), a={"a": {"a": None}})
