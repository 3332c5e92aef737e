"""Calls without markers: the contract, and this format's own quirks."""

from typing import ClassVar

import pytest

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.toolcalls.declaration import DeclaredFormat
from flowgen.adapters.toolcalls.formats.function_list import FORMAT as FUNCTION_LIST
from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.bootstrap.answer_readers import AnswerReaders
from flowgen.domain.errors import CannotWrite, ConstraintRefused
from flowgen.domain.generation import SilentSpan
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerStart, TemplateProbe
from flowgen.testing.folding import Fold, fold
from flowgen.testing.format_contract import ToolCallFormatContract
from flowgen.testing.format_laws import laws_of
from flowgen.testing.sample_tools import TOOLS

CONSTRAINER = LlguidanceConstrainer(read_answer=AnswerReaders())


class TestFunctionList(ToolCallFormatContract):
    fragments: ClassVar[tuple[str, ...]] = (
        "[", "]", "[ping(", "[add(a=1", ")", ", ", '"', "'", "\\", "{", "}", "ping", "pong(", " ", "\n", "x=", "None",
        "[[",
    )  # fmt: skip

    def make_format(self) -> DeclaredFormat:
        return FUNCTION_LIST

    def make_constrainer(self) -> LlguidanceConstrainer:
        return CONSTRAINER


def parse(text: str, *, is_strict: bool = True) -> Fold:
    parser = FUNCTION_LIST.parser(AnswerStart(tools=TOOLS, is_strict=is_strict))
    return fold([*parser.feed(text), *parser.finish("stop")])


@pytest.mark.parametrize(
    "text", ["[pong()]", "See [ping()]", "[1, 2]", "[ping](http://x)", "[pin", "[[ping()]]", " [ "]
)
def test_only_a_known_tool_at_the_beginning_is_a_call(text: str) -> None:
    assert parse(text).content == text


def test_a_list_is_held_back_only_until_it_can_be_no_call() -> None:
    parser = FUNCTION_LIST.parser(AnswerStart(tools=TOOLS))
    assert parser.feed("[pi") == []
    assert fold(parser.feed("g")).content == "[pig"


@pytest.mark.parametrize(
    ("text", "is_cut"), [("[", False), ("[pi", True), (" [ ping ", True), ("[pong", False), ("ab", False)]
)
def test_a_list_that_the_token_limit_cut_is_no_content(text: str, is_cut: bool) -> None:
    parser = FUNCTION_LIST.parser(AnswerStart(tools=TOOLS))
    parsed = fold([*parser.feed(text), *parser.finish("length")])
    assert (parsed.content, [malformed.raw for malformed in parsed.malformed]) == (
        ("", [text]) if is_cut else (text, [])
    )


def test_space_around_the_list_is_nothing() -> None:
    assert len(parse(" \n[ping(), ping()]\n").calls) == 2


def test_text_after_the_list_is_content() -> None:
    parsed = parse("[ping()] Done.", is_strict=False)
    assert (parsed.content, len(parsed.calls)) == (" Done.", 1)


def test_a_broken_list_is_told() -> None:
    parsed = parse("[ping(), add(a=?)] x")
    assert (len(parsed.calls), parsed.content) == (1, "")
    assert [malformed.raw for malformed in parsed.malformed] == [", add(a=?)] x"]


def test_free_text_does_not_begin_like_a_call() -> None:
    contract = TestFunctionList()
    for text in ("[ping(x", " [ ping (", "[add(a=1)]"):
        assert not contract.takes(contract.shape(), text)
    for text in ("[pin", "x [ping(1", "[pong(1)]", "[[ping()"):
        assert contract.takes(contract.shape(), text)


def test_names_outside_of_the_notation_are_refused() -> None:
    tools = (Tool(name="good"), Tool(name="bad name"))
    with pytest.raises(ConstraintRefused) as caught:
        bind_answer(AnswerShape(tools=tools, format=FUNCTION_LIST))
    assert caught.value.field == "tools[1].function.name"
    with pytest.raises(CannotWrite):
        FUNCTION_LIST.write([ToolCall(name="bad name", arguments={})])
    with pytest.raises(CannotWrite):
        FUNCTION_LIST.write([ToolCall(name="f", arguments={"x": float("nan")})])


def test_stop_strings_are_silent_inside_of_the_list() -> None:
    assert FUNCTION_LIST.markup((Tool(name="f"),)).silent_spans == (SilentSpan(opening="[f(", at_start=True),)


def test_templates_are_told_by_their_example() -> None:
    source = "put it in the format of [func_name1(params_name1=params_value1), func_name2(params)]"
    assert FUNCTION_LIST.match(TemplateProbe(source=source)) is not None
    assert FUNCTION_LIST.match(TemplateProbe(source="Hello")) is None


TestFunctionListLaws = laws_of(FUNCTION_LIST, lambda: CONSTRAINER)
