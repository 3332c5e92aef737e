"""Arguments between texts, one by one: what the family's fields say."""

import msgspec
import pytest

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.errors import CannotWrite
from flowgen.domain.messages import Tool, ToolCall
from support.formats import PING, WEATHER, calls_in, read

TEXTS = Tagged(opening="<do:", name_end=">", key_opening="<p=", key_end=">", value_closing="</>", closing="</do>")
MADE_UP = DeclaredFormat(Declaration(name="made_up", calls=TEXTS))


def test_the_fields_are_the_letters() -> None:
    written = MADE_UP.write([WEATHER, PING])
    assert written == "<do:get_weather><p=city>Paris</><p=days>3</></do><do:ping></do>"
    assert calls_in(MADE_UP, written, is_strict=True) == [(WEATHER.name, WEATHER.arguments), ("ping", {})]


def test_the_schema_says_what_a_text_is() -> None:
    raw = "<do:get_weather><p=city>12</><p=days>12</></do>"
    assert calls_in(MADE_UP, raw) == [("get_weather", {"city": "12", "days": 12})]


def test_a_text_that_would_end_early_cannot_be_written() -> None:
    with pytest.raises(CannotWrite):
        MADE_UP.write([ToolCall(name="get_weather", arguments={"city": "a</>b"})])


@pytest.mark.parametrize(
    ("raw", "called"),
    [
        ("<do:ping/>", ("ping", {})),
        ("<do:get_weather> {'city': 'Paris', \"days\": 3,} </do>", ("get_weather", {"city": "Paris", "days": 3})),
        ('<do:get_weather>{"city": "Paris"}', ("get_weather", {"city": "Paris"})),
    ],
)
def test_a_model_that_is_free_may_write_other_bodies(raw: str, called: tuple[str, object]) -> None:
    answer = read(MADE_UP, raw + "\n<do:ping></do>")
    assert [(call.name, call.arguments) for call in answer.calls] == [called, ("ping", {})]
    assert (answer.content, answer.malformed) == ("", ())


def test_an_argument_behind_an_object_of_all_is_not_lost() -> None:
    raw = '<do:get_weather>{"city": "Paris"}<p=days>3</></do>'
    answer = read(MADE_UP, raw + "<do:ping></do>")
    assert ([call.name for call in answer.calls], answer.texts) == (["ping"], raw)


def test_many_arguments_and_unclosed_values_are_read_once() -> None:
    """What was read twice at every argument, or to the end at every opening, took minutes."""
    many = "".join(f"<p=k{index}>v</>" for index in range(5000))
    assert len(calls_in(MADE_UP, f"<do:ping>{many}</do>")[0][1]) == 5000
    assert calls_in(MADE_UP, "<do:ping><p=k>v" * 5000) == []


def test_words_of_a_value_that_says_that_it_is_no_text_may_be_pythons() -> None:
    typed = Tagged(
        opening="<c>", name_end="|", key_opening='<a k="', key_end='"', type_text=" s={}", value_opening=">",
        value_closing="</a>", closing="</c>", type_words=(("string", "yes"), ("*", "no")),
    )  # fmt: skip
    syntax = DeclaredFormat(Declaration(name="made_up", calls=typed))
    raw = '<c>ping|<a k="x" s=no>True</a><a k="y" s=yes>True</a><a k="z" s=no> 3 </a></c>'
    assert calls_in(syntax, raw) == [("ping", {"x": True, "y": "True", "z": 3})]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("['a', 'b']", ["a", "b"]),
        ('["a",]', ["a"]),
        ("[a b]", "[a b]"),
        ("[1] 2", "[1] 2"),
        ("[True, None]", [True, None]),
    ],
)
def test_lists_and_objects_may_be_pythons(written: str, value: object) -> None:
    tool = Tool(name="f", parameters={"type": "object", "properties": {"l": {"type": "array"}}})
    assert calls_in(MADE_UP, f"<do:f><p=l>{written}</></do>", tools=(tool,)) == [("f", {"l": value})]


def test_names_may_stand_in_quotes() -> None:
    raw = "<do:'get_weather'><p=\"city\">'Rome'</></do>"
    assert calls_in(MADE_UP, raw) == [("get_weather", {"city": "'Rome'"})]


def test_a_call_may_be_json() -> None:
    assert calls_in(MADE_UP, '<do:{"name": "ping", "arguments": {}}</do>') == [("ping", {})]
    sections = msgspec.structs.replace(TEXTS, section_opening="<s>", section_closing="</s>")
    syntax = DeclaredFormat(Declaration(name="made_up", calls=sections))
    answer = read(syntax, '<s>{"name": "ping", "arguments": {}}</s> Bye.')
    assert ([call.name for call in answer.calls], answer.texts) == (["ping"], " Bye.")


