"""Inkling: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.inkling import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = (
    '<|message_model|>get_weather<|content_invoke_tool_json|>{"name": "get_weather", "args":'
    ' {"city": "Paris", "days": 3}}<|end_message|>'
)


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        '<|message_model|>get_weather<|content_invoke_tool_json|>{"name": "get_weather", "args":'
        ' {"city": "Paris", "days": 3}}<|end_message|><|message_model|>ping'
        '<|content_invoke_tool_json|>{"name": "ping", "args": {}}<|end_message|>'
    )


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


TestInkling = laws_of(FORMAT, constrainer)


def test_what_stands_in_no_header_is_not_taken_for_one() -> None:
    for raw in (
        '<|message_model|>get_weather{"name": "get_weather", "args": {"city": "Paris"}}<|end_message|>',
        '<|message_model|>get_weather{"city": "Paris"}<|message_model|>ping<|content_text|>',
    ):
        answer = read(FORMAT, raw)
        assert (answer.calls, bool(answer.malformed)) == ((), True)
        assert "Paris" in answer.texts
