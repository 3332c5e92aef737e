"""Mistral 7B v0.3, Nemo, Large: what an answer in this format is."""

import pytest

from flowgen.adapters.toolcalls.formats.mistral_json import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = '[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}, "id": "000000000"}]'


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        '[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}, "id":'
        ' "000000000"}, {"name": "ping", "arguments": {}, "id": "000000001"}]'
    )


def test_text_around_a_call_is_content() -> None:
    answer = read(FORMAT, f"Let me look. {RAW} Done.")
    assert [call.name for call in answer.calls] == [WEATHER.name]
    assert answer.content.split() == ["Let", "me", "look.", "Done."]


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_prose_before_the_list_is_no_call() -> None:
    assert calls_in(FORMAT, '[TOOL_CALLS] see: [{"name": "ping", "arguments": {}}]') == [("ping", {})]


@pytest.mark.parametrize(
    "raw", ['ping{"a": 1}', ' ping {"a": 1}', 'ping[ARGS]{"a": 1}', 'ping[CALL_ID]a1b2c3d4e[ARGS]{"a": 1}']
)
def test_the_later_spelling_is_read_too(raw: str) -> None:
    answer = read(FORMAT, f"[TOOL_CALLS]{raw}[TOOL_CALLS]{raw} Bye.")
    assert [(call.name, call.arguments) for call in answer.calls] == [("ping", {"a": 1})] * 2
    assert answer.texts == " Bye."
    assert calls_in(FORMAT, f"[TOOL_CALLS]{raw}", is_strict=True) == []


TestMistralJson = laws_of(FORMAT, constrainer)