LINES = DeclaredFormat(
    Declaration(
        name="lines",
        calls=Tagged(
            section_opening="<c>\n",
            opening="<f=",
            name_end=">\n",
            key_opening="<p=",
            key_end=">\n",
            value_closing="\n</p>\n",
            closing="</f>",
            section_closing="\n</c>",
        ),
    )
)


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        ("<p=city>\nRome\n<p=days>\n3\n</p>\n</f>\n</c>", {"city": "Rome", "days": 3}),
        ("<p=city>\nRome\n<p=days>\n3\n</f>\n</c>", {"city": "Rome", "days": 3}),
        ("<p=days>\n3\n<p=city>\nRome\n</f>", {"city": "Rome", "days": 3}),
        ("<p=city>\na\n<p=b>\n</f> c\n</p>\n</f>\n</c>", {"city": "a\n<p=b>\n</f> c"}),
        ("<p=city>\na <p=days>\n\n</p>\n</f>\n</c>", {"city": "a <p=days>\n"}),
        ("<p=city>\na\n<p=city>\nb\n</p>\n</f>\n</c>", {"city": "a\n<p=city>\nb"}),
        ("<p=days>\n3\n</p>\n<p=city>\na\n<p=days>\n4\n</p>\n</f>\n</c>", {"days": 3, "city": "a\n<p=days>\n4"}),
        ("<p=city>\na\n<p=days>\n3\n<p=city>\n</p>\n</f>\n</c>", {"city": "a", "days": "3\n<p=city>"}),
    ],
)
def test_the_closing_of_a_value_may_be_missing_before_a_known_argument(body: str, arguments: object) -> None:
    assert calls_in(LINES, f"<c>\n<f=get_weather>\n{body}") == [("get_weather", arguments)]


def test_the_arguments_of_another_call_are_given_again() -> None:
    call = "<c>\n<f=get_weather>\n<p=city>\nRome\n<p=days>\n3\n</f>\n</c>"
    assert calls_in(LINES, call * 2) == [("get_weather", {"city": "Rome", "days": 3})] * 2


def test_a_strict_value_ends_at_its_closing_alone() -> None:
    raw = "<c>\n<f=get_weather>\n<p=city>\na\n<p=days>\n3\n</p>\n</f>\n</c>"
    assert calls_in(LINES, raw, is_strict=True) == [("get_weather", {"city": "a\n<p=days>\n3"})]


def test_a_value_that_the_token_limit_cut_behind_what_looks_like_the_calls_end_is_none() -> None:
    raw = "<c>\n<f=get_weather>\n<p=city>\nRome\n</f>"
    assert calls_in(LINES, raw) == [("get_weather", {"city": "Rome"})]
    answer = read(LINES, raw, end="length")
    assert (answer.calls, [one.reason for one in answer.malformed]) == ((), ["the token limit cut it"])


IN_SECTIONS = msgspec.structs.replace(
    TEXTS, section_opening="<calls>", section_closing="</calls>", shares_section=False
)
CALL_ENDS = [TEXTS, msgspec.structs.replace(IN_SECTIONS, shares_section=True), IN_SECTIONS]


def _written(texts: Tagged, *bodies: str) -> str:
    calls = [f"<do:get_weather>{body}</do>" for body in bodies]
    between = "" if texts.shares_section else texts.section_closing + texts.section_opening
    return f"{texts.section_opening}{between.join(calls)}{texts.section_closing}"


@pytest.mark.parametrize("texts", CALL_ENDS)
def test_a_value_holds_what_looks_like_the_end_of_its_call(texts: Tagged) -> None:
    syntax = DeclaredFormat(Declaration(name="made_up", calls=texts))
    city = f"a</do>{texts.section_closing} b\n</do>{texts.section_closing}{texts.section_opening}<do:nobody>c"
    for is_strict in (True, False):
        raw = _written(texts, f"<p=city>{city}</><p=days>3</>")
        assert calls_in(syntax, raw, is_strict=is_strict) == [("get_weather", {"city": city, "days": 3})]


@pytest.mark.parametrize("texts", CALL_ENDS)
@pytest.mark.parametrize("line", ["", "\n"])
def test_a_value_without_its_closing_ends_with_its_call(texts: Tagged, line: str) -> None:
    syntax = DeclaredFormat(Declaration(name="made_up", calls=texts))
    broken, good = f"<p=city>a{line}", "<p=city>b</>"
    calls = calls_in(syntax, _written(texts, broken, good, broken, broken))
    assert [arguments["city"] for _, arguments in calls] == ["a", "b", "a", "a"]
    answer = read(syntax, f"{_written(texts, broken)} Bye.")
    assert ([call.arguments for call in answer.calls], answer.content) == ([{"city": "a"}], " Bye.")
    answer = read(syntax, f"{_written(texts, broken)} Bye", end="length")
    assert (answer.calls, len(answer.malformed)) == ((), 1)


def test_what_looks_like_ends_of_calls_is_looked_at_once() -> None:
    city = "a</do>" * 20_000
    assert calls_in(MADE_UP, f"<do:get_weather><p=city>{city}</></do>")[0][1] == {"city": city}


def test_a_value_is_found_where_what_stands_before_it_is_broken() -> None:
    typed = msgspec.structs.replace(
        TEXTS, key_end='"', type_text=' is="{}"', type_words=(("string", "text"),), value_opening=">"
    )
    syntax = DeclaredFormat(Declaration(name="made_up", calls=typed))
    raw = '<do:get_weather><p=days" is="json"3</><p=city" is="text">a</></do>'
    assert calls_in(syntax, raw) == [("get_weather", {"days": 3, "city": "a"})]
    assert calls_in(syntax, raw, is_strict=True) == []


@pytest.mark.parametrize(
    ("kind", "text", "value"), [("integer", "007", 7), ("number", "+5", 5), ("array", "(1, 'a')", [1, "a"])]
)
def test_numbers_and_tuples_of_python_are_read_by_their_type(kind: str, text: str, value: object) -> None:
    tools = (Tool(name="ping", parameters={"type": "object", "properties": {"a": {"type": kind}}}),)
    assert calls_in(MADE_UP, f"<do:ping><p=a>{text}</></do>", tools=tools) == [("ping", {"a": value})]
