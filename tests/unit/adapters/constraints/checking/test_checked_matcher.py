"""Answers under checks: whatever is drawn, none that ends is invalid; what is valid is taken, token by token."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.constraints.checking.checked_grammar import CheckedGrammar
from flowgen.adapters.constraints.checking.checks import document_checks
from flowgen.adapters.constraints.checking.token_index import TokenIndex
from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.ports import TokenMatcher
from flowgen.domain.schemas import Anything, Lowered, Node, Object, Property, Residue, ResidueKind
from flowgen.domain.verdicts import Verdict
from flowgen.testing.byte_vocabulary import allowed, byte_vocabulary, encode

VOCABULARY = byte_vocabulary()
END = VOCABULARY.end_tokens[0]
INDEX = TokenIndex(VOCABULARY)
CONSTRAINER = LlguidanceConstrainer()

DIGIT = {"type": "integer", "minimum": 0, "maximum": 9}
FLAGS = {"type": "object", "additionalProperties": {"type": "boolean"}}
PAIR = {
    "type": "object",
    "properties": {"a": {"type": "integer", "minimum": 0, "maximum": 99}, "s": {"type": "string", "maxLength": 5}},
    "required": ["a", "s"],
    "additionalProperties": False,
}
CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [  # what the grammar says, and what it does not
    ({"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 3}, {"uniqueItems": True}),
    ({"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 2}}, {"uniqueItems": True}),
    ({"type": "array", "items": {"type": "string", "maxLength": 2}, "maxItems": 4}, {"uniqueItems": True}),
    ({"type": "array", "items": DIGIT}, {"contains": {"const": 5}, "maxContains": 2}),
    (FLAGS, {"minProperties": 2, "maxProperties": 3}),
    (FLAGS, {"propertyNames": {"not": {"pattern": "^([a-m].?)*$"}}}),
    ({"type": "integer"}, {"not": {"multipleOf": 3}}),
    (PAIR, {"oneOf": [{"properties": {"a": {"multipleOf": 3}}}, {"properties": {"a": {"multipleOf": 5}}}]}),
]


def compiled(grammar: dict[str, Any], rest: dict[str, Any]) -> CheckedGrammar:
    return with_checks(grammar, Anything(residues=residues(rest)), {**grammar, **rest})


def residues(rest: dict[str, Any], schema: str = "") -> tuple[Residue, ...]:
    kinds: dict[str, ResidueKind] = {"contains": "owed", "minProperties": "owed", "oneOf": "whole", "not": "whole"}
    return tuple(
        Residue(kind=kinds.get(keyword, "grown"), keyword=keyword, pointer=f"{schema}/{keyword}", schema=schema)
        for keyword in rest
    )


def with_checks(grammar: dict[str, Any], root: Node, source: dict[str, Any]) -> CheckedGrammar:
    follow = document_checks(Lowered(root=root, definitions={}, source=source, draft="2020-12"), "response_format")
    assert follow is not None
    return CheckedGrammar(CONSTRAINER.compile(JsonSchema(schema=grammar), VOCABULARY), follow, INDEX, VOCABULARY)


MADE = [(compiled(*case), {**case[0], **case[1]}) for case in CASES]


class Drawn:
    """An answer that is drawn by chance, as the engine does it: what is taken back is taken off."""

    def __init__(self, matcher: TokenMatcher, random: Random) -> None:
        self.matcher, self.random = matcher, random
        self.tokens: list[int] = []
        self.num_discarded = 0
        self.why = ""

    def run(self, limit: int = 200, budget: int = 1500) -> "Drawn":
        while not self.why:
            if len(self.tokens) >= limit or self.num_discarded > budget:
                self.why = "length" if len(self.tokens) >= limit else "budget"
            elif self.take(self.chosen()):
                for token in self.matcher.forced():
                    if self.why or not self.take(token):
                        break
        return self

    def chosen(self) -> int:
        choices = allowed(self.matcher, VOCABULARY)
        assert choices, f"nothing may follow {self.text!r}"
        weights = [20.0 if token == END or chr(token % 256) in '",]}' else 1.0 for token in choices]
        return self.random.choices(choices, weights)[0]

    def take(self, token: int) -> Verdict:
        verdict = self.matcher.accept(token)
        if verdict.is_accepted:
            self.why = "stop" if token == END or self.matcher.is_finished() else ""
            self.tokens += [] if token == END else [token]
            return verdict
        assert verdict.failure is not None
        assert verdict.num_back <= self.matcher.num_held + verdict.num_back <= len(self.tokens)
        self.num_discarded += verdict.num_back + 1
        del self.tokens[len(self.tokens) - verdict.num_back :]
        self.why = "hopeless" if verdict.is_final else ""
        return verdict

    @property
    def text(self) -> bytes:
        return b"".join(VOCABULARY.tokens[token] for token in self.tokens)


@given(case=st.sampled_from(MADE), seed=st.integers(0, 2**32))
def test_no_answer_that_ends_is_invalid(case: tuple[CheckedGrammar, dict[str, Any]], seed: int) -> None:
    grammar, schema = case
    answer = Drawn(grammar.matcher(), Random(seed)).run()
    if answer.why == "stop":
        jsonschema.validate(json.loads(answer.text), schema)
    assert answer.why in ("stop", "length")


@pytest.mark.parametrize(("grammar", "schema"), MADE, ids=lambda value: "")
def test_nearly_every_answer_ends(grammar: CheckedGrammar, schema: dict[str, Any]) -> None:
    ended = [Drawn(grammar.matcher(), Random(seed)).run().why for seed in range(20)]
    assert ended.count("stop") >= 18, ended


@pytest.mark.parametrize(
    ("case", "valid", "invalid"),
    [
        (0, "[2,1,3]", "[1,1,2]"),
        (3, "[5,1,5]", "[5,5,5]"),
        (3, "[5]", "[1]"),
        (4, '{"a":true,"b":false}', '{"a":true,"a":false}'),
        (4, '{"a":true,"b":false,"c":true}', '{"a":true,"b":false,"c":true,"d":true}'),
        (5, '{"x":true}', '{"ab":true}'),
        (6, "7", "9"),
        (7, '{"a":9,"s":"x"}', '{"a":15,"s":"x"}'),
    ],
)
def test_a_document_is_taken_exactly_when_it_is_valid(case: int, valid: str, invalid: str) -> None:
    grammar = MADE[case][0]
    assert taken(grammar.matcher(), encode(valid, VOCABULARY))
    assert not taken(grammar.matcher(), encode(invalid, VOCABULARY))


def taken(matcher: TokenMatcher, tokens: Sequence[int]) -> bool:
    return all(matcher.accept(token) for token in tokens) and bool(
        matcher.is_finished() or (matcher.may_finish() and matcher.accept(END))
    )


def test_one_and_one_again_is_repaired() -> None:
    matcher = MADE[0][0].matcher()
    assert all(matcher.accept(token) for token in b"[1,1")
    first = matcher.accept(ord(","))
    assert (first.is_accepted, first.num_back) == (False, 1)
    assert first.failure is not None
    assert (first.failure.keyword, first.failure.pointer) == ("uniqueItems", "/uniqueItems")
    assert allowed(matcher, VOCABULARY) == [ord("2"), ord("3")]
    assert all(matcher.accept(token) for token in b"2,3]")


def test_what_is_held_begins_with_the_checked_value() -> None:
    inner, rest = CASES[1]
    numbers = {"type": "integer"}
    grammar = {"type": "object", "required": ["n", "l"], "additionalProperties": False}
    source = {**grammar, "properties": {"n": numbers, "l": {**inner, **rest}}}
    node = Anything(residues=residues(rest, "/properties/l"))
    root = Object(properties=(Property(name="l", node=node),))
    matcher = with_checks({**grammar, "properties": {"n": numbers, "l": inner}}, root, source).matcher()
    text = '{"n":12,"l":[1]}'
    held: list[int] = []
    for token in encode(text, VOCABULARY):
        verdict = matcher.accept(token)
        assert verdict.is_accepted
        assert verdict.opens == (chr(token) == "[" or (bool(held) and chr(token) == "1" and held[-1] == 1))
        held.append(matcher.num_held)
    assert held == [0] * 12 + [1, 2, 0, 0]
