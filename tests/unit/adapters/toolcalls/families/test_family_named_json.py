"""Names outside of JSON arguments: what the family's fields say."""

import msgspec
import pytest

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.domain.errors import CannotWrite
from flowgen.domain.messages import ToolCall
from support.formats import PING, WEATHER, calls_in, read

MADE_UP = DeclaredFormat(
    Declaration(name="made_up", calls=NamedJson(opening="<fly>", name_end="<with>", closing="<land>", separator="\n"))
)


def test_the_fields_are_the_letters() -> None:
    written = MADE_UP.write([WEATHER, PING])
    assert written == '<fly>get_weather<with>{"city": "Paris", "days": 3}<land>\n<fly>ping<with>{}<land>'
    assert [name for name, _ in calls_in(MADE_UP, written, is_strict=True)] == ["get_weather", "ping"]


def test_a_name_that_would_end_early_cannot_be_written() -> None:
    with pytest.raises(CannotWrite):
        MADE_UP.write([ToolCall(name="a<with>b", arguments={})])


def test_the_closing_may_be_missing_and_what_follows_is_content() -> None:
    answer = read(MADE_UP, "<fly>ping<with>{} and more")
    assert ([call.name for call in answer.calls], answer.content.strip()) == (["ping"], "and more")


@pytest.mark.parametrize(
    ("written", "arguments"),
    [('"{\\"city\\": \\"Paris\\"}"', {"city": "Paris"}), ("null", {}), ('""', {}), ('" "', {})],
)
def test_arguments_may_be_json_in_a_string_or_null(written: str, arguments: dict[str, str]) -> None:
    raw = f"<fly>get_weather<with>{written}<land>"
    assert calls_in(MADE_UP, raw) == [("get_weather", arguments)]
    assert calls_in(MADE_UP, raw, is_strict=True) == []
    assert calls_in(MADE_UP, '<fly>get_weather<with>"no"<land>') == []


def test_an_id_without_its_number_is_a_call_of_known_tools_alone() -> None:
    numbered = NamedJson(opening="<fly>", name_end="<with>", closing="<land>", name_prefix="own.", is_numbered=True)
    syntax = DeclaredFormat(Declaration(name="made_up", calls=numbered))
    for written, name in (("own.ping:3", "ping"), ("own.ping", "ping"), ("other:0", "other"), ("ping", "ping")):
        assert calls_in(syntax, f"<fly>{written}<with>{{}}<land>") == [(name, {})]
    answer = read(syntax, "<fly>own.other<with>{}<land><fly>own.ping:1<with>{}<land>")
    assert ([call.name for call in answer.calls], len(answer.malformed)) == (["ping"], 1)


FENCED_CALLS = NamedJson(
    section_opening="<calls>",
    opening="<call>",
    before_name="function<sep>",
    name_end="\n```json\n",
    closing="\n```<end>",
    section_closing="</calls>",
)
FENCED = DeclaredFormat(Declaration(name="fenced", calls=FENCED_CALLS))
FENCES = (
    "<calls><call>function<sep>ping\n```json\n{}\n```<end></calls>",
    "<calls><call>function<sep>ping\n```\n{}\n```<end></calls>",
    "<calls><call>function<sep>ping\n{}<end></calls>",
    "<calls><call>function<sep>ping\n```json\n{}<end></calls>",
    "<call>function<sep>ping\n```json\n{}\n```<end></calls>",
    "<calls><call>function<sep>ping\n```json\n\n```<end></calls>",
)


@pytest.mark.parametrize("raw", FENCES)
def test_fences_and_what_opens_a_section_may_be_missing(raw: str) -> None:
    answer = read(FENCED, f"{raw} Bye.")
    assert ([(call.name, call.arguments) for call in answer.calls], answer.texts) == ([("ping", {})], " Bye.")


def test_a_fence_that_the_syntax_has_not_is_no_content() -> None:
    raw = '<fly>get_weather<with>\n```json\n{"city": "Paris"}\n```<land> Bye.'
    answer = read(MADE_UP, raw)
    assert ([call.arguments for call in answer.calls], answer.texts) == ([{"city": "Paris"}], " Bye.")


