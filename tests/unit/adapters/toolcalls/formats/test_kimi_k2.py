"""Kimi K2, K2 Thinking, K2.5: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.kimi_k2 import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = (
    "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0"
    '<|tool_call_argument_begin|>{"city": "Paris", "days": 3}<|tool_call_end|>'
    "<|tool_calls_section_end|>"
)


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0"
        '<|tool_call_argument_begin|>{"city": "Paris", "days": 3}<|tool_call_end|>'
        "<|tool_call_begin|>functions.ping:1<|tool_call_argument_begin|>{}<|tool_call_end|>"
        "<|tool_calls_section_end|>"
    )


def test_text_around_a_call_is_content() -> None:
    answer = read(FORMAT, f"Let me look. {RAW} Done.")
    assert [call.name for call in answer.calls] == [WEATHER.name]
    assert answer.content.split() == ["Let", "me", "look.", "Done."]


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_the_section_may_be_missing() -> None:
    assert calls_in(FORMAT, "<|tool_call_begin|>functions.ping:4<|tool_call_argument_begin|>{}<|tool_call_end|>") == [
        ("ping", {})
    ]


def test_a_section_may_be_named_in_the_singular() -> None:
    call = "<|tool_call_begin|>functions.ping:0<|tool_call_argument_begin|>{}<|tool_call_end|>"
    answer = read(FORMAT, f"Hi.<|tool_call_section_begin|>{call}<|tool_call_section_end|>")
    assert ([call.name for call in answer.calls], answer.content) == (["ping"], "Hi.")


def test_the_last_brackets_of_arguments_may_be_missing() -> None:
    broken = RAW.replace("3}", '[3, {"a": "}"').replace("<|tool_calls_section_end|>", "")
    ping = "<|tool_call_begin|>functions.ping:1<|tool_call_argument_begin|>{}<|tool_call_end|>"
    answer = read(FORMAT, f"{broken}{ping}<|tool_calls_section_end|>")
    assert [(call.name, call.arguments) for call in answer.calls] == [
        ("get_weather", {"city": "Paris", "days": [3, {"a": "}"}]}),
        ("ping", {}),
    ]
    assert (answer.content, answer.malformed) == ("", ())


TestKimiK2 = laws_of(FORMAT, constrainer)
