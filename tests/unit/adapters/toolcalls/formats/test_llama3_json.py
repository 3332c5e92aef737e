"""Llama 3.1, 3.2 and 3.3: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.llama3_json import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = '{"name": "get_weather", "parameters": {"city": "Paris", "days": 3}}'


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        '{"name": "get_weather", "parameters": {"city": "Paris", "days": 3}}; {"name": "ping", "parameters": {}}'
    )


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_calls_behind_semicolons() -> None:
    assert calls_in(
        FORMAT, ('{"name": "ping", "parameters": {}}; {"name": "get_weather", "parameters": {"city": "Rome"}}')
    ) == [("ping", {}), ("get_weather", {"city": "Rome"})]


def test_json_of_no_tool_is_text() -> None:
    assert calls_in(FORMAT, '{"name": "nobody", "parameters": {}}') == []


TestLlama3Json = laws_of(FORMAT, constrainer)