def test_a_fence_behind_another_end_of_the_name_opens_the_arguments() -> None:
    calls = msgspec.structs.replace(FENCED_CALLS, other_name_ends=("<sep>",))
    syntax = DeclaredFormat(Declaration(name="fenced", calls=calls))
    for fence in ("```json", "```"):
        answer = read(syntax, f'<calls><call>f<sep>{fence}\n{{"a": "x"}}\n```<end></calls> Bye.')
        assert ([(call.name, call.arguments) for call in answer.calls], answer.texts) == ([("f", {"a": "x"})], " Bye.")
    assert calls_in(syntax, "<calls><call>f<sep>```<end></calls>") == [("f", {})]
    answer = read(syntax, "<calls><call>f<sep>```python\nx\n```<end></calls>")
    assert answer.malformed
    assert not answer.calls


def test_a_code_block_behind_an_unclosed_call_keeps_its_fence() -> None:
    answer = read(MADE_UP, '<fly>ping<with>{"a": "x"}\n```\ncode\n```')
    assert ([call.arguments for call in answer.calls], answer.content) == ([{"a": "x"}], "\n```\ncode\n```")


def test_the_closing_fence_is_no_content_where_calls_have_no_closing() -> None:
    syntax = DeclaredFormat(Declaration(name="made_up", calls=NamedJson(opening="<fly>", name_end="<with>")))
    answer = read(syntax, '<fly>ping<with>```json\n{"a": "x"}\n``` Bye.')
    assert ([call.arguments for call in answer.calls], answer.content) == ([{"a": "x"}], " Bye.")
    assert calls_in(syntax, "<fly>ping<with>```json\n```") == [("ping", {})]


def test_no_arguments_before_the_closing_are_none() -> None:
    assert calls_in(MADE_UP, "<fly>ping<with><land>") == [("ping", {})]
    assert calls_in(MADE_UP, "<fly>ping<with><land>", is_strict=True) == []
    assert calls_in(MADE_UP, "<fly>ping<with>") == []


RAW = DeclaredFormat(
    Declaration(
        name="raw", calls=NamedJson(opening=">>>", name_end="\n", closing="<end>", raw_key="code", text_name="all\n")
    )
)


def test_raw_arguments_end_at_the_closing() -> None:
    answer = read(RAW, '>>>python\nprint("<")\n<end> Bye.')
    assert ([call.arguments for call in answer.calls], answer.texts) == ([{"code": 'print("<")\n'}], " Bye.")


@pytest.mark.parametrize("code", ["```python\nprint(1)\n```", "```\nprint(1)\n```", "```json\n[1]\n```"])
def test_fences_around_raw_arguments_are_theirs(code: str) -> None:
    for is_strict in (False, True):
        assert calls_in(RAW, f">>>python\n{code}<end>", is_strict=is_strict) == [("python", {"code": code})]
    assert calls_in(RAW, ">>>ping\n```json\n{}\n```<end>") == [("ping", {})]


def test_an_opening_of_text_behind_a_call_is_none_of_another() -> None:
    syntax = DeclaredFormat(msgspec.structs.replace(RAW.declaration, dropped=(">>>all\n",)))
    answer = read(syntax, ">>>ping\n{}>>>all\nDone.")
    assert ([call.name for call in answer.calls], answer.content) == (["ping"], "Done.")


def test_another_text_before_the_name_is_read_where_no_grammar_holds_the_answer() -> None:
    calls = NamedJson(opening="<fly>", name_end="<with>", closing="<land>", other_before_names=("function<with>",))
    syntax = DeclaredFormat(Declaration(name="made_up", calls=calls))
    raw = '<fly>function<with>get_weather\n```json\n{"city": "Paris"}\n```<land>'
    assert calls_in(syntax, raw) == [("get_weather", {"city": "Paris"})]
    assert calls_in(syntax, raw, is_strict=True) == []
    assert calls_in(syntax, "<fly>function<with>{}<land>") == []
