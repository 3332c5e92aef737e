"""Hermes' calls: the contract, and this format's own quirks."""

from typing import ClassVar

import pytest

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.toolcalls.declaration import DeclaredFormat
from flowgen.adapters.toolcalls.formats.hermes_json import FORMAT as HERMES_JSON
from flowgen.bootstrap.answer_readers import AnswerReaders
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerStart, TemplateProbe
from flowgen.testing.folding import Fold, fold
from flowgen.testing.format_contract import ToolCallFormatContract
from flowgen.testing.format_laws import laws_of
from support.formats import calls_in, read

START, END = "<tool_call>", "</tool_call>"
CONSTRAINER = LlguidanceConstrainer(read_answer=AnswerReaders())


class TestHermesJson(ToolCallFormatContract):
    markers: ClassVar[tuple[str, ...]] = (START, END)
    fragments: ClassVar[tuple[str, ...]] = (
        START, END, "{", "}", '{"name": "ping", "arguments": ', '"name"', '"ping"', ": ", ", ", "[", "]", '"', "\\u00",
        "\n", "<tool", "</", "1", "null", '"arguments"', "{}", '"{}"', "x",
    )  # fmt: skip

    def make_format(self) -> DeclaredFormat:
        return HERMES_JSON

    def make_constrainer(self) -> LlguidanceConstrainer:
        return CONSTRAINER


def parse(text: str, *, is_strict: bool = True) -> Fold:
    parser = HERMES_JSON.parser(AnswerStart(tools=(Tool(name="f"),), is_strict=is_strict))
    return fold([*parser.feed(text), *parser.finish("stop")])


@pytest.mark.parametrize(
    ("text", "num_calls"),
    [
        (f'{START}{{"name": "f", "arguments": {{"a": 1}}}}{END}', 1),
        (f'{START}\n{{"arguments": {{"a": 1}}, "name": "f"}}\n{END}', 1),
        (f'{START}{{"name": "f", "arguments": "{{\\"a\\": 1}}"}}{END}', 1),
        (f'{START}{{"id": 3, "name": "f", "parameters": {{"a": 1}}}}', 1),
        (
            f'{START}{{"name": "f", "arguments": {{"a": 1}}}}{END}{START}{{"name": "f", "arguments": {{"a": 1}}}}{END}',
            2,
        ),
    ],
)
def test_the_spellings_of_a_call(text: str, num_calls: int) -> None:
    parsed = parse(text)
    assert [call.arguments for call in parsed.calls] == [{"a": 1}] * num_calls
    assert (parsed.content, parsed.malformed) == ("", ())


def test_missing_arguments_are_none() -> None:
    assert parse(f'{START}{{"name": "f"}}{END}').calls == (ToolCall(name="f", arguments={}),)


@pytest.mark.parametrize(
    "body",
    ['{"name": "f"', '{"arguments": {}}', '{"name": 1}', '{"name": "f", "arguments": [1]}',
     '{"name": "f", "name": "g"}',
     '{"name": "f", "arguments": "no"}', '{"name": "f", "arguments": {}, "arguments": {}}', "f(a=1)", ""],
)  # fmt: skip
def test_what_is_no_call_is_told(body: str) -> None:
    parsed = parse(f"Hi {START}{body}{END} you")
    assert (parsed.content, parsed.calls) == ("Hi  you", ())
    assert [malformed.raw for malformed in parsed.malformed] == [f"{START}{body}{END}"]


def test_several_calls_in_one_tag_are_lenient() -> None:
    text = f'{START}[{{"name": "f"}}, {{"name": "g"}}]{END}'
    assert len(parse(text, is_strict=False).calls) == 2
    assert parse(text).malformed


def test_names_may_be_any_text() -> None:
    contract = TestHermesJson()
    parameters = {"type": "object", "properties": {"my key": {"type": "string"}}}
    call = ToolCall(name='say "hi"', arguments={"my key": "x"})
    assert contract.takes(
        contract.shape("required", tools=(Tool(name=call.name, parameters=parameters),)), HERMES_JSON.write([call])
    )


