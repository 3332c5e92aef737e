"""Gemma 4: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.gemma4 import FORMAT
from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.domain.messages import Tool, ToolCall, ToolChoice
from flowgen.testing.byte_vocabulary import byte_vocabulary, is_whole
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

VOCABULARY = byte_vocabulary()
RAW = '<|tool_call>call:get_weather{city:<|"|>Paris<|"|>,days:3}<tool_call|>'


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        '<|tool_call>call:get_weather{city:<|"|>Paris<|"|>,days:3}<tool_call|><|tool_call>call:ping{}<tool_call|>'
    )


def test_text_around_a_call_is_content() -> None:
    answer = read(FORMAT, f"Let me look. {RAW} Done.")
    assert [call.name for call in answer.calls] == [WEATHER.name]
    assert answer.content.split() == ["Let", "me", "look.", "Done."]


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_lists_and_objects() -> None:
    assert calls_in(FORMAT, '<|tool_call>call:ping{a:[1,<|"|>b<|"|>],c:{d:true}}<tool_call|>') == [
        ("ping", {"a": [1, "b"], "c": {"d": True}})
    ]


def test_a_key_that_no_schema_names_comes_to_an_end() -> None:
    """Small models went on with one for ever."""
    tools = (Tool(name="ping", parameters={"properties": {"a": {"type": "object"}}}),)
    shape = AnswerShape(tools=tools, choice=ToolChoice(mode="required"), format=FORMAT)
    constraint = bind_answer(shape).constraint
    assert constraint is not None
    compiled = constrainer().compile(constraint, VOCABULARY)
    for size, is_taken in ((64, True), (65, False)):
        written = FORMAT.write([ToolCall(name="ping", arguments={"a": {"k" * size: 1}})])
        assert is_whole(compiled, written, VOCABULARY) == is_taken


TestGemma4 = laws_of(FORMAT, constrainer)
