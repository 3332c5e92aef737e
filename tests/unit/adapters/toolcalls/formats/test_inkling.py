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


def test_a_call_of_no_known_tool_is_a_call() -> None:
    assert calls_in(FORMAT, RAW.replace("get_weather", "find")) == [("find", WEATHER.arguments)]


def test_the_end_of_the_answer_ends_its_message() -> None:
    """The token that ends sampling may come as text, in place of the message's end or behind it."""
    end = "<|content_model_end_sampling|>"
    raw = f"<|content_text|>Let me look.<|end_message|>{RAW.removesuffix('<|end_message|>')}"
    for closing in (end, f"<|end_message|>{end}"):
        answer = read(FORMAT, raw + closing)
        assert ([call.name for call in answer.calls], answer.content) == ([WEATHER.name], "Let me look.")
        assert read(FORMAT, f"<|content_text|>Hello.{closing}").content == "Hello."
