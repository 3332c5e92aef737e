"""Functionary 3.2: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.functionary_v32 import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = '>>>get_weather\n{"city": "Paris", "days": 3}'


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == ('>>>get_weather\n{"city": "Paris", "days": 3}>>>ping\n{}')


def test_text_around_a_call_is_content() -> None:
    answer = read(FORMAT, f"Let me look. {RAW} Done.")
    assert [call.name for call in answer.calls] == [WEATHER.name]
    assert answer.content.split() == ["Let", "me", "look.", "Done."]


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_raw_code_is_an_argument() -> None:
    assert calls_in(FORMAT, (">>>python\nprint(1)")) == [("python", {"code": "print(1)"})]


def test_text_behind_a_call_is_content() -> None:
    answer = read(FORMAT, "ping\n{}>>>all\nDone.", prompt="assistant\n\n>>>")
    assert ([call.name for call in answer.calls], answer.content) == (["ping"], "Done.")


TestFunctionaryV32 = laws_of(FORMAT, constrainer)