def test_what_the_rules_cannot_keep_is_left_to_the_json_compiler() -> None:
    contract = TestHermesJson()
    parameters = {"properties": {"a": {"type": "array", "prefixItems": [{"type": "string"}], "items": False}}}
    shape = contract.shape("required", tools=(Tool(name="f", parameters=parameters),))
    for value, is_valid in ((["x"], True), ([1], False), (["x", 1], False)):
        text = HERMES_JSON.write([ToolCall(name="f", arguments={"a": value})])
        assert contract.takes(shape, text) == is_valid
    undeclared = HERMES_JSON.write([ToolCall(name="f", arguments={"b": 1})])
    assert not contract.takes(shape, undeclared)


@pytest.mark.parametrize(
    ("source", "is_claimed"),
    [
        ('<tool_call>\\n{"name": <function-name>, "arguments": <args-json-object>}\\n</tool_call>', True),
        ('<tool_call>\\n{\\"name\\": \\"f\\", \\"arguments\\": {}}\\n</tool_call>', True),
        ("<tool_call>\\n<function=f>\\n<parameter=k>", False),
        ('<tool_call>f\\n<arg_key>k</arg_key> "name" "arguments"', False),
        ("Hello", False),
    ],
)
def test_templates_are_told_by_their_markers(source: str, is_claimed: bool) -> None:
    assert (HERMES_JSON.match(TemplateProbe(source=source)) is not None) == is_claimed


def test_the_name_may_be_an_attribute_of_a_function() -> None:
    parsed = parse('<function name="f">\n{}\n</function>', is_strict=False)
    assert (parsed.calls, parsed.texts) == ((ToolCall(name="f", arguments={}),), "")


@pytest.mark.parametrize(
    "raw",
    [
        '```xml\n<response>\n{"name": "f", "arguments": {}}\n</response>\n```',
        '```json\n\n<function_call> {"name": "f", "arguments": {}}\n</function_call> \n```',
        '<tool_call>\n```json\n{"name": "f", "arguments": {}}\n```\n</tool_call>',
        '```json\n<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>\n```',
        '<tool_call>\n```json\n{"name": "f", "arguments": {}}\n</tool_call>',
        '```\n[{"name": "f", "arguments": {}}]\n```',
    ],
)
def test_fences_and_tags_in_each_other(raw: str) -> None:
    parsed = parse(f"Hi. {raw} Bye.", is_strict=False)
    assert (parsed.calls, parsed.texts, parsed.malformed) == ((ToolCall(name="f", arguments={}),), "Hi.  Bye.", ())
    letters = HERMES_JSON.parser(AnswerStart(tools=(Tool(name="f"),), is_strict=False))
    events = [event for letter in f"Hi. {raw} Bye." for event in letters.feed(letter)]
    assert fold([*events, *letters.finish("stop")]) == parsed


@pytest.mark.parametrize("raw", ['```json\n{"name": "g", "arguments": {}}\n```', "```xml\n<response>x</response>\n```"])
def test_what_stands_in_fences_and_is_no_call_is_content(raw: str) -> None:
    assert parse(raw, is_strict=False).content == raw


TestHermesJsonLaws = laws_of(HERMES_JSON, lambda: CONSTRAINER)


def test_all_braces_before_the_closing_may_be_missing() -> None:
    raw = '<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"\n</tool_call>'
    assert calls_in(HERMES_JSON, raw) == [("get_weather", {"city": "Paris"})]
    for unfinished in ('{"city": ', '{"city"', '{"city": "Paris", '):
        broken = f'<tool_call>{{"name": "get_weather", "arguments": {unfinished}</tool_call>'
        answer = read(HERMES_JSON, broken)
        assert (answer.calls, answer.texts) == ((), broken)
