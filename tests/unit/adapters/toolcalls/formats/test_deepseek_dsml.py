"""DeepSeek V3.2, V4, V4.1: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.deepseek_dsml import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = (
    "<｜DSML｜tool_calls>\n"
    '<｜DSML｜invoke name="get_weather">\n'
    '<｜DSML｜parameter name="city" string="true">Paris</｜DSML｜parameter>\n'
    '<｜DSML｜parameter name="days" string="false">3</｜DSML｜parameter>\n'
    "</｜DSML｜invoke>\n"
    "</｜DSML｜tool_calls>"
)


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        "<｜DSML｜tool_calls>\n"
        '<｜DSML｜invoke name="get_weather">\n'
        '<｜DSML｜parameter name="city" string="true">Paris</｜DSML｜parameter>\n'
        '<｜DSML｜parameter name="days" string="false">3</｜DSML｜parameter>\n'
        "</｜DSML｜invoke>\n"
        '<｜DSML｜invoke name="ping">\n'
        "</｜DSML｜invoke>\n"
        "</｜DSML｜tool_calls>"
    )


def test_text_around_a_call_is_content() -> None:
    answer = read(FORMAT, f"Let me look. {RAW} Done.")
    assert [call.name for call in answer.calls] == [WEATHER.name]
    assert answer.content.split() == ["Let", "me", "look.", "Done."]


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_types_are_on_the_wire() -> None:
    assert calls_in(
        FORMAT,
        (
            "<｜DSML｜function_calls>\n"
            '<｜DSML｜invoke name="ping">\n'
            '<｜DSML｜parameter name="n" string="false">[1]</｜DSML｜parameter>\n'
            "</｜DSML｜invoke>\n"
            "</｜DSML｜function_calls>"
        ),
    ) == [("ping", {"n": [1]})]


def test_arguments_may_be_a_json_object_in_place_of_tags() -> None:
    assert calls_in(
        FORMAT,
        (
            '<｜DSML｜function_calls>\n <｜DSML｜invoke name="get_weather">\n {\n "city": "Paris", "days": 3\n }\n'
            ' </｜DSML｜invoke>\n <｜DSML｜invoke name="ping">\n{}</｜DSML｜invoke>\n</｜DSML｜function_calls>'
        ),
    ) == [("get_weather", {"city": "Paris", "days": 3}), ("ping", {})]


def test_a_tag_that_stands_alone_is_a_call_without_arguments() -> None:
    raw = RAW.replace("\n</｜DSML｜tool_calls>", '\n<｜DSML｜invoke name="ping"/>\n</｜DSML｜tool_calls>')
    assert calls_in(FORMAT, raw) == [(WEATHER.name, WEATHER.arguments), ("ping", {})]


TestDeepseekDsml = laws_of(FORMAT, constrainer)
