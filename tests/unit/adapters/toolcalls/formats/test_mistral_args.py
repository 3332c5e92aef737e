"""Mistral Small 3.1 and later, Devstral, Ministral 3, Magistral: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.mistral_args import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = '[TOOL_CALLS]get_weather[ARGS]{"city": "Paris", "days": 3}'


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert (
        FORMAT.write([WEATHER, PING])
        == '[TOOL_CALLS]get_weather[ARGS]{"city": "Paris", "days": 3}[TOOL_CALLS]ping[ARGS]{}'
    )


def test_text_around_a_call_is_content() -> None:
    answer = read(FORMAT, f"Let me look. {RAW} Done.")
    assert [call.name for call in answer.calls] == [WEATHER.name]
    assert answer.content.split() == ["Let", "me", "look.", "Done."]


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_second_names() -> None:
    assert FORMAT.aliases == ("mistral_v11_bare",)


def test_an_id_may_stand_before_the_arguments() -> None:
    assert calls_in(FORMAT, "[TOOL_CALLS]ping[CALL_ID]abcdefghi[ARGS]{}") == [("ping", {})]


def test_marks_that_were_dropped_are_not_missed() -> None:
    assert calls_in(FORMAT, "[TOOL_CALLS]ping{}") == [("ping", {})]


def test_a_list_of_older_models_is_understood() -> None:
    assert calls_in(FORMAT, '[TOOL_CALLS] [{"name": "ping", "arguments": {}, "id": "123456789"}]') == [("ping", {})]


TestMistralArgs = laws_of(FORMAT, constrainer)
