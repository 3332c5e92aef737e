"""Llama 3.2 in text, ToolACE: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.pythonic import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = '[get_weather(city="Paris", days=3)]'


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == '[get_weather(city="Paris", days=3), ping()]'


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_a_link_is_text() -> None:
    assert calls_in(FORMAT, "See [ping](http://example.org).") == []


def test_words_of_json_and_python() -> None:
    assert calls_in(FORMAT, "[get_weather(city=None, days=true)]") == [("get_weather", {"city": None, "days": True})]


TestPythonic = laws_of(FORMAT, constrainer)
