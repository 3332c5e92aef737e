"""Qwen3-Coder, Qwen 3.5 to 3.8, Nemotron 3 Nano, Step 3.5, MiMo v2: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.qwen3_coder import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = (
    "<tool_call>\n"
    "<function=get_weather>\n"
    "<parameter=city>\n"
    "Paris\n"
    "</parameter>\n"
    "<parameter=days>\n"
    "3\n"
    "</parameter>\n"
    "</function>\n"
    "</tool_call>"
)


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        "<tool_call>\n"
        "<function=get_weather>\n"
        "<parameter=city>\n"
        "Paris\n"
        "</parameter>\n"
        "<parameter=days>\n"
        "3\n"
        "</parameter>\n"
        "</function>\n"
        "</tool_call>\n"
        "<tool_call>\n"
        "<function=ping>\n"
        "</function>\n"
        "</tool_call>"
    )


def test_text_around_a_call_is_content() -> None:
    answer = read(FORMAT, f"Let me look. {RAW} Done.")
    assert [call.name for call in answer.calls] == [WEATHER.name]
    assert answer.content.split() == ["Let", "me", "look.", "Done."]


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_a_missing_outer_tag_is_forgiven() -> None:
    assert calls_in(FORMAT, ("<function=ping>\n</function>\n</tool_call>")) == [("ping", {})]


def test_a_break_of_the_value_is_the_values() -> None:
    assert calls_in(
        FORMAT,
        ("<tool_call>\n<function=get_weather>\n<parameter=city>\n\nOslo\n\n</parameter>\n</function>\n</tool_call>"),
    ) == [("get_weather", {"city": "\nOslo\n"})]


def test_broken_json_in_tags_does_not_break_what_follows() -> None:
    broken = '<tool_call>\n{"function": {"name": 1}}\n</tool_call>\n'
    good = '<tool_call>\n{"function": {"name": "ping"}}\n</tool_call>'
    assert calls_in(FORMAT, broken * 8 + good) == [("ping", {})]


def test_json_in_tags_may_lack_its_last_brace() -> None:
    answer = read(FORMAT, '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Rome"}\n</tool_call> Bye.')
    assert [(call.name, call.arguments) for call in answer.calls] == [("get_weather", {"city": "Rome"})]
    assert (answer.texts, answer.malformed) == (" Bye.", ())


TestQwen3Coder = laws_of(FORMAT, constrainer)
