"""What only another draft knows says nothing: not alone, not beside what this draft knows, and not turned round."""

import json
from typing import Any

import pytest

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.application.rehearsal import Speller, rehearse
from flowgen.application.schemas.lowering import lower
from flowgen.application.schemas.ordering import ordered
from flowgen.domain.constraints import JsonSchema
from flowgen.testing.byte_vocabulary import byte_vocabulary

SPELLER = Speller(byte_vocabulary())
CONSTRAINER = LlguidanceConstrainer()
CONDITION = {"if": {"required": ["a"]}, "then": False}


def is_taken(schema: Any, draft: str, document: Any) -> bool:
    compiled = CONSTRAINER.compile(JsonSchema(schema=schema, draft=draft), SPELLER.vocabulary)
    return rehearse(compiled, SPELLER, json.dumps(document, separators=(",", ":")).encode()).is_written


@pytest.mark.parametrize(
    ("draft", "schema", "document"),
    [
        ("4", {"type": "string", "const": "a"}, "b"),
        ("4", {"type": "object", "propertyNames": {"maxLength": 1}}, {"long": 1}),
        ("4", {"type": "array", "minItems": 1, "contains": {"type": "null"}}, [1]),
        ("6", {"type": "object", **CONDITION}, {"a": 1}),
        ("7", {"type": "object", "dependentRequired": {"a": ["b"]}}, {"a": 1}),
        ("7", {"type": "object", "properties": {}, "unevaluatedProperties": False}, {"a": 1}),
        ("2019-09", {"type": "array", "prefixItems": [{"type": "null"}]}, [1]),
        ("2020-12", {"type": "array", "prefixItems": [{}], "additionalItems": False}, [1, 2]),
    ],
)
def test_a_keyword_of_another_draft_says_nothing(draft: str, schema: Any, document: Any) -> None:
    assert is_taken(schema, draft, document)
    assert is_taken({"not": {"not": schema}}, draft, document)
    assert not is_taken({"not": schema}, draft, document)


@pytest.mark.parametrize(
    ("beside", "silent", "speaking"), [({"type": "string"}, "4", "6"), ({"$ref": "#/definitions/text"}, "7", "2019-09")]
)
def test_branches_are_not_told_apart_by_what_says_nothing(beside: Any, silent: str, speaking: str) -> None:
    members = [{**beside, "const": name} for name in "xy"]
    branches = [
        {"type": "object", "required": names, "properties": {"a": member}}
        for names, member in zip((["a"], ["a", "b"]), members, strict=True)
    ]
    schema = {"oneOf": branches, "definitions": {"text": {"type": "string"}}}
    assert not is_taken(schema, silent, {"a": "x", "b": 1})
    assert is_taken(schema, speaking, {"a": "x", "b": 1})


def test_less_than_nothing_is_written_as_nothing() -> None:
    """A float below the grammar's bounds, and no less than 0: in draft 4 it keeps its point."""
    schema = {"type": "number", "maximum": 0.001}
    assert ordered(-0.0, lower(schema, "4")) == 0.0
    assert is_taken(schema, "4", ordered(-0.0, lower(schema, "4")))
