"""A bracket that owes something cannot be closed: no token of the mask does, whatever else it says."""

import json
from random import Random
from typing import Any

import pytest

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.ports import CompiledConstraint, TokenMatcher
from flowgen.testing.byte_vocabulary import allowed, byte_vocabulary, encode

LONGER = (
    '"}',
    '"}}',
    '"},',
    "1]",
    "]}",
    "}}",
    "1}",
    "7]",
    "7}",
    ',"z":1}',
    '":1}',
    '""}',
    "{}",
    "[]",
    '"]',
    "1,",
    '",',
)
VOCABULARY = byte_vocabulary(longer=LONGER)
CONSTRAINER = LlguidanceConstrainer()

TWO = {"type": "object", "minProperties": 2}
SEVEN = {"type": "array", "items": {"type": "integer"}, "contains": {"multipleOf": 7}}
THEN = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}, "c": {"type": "integer"}},
    "if": {"properties": {"a": {"multipleOf": 7}}, "required": ["a"]},
    "then": {"required": ["b"]},
    "additionalProperties": False,
}
PAIRS = {"type": "object", "properties": {"in": TWO}, "required": ["in"], "additionalProperties": False}


def compiled(schema: dict[str, Any]) -> CompiledConstraint:
    return CONSTRAINER.compile(JsonSchema(schema=schema), VOCABULARY)


def at(schema: dict[str, Any], text: str) -> TokenMatcher:
    matcher = compiled(schema).matcher()
    assert all(matcher.accept(token) for token in encode(text, VOCABULARY))
    return matcher


def texts(matcher: TokenMatcher) -> set[str]:
    plain = len(VOCABULARY.tokens) - 1
    return {VOCABULARY.tokens[token].decode("latin-1") for token in allowed(matcher, VOCABULARY) if token < plain}


@pytest.mark.parametrize(
    ("schema", "text", "masked", "open"),
    [
        (TWO, "{", {"}"}, {'"'}),
        (TWO, '{"a":', {"1}", "7}", '""}'}, {"1", '"', "{}", "[]"}),
        (TWO, '{"a":1', {"}"}, {","}),
        (TWO, '{"a":"x', {'"}'}, {'"', "}", '",'}),
        (TWO, '{"a":1,"b":', set(), {"1}", "7}", '""}'}),
        (TWO, '{"a":1,"b":2', set(), {"}"}),
        (PAIRS, '{"in":{"a":"x', {'"}', '"}}', '"},'}, {'"'}),
        (PAIRS, '{"in":{"a":1,"b":"x', set(), {'"}', '"}}'}),
        (SEVEN, "[", {"]", "1]"}, {"7]", "1", "1,"}),
        (SEVEN, "[1,", {"1]"}, {"7]", "1,"}),
        (SEVEN, "[14,", set(), {"1]", "7]"}),
        (THEN, '{"a":', {"7}"}, {"1}", "7"}),
        (THEN, '{"a":7', {"}"}, {","}),
        (THEN, '{"a":7,"b":', set(), {"1}", "7}"}),
    ],
)
def test_the_mask_lacks_what_would_close_a_bracket_that_owes(
    schema: dict[str, Any], text: str, masked: set[str], open: set[str]
) -> None:
    found = texts(at(schema, text))
    assert not found & masked
    assert open <= found


def test_what_is_masked_is_what_would_be_refused() -> None:
    """Token by token, against a matcher that is asked to take each."""
    random = Random(5)
    for schema in (TWO, SEVEN, THEN, PAIRS):
        matcher, taken = compiled(schema).matcher(), list[int]()
        for _ in range(25):
            may_come = allowed(matcher, VOCABULARY)
            for token in random.sample(may_come, min(8, len(may_come))):
                trial = compiled(schema).matcher()
                assert all(trial.accept(before) for before in taken)
                assert trial.accept(token), (schema, taken, token)
            token = random.choice([one for one in may_come if one < 256 or VOCABULARY.tokens[one] in (b"1,", b'",')])
            assert matcher.accept(token)
            taken.append(token)
            if matcher.is_finished():
                break


def test_paying_takes_nothing_back() -> None:
    """However long the model puts it off: what is owed comes behind what there is."""
    matcher = compiled(SEVEN).matcher()
    answer = bytearray()
    for _ in range(600):
        tokens = allowed(matcher, VOCABULARY)
        wanted = next((token for token in (b"1"[0], b","[0], b"["[0]) if token in tokens and answer[-1:] != b"1"), None)
        token = b","[0] if answer[-1:] == b"1" and b","[0] in tokens else wanted if wanted is not None else tokens[0]
        verdict = matcher.accept(token)
        assert not verdict.num_back
        if verdict and token != VOCABULARY.end_tokens[0]:
            answer += VOCABULARY.tokens[token]
        if matcher.is_finished():
            break
    assert any(item % 7 == 0 for item in json.loads(answer))
    assert len(json.loads(answer)) > 50


def test_a_document_that_pays_late_is_taken() -> None:
    matcher = compiled(SEVEN).matcher()
    for token in encode(json.dumps([1] * 200 + [7], separators=(",", ":")), VOCABULARY):
        allowed(matcher, VOCABULARY)
        assert matcher.accept(token)
    assert matcher.may_finish()


def test_where_nothing_is_left_the_end_is_refused_and_another_way_found() -> None:
    schema = {"type": "object", "additionalProperties": {"type": "null"}, "minProperties": 2, "maxProperties": 1}
    matcher = at(schema, '{"a":null')
    assert texts(matcher) >= {"}"} or texts(matcher) >= {","}
