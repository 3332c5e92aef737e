"""Command R7B, Command A, Cohere2MoE: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.cohere_action import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = (
    "<|START_ACTION|>[\n"
    '    {"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Paris",'
    ' "days": 3}}\n'
    "]<|END_ACTION|>"
)


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        "<|START_ACTION|>[\n"
        '    {"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Paris",'
        ' "days": 3}},\n'
        '    {"tool_call_id": "1", "tool_name": "ping", "parameters": {}}\n'
        "]<|END_ACTION|>"
    )


def test_text_around_a_call_is_content() -> None:
    answer = read(FORMAT, f"Let me look. {RAW} Done.")
    assert [call.name for call in answer.calls] == [WEATHER.name]
    assert answer.content.split() == ["Let", "me", "look.", "Done."]


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_an_unknown_tool_is_told() -> None:
    assert calls_in(
        FORMAT, ('<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "nobody", "parameters": {}}]<|END_ACTION|>')
    ) == [("nobody", {})]


TestCohereAction = laws_of(FORMAT, constrainer)
