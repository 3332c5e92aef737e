"""Checks inside of calls and after reasoning: the parser finds the values, in any syntax, cut anywhere."""

import json
from random import Random
from typing import Any

import jsonschema
import msgspec
import pytest

from flowgen.adapters.constraints.checking.answer_follower import AnswerFollower, CheckedPart, Parts
from flowgen.adapters.constraints.checking.checked_matcher import CheckedMatcher
from flowgen.adapters.constraints.checking.judges import Judges
from flowgen.adapters.constraints.checking.token_index import TokenIndex
from flowgen.adapters.constraints.checking.value_checker import ValueChecker
from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.adapters.toolcalls.registry import FormatsByName
from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.application.answer_parser import AnswerParser
from flowgen.application.reasoning import ReasoningSplitter
from flowgen.domain.constraints import JsonSchema, Lark
from flowgen.domain.events import ContentDelta, ToolCallFinished
from flowgen.domain.messages import Tool, ToolChoice
from flowgen.domain.prompts import ReasoningTags
from flowgen.domain.schemas import Anything, Lowered, Object, Property, Residue
from flowgen.domain.toolcalls import AnswerStart
from flowgen.testing.byte_vocabulary import allowed, byte_vocabulary, encode

FORMATS = FormatsByName(builtin_formats())
NUMBERS = {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 5}, "minItems": 3, "maxItems": 3}
GRAMMAR: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 3}, "numbers": NUMBERS},
    "required": ["name", "numbers"],
    "additionalProperties": False,
}
FULL = {**GRAMMAR, "properties": {**GRAMMAR["properties"], "numbers": {**NUMBERS, "uniqueItems": True}}}
RESIDUE = Residue(
    kind="grown",
    keyword="uniqueItems",
    pointer="/properties/numbers/uniqueItems",
    schema="/properties/numbers",
)
LOWERED = Lowered(
    root=Object(properties=(Property(name="numbers", node=Anything(residues=(RESIDUE,))),)),
    definitions={},
    source=FULL,
    draft="2020-12",
)
PART = CheckedPart(checker=ValueChecker(LOWERED, Judges(LOWERED, "a")), field="a")
TOOL = Tool(name="pick", parameters=GRAMMAR)
TAGS = ReasoningTags()


def parser_of(name: str | None, tags: ReasoningTags | None) -> AnswerParser:
    calls = FORMATS.get(name).parser(AnswerStart(tools=(TOOL,))) if name else None
    return AnswerParser(ReasoningSplitter(tags), calls, frozenset({"pick"}))


def drawn(
    constraint: Lark | JsonSchema, name: str | None, tags: ReasoningTags | None, random: Random, begin: str = ""
) -> str | None:
    vocabulary = byte_vocabulary("<|tool_call_start|>", "<|tool_call_end|>", "<tool_call>", "</tool_call>")
    parts = Parts(calls={"pick": PART}) if name else Parts(calls={}, document=PART)
    grammar = LlguidanceConstrainer().compile(constraint, vocabulary).matcher()
    follower = AnswerFollower(lambda: parser_of(name, tags), parts)
    matcher = CheckedMatcher(grammar, follower, TokenIndex(vocabulary), vocabulary.end_tokens)
    tokens = encode(begin, vocabulary)
    assert all(matcher.accept(token) for token in tokens)
    for _ in range(3000):
        if matcher.is_finished() or len(tokens) > 400:
            break
        choices = allowed(matcher, vocabulary)
        assert choices
        ends = [token for token in choices if token in vocabulary.end_tokens]
        weights = [30.0 if chr(vocabulary.tokens[t][0]) in "\"',]}<)" else 1.0 for t in choices]
        token = ends[0] if ends and random.random() < 0.5 else random.choices(choices, weights)[0]
        verdict = matcher.accept(token)
        if not verdict.is_accepted:
            assert not verdict.is_final
            del tokens[len(tokens) - verdict.num_back :]
        elif token in ends:
            break
        else:
            tokens.append(token)
    else:
        return None
    return None if len(tokens) > 400 else b"".join(vocabulary.tokens[token] for token in tokens).decode()


@pytest.mark.parametrize("name", ["lfm2", "hermes_json", "qwen3_coder", "function_list"])
def test_arguments_of_calls_are_valid_in_every_syntax(name: str) -> None:
    tokens = frozenset({"<|tool_call_start|>", "<|tool_call_end|>"})
    shape = AnswerShape(
        tools=(TOOL,), choice=ToolChoice(mode="required"), format=FORMATS.get(name), control_tokens=tokens
    )
    constraint = bind_answer(shape).constraint
    assert isinstance(constraint, Lark)
    num_calls = 0
    for seed in range(8):
        text = drawn(constraint, name, None, Random(seed))
        parser = parser_of(name, None)
        events = [*parser.feed(text), *parser.finish("stop")] if text else []
        for event in events:
            if isinstance(event, ToolCallFinished):
                jsonschema.validate(event.call.arguments, FULL)
                num_calls += 1
    assert num_calls >= 4


def test_a_document_after_reasoning_is_valid() -> None:
    shape = AnswerShape(constraint=JsonSchema(schema=GRAMMAR), reasoning=TAGS)
    constraint = bind_answer(shape).constraint
    assert isinstance(constraint, Lark)
    assert constraint.reading is not None
    assert constraint.reading.document is not None
    num_documents = 0
    for seed in range(8):
        text = drawn(constraint, None, TAGS, Random(seed), "<think>[1,1]</think>\n\n")
        parser = parser_of(None, TAGS)
        events = [*parser.feed(text), *parser.finish("stop")] if text else []
        content = "".join(event.text for event in events if isinstance(event, ContentDelta))
        if content:
            jsonschema.validate(json.loads(content), FULL)
            num_documents += 1
    assert num_documents >= 4


def test_the_byte_that_fails_is_found_inside_of_a_token() -> None:
    follower = AnswerFollower(lambda: parser_of("hermes_json", None), Parts(calls={"pick": PART}))
    for piece in (b'<tool_call>{"name": "pick", "arg', b'uments": {"name": "a", "num', b'bers": [1', b", 2"):
        assert follower.push(piece)[0] is None
    assert follower.held == len('<tool_call>{"name": "pick", "arguments": {"name": "a", "num')
    problem, _ = follower.push(b", 1, 3]}}")
    assert problem is not None
    before = len('<tool_call>{"name": "pick", "arguments": {"name": "a", "numbers": [1, 2')
    assert problem.seen == before + len(", 1,")
    follower.pop(1)
    assert follower.push(b", 4]}}</tool_call>")[0] is None
    assert follower.held is None
    assert follower.finish() is None


def test_a_constraint_with_its_reading_crosses_borders() -> None:
    shape = AnswerShape(tools=(TOOL,), format=FORMATS.get("lfm2"), reasoning=TAGS)
    constraint = bind_answer(shape).constraint
    assert isinstance(constraint, Lark)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(constraint), type=Lark) == constraint
