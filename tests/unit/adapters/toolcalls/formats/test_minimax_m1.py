"""MiniMax M1: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.minimax_m1 import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = '<tool_calls>\n{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}}\n</tool_calls>'


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        "<tool_calls>\n"
        '{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}}\n'
        '{"name": "ping", "arguments": {}}\n'
        "</tool_calls>"
    )


def test_text_around_a_call_is_content() -> None:
    answer = read(FORMAT, f"Let me look. {RAW} Done.")
    assert [call.name for call in answer.calls] == [WEATHER.name]
    assert answer.content.split() == ["Let", "me", "look.", "Done."]


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_broken_lines_do_not_break_what_follows() -> None:
    broken, good = '{"function": {"name": 1}}\n', '{"function": {"name": "ping"}}\n'
    answer = read(FORMAT, f"<tool_calls>\n{good}{broken * 9}{good}</tool_calls>")
    assert ([call.name for call in answer.calls], len(answer.malformed)) == (["ping", "ping"], 9)


TestMinimaxM1 = laws_of(FORMAT, constrainer)
