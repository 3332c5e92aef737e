"""Answers that would run on come to an end within their tokens, and match; short ones and hopeless ones are let be."""

import json
from collections.abc import Sequence
from typing import Any

import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.llama.chooser import HASTENED, LED, TokenChooser
from flowgen.adapters.llama.sampler import TokenSampler
from flowgen.adapters.llama.scores import ScoreRules
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.generation import Sampling
from flowgen.domain.ports import HasteningMatcher
from flowgen.testing.byte_vocabulary import byte_vocabulary
from support.machine import no_sampler

VOCABULARY = byte_vocabulary()
END = VOCABULARY.end_tokens[0]
UNLIKELY = [place for place, text in enumerate(VOCABULARY.tokens) if len(text) != 1 or text[0] > 126]
CONSTRAINER = LlguidanceConstrainer()

TREE = {
    "$ref": "#/$defs/tree",
    "$defs": {
        "tree": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "left": {"$ref": "#/$defs/tree"}, "size": {"type": "number"}},
            "required": ["name", "size"],
        }
    },
}
MEMBERS: dict[str, Any] = {
    "type": "object",
    "required": ["kind", "names"],
    "properties": {"kind": {"enum": ["cat", "dog"]}},
}
SCHEMAS: list[Any] = [
    {"type": "string"},
    {"type": "number"},
    {"type": "object"},
    {"type": "array"},
    True,
    TREE,
    {"type": "array", "items": {"type": "integer"}, "minItems": 3},
    {"type": "array", "items": {"type": "integer"}, "uniqueItems": True},
    {"type": "string", "pattern": "^[a-z ]+\\.(js|css)$"},
    {**MEMBERS, "properties": {**MEMBERS["properties"], "names": {"type": "array", "items": {"type": "string"}}}},
    {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 3},
    {"type": "object", "patternProperties": {"^[a-f]$": {}}, "additionalProperties": False, "minProperties": 4},
    {"anyOf": [{"type": "object", "required": ["long_name", "b"]}, {"type": "object", "required": ["c"]}]},
]


def chatter(random: np.random.Generator) -> NDArray[np.float32]:
    """Scores of a model that likes letters and digits and hardly ever closes anything."""
    scores = random.normal(0, 3, len(VOCABULARY.tokens)).astype(np.float32)
    scores[[ord(char) for char in '"]}']] -= 30
    scores[list(b"abcdefghij0123456789")] += 10
    scores[END] = -60
    scores[UNLIKELY] -= 20
    return scores


def drawn(schema: Any, max_tokens: int, seed: int) -> tuple[str, bool, TokenChooser]:
    """What the greedy draws of such a model come to, and whether that is an end."""
    random = np.random.default_rng(seed)
    matcher = CONSTRAINER.compile(JsonSchema(schema=schema), VOCABULARY).matcher()
    greedy = Sampling(temperature=0.0)
    chooser = TokenChooser(
        ScoreRules(greedy),
        lambda: TokenSampler(greedy, 0, len(VOCABULARY.tokens), no_sampler),
        VOCABULARY,
        matcher,
        max_tokens=max_tokens,
    )
    tokens: list[int] = []
    for _ in range(4 * max_tokens):
        if len(tokens) == max_tokens:
            break
        token = chooser.choose(chatter(random), [1], tokens)
        is_end = chooser.is_end(token)
        verdict = chooser.accept(token)
        if verdict.num_back:
            del tokens[-verdict.num_back :]
        if verdict.is_accepted and not is_end:
            tokens.append(token)
        if verdict.is_accepted and (is_end or chooser.is_finished()):
            return text_of(tokens), True, chooser
    return text_of(tokens), False, chooser


def text_of(tokens: Sequence[int]) -> str:
    return b"".join(VOCABULARY.tokens[token] for token in tokens).decode("utf-8", "replace")


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: json.dumps(schema)[:60])
def test_an_answer_that_runs_on_is_brought_to_its_end(schema: Any) -> None:
    for seed, max_tokens in enumerate((100, 150, 250)):
        text, is_ended, _ = drawn(schema, max_tokens, seed)
        assert is_ended, text
        jsonschema.validate(json.loads(text), schema)


def test_a_warning_says_so_and_few_tokens_are_left_over() -> None:
    text, is_ended, chooser = drawn({"type": "string"}, 200, 1)
    assert is_ended
    assert 150 < len(text) < 200
    assert list(chooser.warnings) == [HASTENED]


def test_who_asks_for_few_tokens_gets_the_beginning() -> None:
    text, is_ended, chooser = drawn({"type": "string"}, 63, 1)
    assert len(text) >= 63
    assert (is_ended, list(chooser.warnings)) == (False, [])


def test_what_cannot_end_is_written_as_it_would_be() -> None:
    schema = {"type": "array", "items": {"type": "string"}, "minItems": 500}
    text, is_ended, chooser = drawn(schema, 100, 1)
    assert not is_ended
    assert list(chooser.warnings) == []
    assert len(text) >= 100


def test_what_ends_by_itself_is_not_touched() -> None:
    matcher = CONSTRAINER.compile(JsonSchema(schema={"enum": ["x" * 50]}), VOCABULARY).matcher()
    assert isinstance(matcher, HasteningMatcher)
    mask = bytearray(-(-len(VOCABULARY.tokens) // 32) * 4)
    for place, token in enumerate(json.dumps("x" * 50).encode()):
        matcher.fill_mask(memoryview(mask))
        before = bytes(mask)
        assert not matcher.hasten(memoryview(mask), 100 - place)
        assert bytes(mask) == before
        assert matcher.accept(token)


PUZZLE = {
    "type": "number",
    "minimum": 1,
    "allOf": [
        {"oneOf": [{"multipleOf": 5}, {"multipleOf": 10}]},
        {"oneOf": [{"not": {"multipleOf": 5}}, {"multipleOf": 77}]},
    ],
}


def test_who_finds_no_value_for_long_is_led_to_one_and_told() -> None:
    text, is_ended, chooser = drawn(PUZZLE, 400, 1)
    assert is_ended
    jsonschema.validate(json.loads(text), PUZZLE)
    assert LED in chooser.warnings


def test_the_same_seed_is_led_to_the_same_answer() -> None:
    schema = {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "not": {"propertyNames": {"pattern": "^[^z]*$"}},
    }
    first, *others = [drawn(schema, 200, 3) for _ in range(3)]
    assert first[1]
    jsonschema.validate(json.loads(first[0]), schema)
    assert {text for text, _, _ in others} == {first[0]}
