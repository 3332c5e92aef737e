"""any: what an answer in this format is."""

import pytest

from flowgen.adapters.toolcalls.formats.generic_json import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = '{"tool_calls": [{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}}]}'


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        '{"tool_calls": [{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}}, '
        '{"name": "ping", "arguments": {}}]}'
    )


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_a_text_is_told_once_the_object_is_whole() -> None:
    for is_strict in (True, False):
        answer = read(FORMAT, '{"response": "Hi there."}', is_strict=is_strict)
        assert (answer.content, answer.calls, answer.malformed) == ("Hi there.", (), ())


@pytest.mark.parametrize(
    "raw",
    ['{"response": "Hi.", "tool_calls": [{"name": "ping", "arguments": {}}]}',
     '{"tool_calls": [{"name": "ping", "arguments": {}}], "response": "Hi."}',
     '{"response": "Hi.", "name": "ping", "arguments": {}}',
     '[{"response": "Hi."}, {"name": "ping", "arguments": {}}]',
     '[{"name": "ping", "arguments": {}}, {"response": "Hi."}]'],
)  # fmt: skip
def test_a_text_beside_calls_is_content(raw: str) -> None:
    answer = read(FORMAT, raw)
    assert (answer.content, [call.name for call in answer.calls], answer.malformed) == ("Hi.", ["ping"], ())


def test_behind_a_text_a_strict_answer_has_no_calls() -> None:
    call = '{"name": "get_weather", "arguments": {"town": "Rome"}}'
    answer = read(FORMAT, f'{{"response": "Hi."}} {call}', is_strict=True)
    assert (answer.content, answer.calls) == (f"Hi. {call}", ())


def test_a_text_before_a_broken_call_is_not_told_twice() -> None:
    assert read(FORMAT, '{"response": "Hi.", "tool_calls": [{"x": 1}]}').texts.count("Hi.") == 1


TestGenericJson = laws_of(FORMAT, constrainer)
