"""MiniCPM5: what an answer in this format is."""

import pytest

from flowgen.adapters.toolcalls.formats.minicpm5 import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = '<function name="get_weather"><param name="city">Paris</param><param name="days">3</param></function>'


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        '<function name="get_weather"><param name="city">Paris</param><param name="days">3'
        "</param></function>\n"
        '<function name="ping"></function>'
    )


def test_text_around_a_call_is_content() -> None:
    answer = read(FORMAT, f"Let me look. {RAW} Done.")
    assert [call.name for call in answer.calls] == [WEATHER.name]
    assert answer.content.split() == ["Let", "me", "look.", "Done."]


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_a_cdata_section() -> None:
    assert calls_in(FORMAT, '<function name="get_weather"><param name="city"><![CDATA[a<b]]></param></function>') == [
        ("get_weather", {"city": "a<b"})
    ]


@pytest.mark.parametrize(("function", "param"), [("", ""), ("Ġ", "Ġ"), ("Ġ", ""), (" ", "Ġ"), ("", " ")])
def test_tags_whose_space_the_tokenizer_lost(function: str, param: str) -> None:
    raw = RAW.replace("<function ", f"<function{function}").replace("<param ", f"<param{param}")
    assert calls_in(FORMAT, raw) == [(WEATHER.name, WEATHER.arguments)]


TestMinicpm5 = laws_of(FORMAT, constrainer)
