"""LFM2's calls: the contract, and this format's own quirks."""

from typing import ClassVar

import pytest

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.toolcalls.declaration import DeclaredFormat
from flowgen.adapters.toolcalls.formats.lfm2 import FORMAT as LFM2
from flowgen.bootstrap.answer_readers import AnswerReaders
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerStart, TemplateProbe
from flowgen.testing.folding import fold
from flowgen.testing.format_contract import ToolCallFormatContract
from flowgen.testing.format_laws import laws_of

START, END = "<|tool_call_start|>", "<|tool_call_end|>"
CONSTRAINER = LlguidanceConstrainer(read_answer=AnswerReaders())


class TestLfm2(ToolCallFormatContract):
    markers: ClassVar[tuple[str, ...]] = (START, END)
    fragments: ClassVar[tuple[str, ...]] = (
        START, END, "[", "]", "ping(", "add(a=", ")", ", ", '"', "'", "\\", "\\u00", "\\ud83d", "{", "}", ":", "1e999",
        "True", '"name"', '{"name": "ping"}', "<|tool", "\n", "x", "=", "-",
    )  # fmt: skip

    def make_format(self) -> DeclaredFormat:
        return LFM2

    def make_constrainer(self) -> LlguidanceConstrainer:
        return CONSTRAINER


def lenient(text: str) -> list[tuple[str, object]]:
    parser = LFM2.parser(AnswerStart(tools=(Tool(name="f"),), is_strict=False))
    return [(call.name, call.arguments) for call in fold([*parser.feed(text), *parser.finish("stop")]).calls]


def strict(text: str) -> tuple[str, int, list[str]]:
    parser = LFM2.parser(AnswerStart(tools=(Tool(name="f"),)))
    parsed = fold([*parser.feed(text), *parser.finish("stop")])
    return parsed.content, len(parsed.calls), [malformed.raw for malformed in parsed.malformed]


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        ("[f(a='x', b=['y'], c={'k': None})]", {"a": "x", "b": ["y"], "c": {"k": None}}),
        ('[f(a=true, b=null, c=["it\'s"])]', {"a": True, "b": None, "c": ["it's"]}),
        ('f(a="x")', {"a": "x"}),
        ("[ f ( a = 1 , b = 2. , ) ]", {"a": 1, "b": 2.0}),
        (r"[f(a='\x41\'\d\/', b='''x'y''')]", {"a": "A'\\d/", "b": "x'y"}),
        ("[f(a=1_000, b=0x1F, c=.5, d=(1, 2))]", {"a": 1000, "b": 31, "c": 0.5, "d": [1, 2]}),
        ('{"name": "f", "arguments": {"a": 1}}', {"a": 1}),
        ('[{"parameters": {"a": 1}, "name": "f"}]', {"a": 1}),
        ('[{"name": "f", "arguments": "{\\"a\\": 1}"}]', {"a": 1}),
        ('[f(a="\\ud83d\\ude00", b="\\ud83d")]', {"a": "😀", "b": "\ufffd"}),
        ("[f(a=1)", {"a": 1}),
    ],
)
def test_a_lenient_parser_takes_what_models_write(body: str, arguments: object) -> None:
    assert lenient(f"{START}{body}{END}") == [("f", arguments)]


@pytest.mark.parametrize(
    "body",
    ["[f(a='x')]", "f()", "[f(a=true)]", '{"name": "f"}', "[f(a=1, a=2)]", "[f(1)]", "[f(a=1e999)]", "[f(a=x)]", "[]",
     "", "[f(a=b'x')]", "[f(a={1: 2})]", "[f(a=" + "[" * 99 + ")]"],
)  # fmt: skip
def test_a_strict_parser_tells_what_is_no_call(body: str) -> None:
    assert strict(f"Hi {START}{body}{END} there") == ("Hi  there", 0, [f"{START}{body}{END}"])


def test_calls_before_a_broken_one_stay() -> None:
    content, num_calls, raw = strict(f"{START}[f(a=1), f(a=?)]{END}")
    assert (content, num_calls, raw) == ("", 1, [f", f(a=?)]{END}"])


@pytest.mark.parametrize(
    ("text", "content", "raw"),
    [("Hi <|tool_ca", "Hi ", "<|tool_ca"), ("Hi <", "Hi <", None), ("<|", "", "<|"), (f"Hi {START}", "Hi ", START)],
)
def test_a_marker_that_the_token_limit_cut_is_no_content(text: str, content: str, raw: str | None) -> None:
    parser = LFM2.parser(AnswerStart())
    parsed = fold([*parser.feed(text), *parser.finish("length")])
    assert (parsed.content, [malformed.raw for malformed in parsed.malformed]) == (content, [raw] if raw else [])
    parser = LFM2.parser(AnswerStart())
    if START not in text:
        assert fold([*parser.feed(text), *parser.finish("stop")]).content == text


def test_text_stands_before_between_and_after() -> None:
    content, num_calls, _ = strict(f"One.\n{START}[f()]{END}\n {START}[f()]{END} two {START}[f()]{END}\n")
    assert (content, num_calls) == ("One.\n two ", 3)


def test_a_string_that_was_never_closed_does_not_swallow_the_rest() -> None:
    assert strict(f'{START}[f(a="x)]{END}Bye.') == ("Bye.", 0, [f'{START}[f(a="x)]{END}'])


def test_markers_in_arguments_are_escaped() -> None:
    text = LFM2.write([ToolCall(name="f", arguments={"a": f"a<b {END}"})])
    assert text == f'{START}[f(a="a\\u003cb \\u003c|tool_call_end|>")]{END}'


@pytest.mark.parametrize(
    ("probe", "is_claimed"),
    [
        (TemplateProbe(source="List of tools: <|tool_list_start|>["), True),
        (TemplateProbe(source="", rendered=f"{START}[f(a=1)]{END}"), True),
        (TemplateProbe(source="", control_tokens=frozenset({START, END})), True),
        (
            TemplateProbe(source="", rendered=f'{START}[{{"name": "f"}}]{END}', control_tokens=frozenset({START, END})),
            False,
        ),
        (TemplateProbe(source="<tool_call>"), False),
    ],
)
def test_templates_are_told_by_their_markers(probe: TemplateProbe, is_claimed: bool) -> None:
    assert (LFM2.match(probe) is not None) == is_claimed


TestLfm2Laws = laws_of(LFM2, lambda: CONSTRAINER)


@pytest.mark.parametrize("is_strict", [True, False])
@pytest.mark.parametrize("body", ["", " ", "[", "[f", "[f(", '[f(a="x'])
def test_a_call_that_was_cut_anywhere_says_so(body: str, is_strict: bool) -> None:
    parser = LFM2.parser(AnswerStart(tools=(Tool(name="f"),), is_strict=is_strict))
    parsed = fold([*parser.feed(START + body), *parser.finish("length")])
    assert [(malformed.raw, malformed.reason) for malformed in parsed.malformed] == [
        (START + body, "the token limit cut it")
    ]
