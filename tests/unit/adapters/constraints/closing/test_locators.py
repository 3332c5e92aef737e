"""Arguments of calls and documents behind the thinking are found where they stand, and come to their end."""

import json
from typing import Any

import jsonschema
import numpy as np
import pytest

from flowgen.adapters.constraints.closing.locators import of_answer
from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.adapters.toolcalls.registry import FormatsByName
from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.application.answer_parser import AnswerParser
from flowgen.application.reasoning import ReasoningSplitter
from flowgen.domain.constraints import AnswerReading, JsonSchema, Lark
from flowgen.domain.events import ToolCallFinished
from flowgen.domain.messages import Tool, ToolChoice
from flowgen.domain.ports import HasteningMatcher
from flowgen.domain.prompts import ReasoningTags
from flowgen.domain.toolcalls import AnswerStart
from flowgen.testing.byte_vocabulary import byte_vocabulary, encode

FORMATS = FormatsByName(builtin_formats())
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"note": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}},
    "required": ["note", "tags"],
    "additionalProperties": False,
}
TOOL = Tool(name="save", parameters=SCHEMA)
TAGS = ReasoningTags()
VOCABULARY = byte_vocabulary("<tool_call>", "</tool_call>")
LETTERS = frozenset(b"abcdefghij ")


def reader(reading: AnswerReading) -> AnswerParser:
    calls = FORMATS.get(reading.format).parser(AnswerStart(tools=(TOOL,))) if reading.format else None
    return AnswerParser(ReasoningSplitter(None if reading.reasoning is None else TAGS), calls, frozenset({"save"}))


def bound(shape: AnswerShape) -> Lark:
    constraint = bind_answer(shape).constraint
    assert isinstance(constraint, Lark)
    return constraint


CALL = bound(
    AnswerShape(
        tools=(TOOL,),
        choice=ToolChoice(mode="required"),
        format=FORMATS.get("hermes_json"),
        control_tokens=frozenset({"<tool_call>", "</tool_call>"}),
    )
)
DOCUMENT = bound(AnswerShape(constraint=JsonSchema(schema=SCHEMA), reasoning=TAGS))


def written(constraint: Lark, begin: str, max_tokens: int, seed: int) -> tuple[str, bool]:
    """What a writer comes to that likes letters best, and whether that is an end."""
    random = np.random.default_rng(seed)
    matcher = LlguidanceConstrainer(read_answer=reader).compile(constraint, VOCABULARY).matcher()
    assert isinstance(matcher, HasteningMatcher)
    tokens = encode(begin, VOCABULARY)
    assert all(matcher.accept(token) for token in tokens)
    mask = bytearray(4 * -(-len(VOCABULARY.tokens) // 32))
    while len(tokens) < max_tokens:
        matcher.fill_mask(memoryview(mask))
        matcher.hasten(memoryview(mask), max_tokens - len(tokens))
        may_come = [token for token in range(len(VOCABULARY.tokens)) if mask[token >> 3] >> (token & 7) & 1]
        liked = [token for token in may_come if token in LETTERS]
        token = int(random.choice(liked or may_come))
        assert matcher.accept(token)
        if token in VOCABULARY.end_tokens:
            return text_of(tokens), True
        tokens.append(token)
        if matcher.is_finished():
            return text_of(tokens), True
    return text_of(tokens), False


def text_of(tokens: list[int]) -> str:
    return b"".join(VOCABULARY.tokens[token] for token in tokens).decode()


@pytest.mark.parametrize("seed", range(3))
def test_arguments_of_a_call_come_to_their_end(seed: int) -> None:
    text, is_ended = written(CALL, "", 220, seed)
    assert is_ended, text
    assert CALL.reading is not None
    parser = reader(CALL.reading)
    events = [*parser.feed(text), *parser.finish("stop")]
    calls = [event.call.arguments for event in events if isinstance(event, ToolCallFinished)]
    assert len(calls) == 1
    jsonschema.validate(calls[0], SCHEMA)
    assert len(text) > 130


@pytest.mark.parametrize("seed", range(3))
def test_a_document_behind_the_thinking_comes_to_its_end(seed: int) -> None:
    text, is_ended = written(DOCUMENT, "<think>well</think>\n\n", 200, seed)
    assert is_ended, text
    jsonschema.validate(json.loads(text.partition("</think>")[2]), SCHEMA)


def test_a_text_is_found_where_it_stands_and_nowhere_else() -> None:
    assert CALL.reading is not None
    reading = CALL.reading
    find = of_answer(reading, lambda: reader(reading))()
    assert find.find(b"<tool_call>") is None
    begun = b'<tool_call>\n{"name": "save", "arguments": {"note": "x'
    found = find.find(begun)
    assert found is not None
    assert begun[found[1] :] == b'{"note": "x'
    find.went_back()
    assert find.find(begun[:-20]) is None
