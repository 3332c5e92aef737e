"""Kimi K3: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.kimi_k3 import FORMAT
from flowgen.domain.messages import ToolCall
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = (
    '<|open|>tools<|sep|><|open|>call tool="get_weather" index="1"<|sep|><|open|>argument'
    ' key="city" type="string"<|sep|>Paris<|close|>argument<|sep|><|open|>argument'
    ' key="days" type="number"<|sep|>3<|close|>argument<|sep|><|close|>call<|sep|>'
    "<|close|>tools<|sep|>"
)


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        '<|open|>tools<|sep|><|open|>call tool="get_weather" index="1"<|sep|><|open|>argument'
        ' key="city" type="string"<|sep|>Paris<|close|>argument<|sep|><|open|>argument'
        ' key="days" type="number"<|sep|>3<|close|>argument<|sep|><|close|>call<|sep|>'
        '<|open|>call tool="ping" index="2"<|sep|><|close|>call<|sep|><|close|>tools<|sep|>'
    )


def test_text_around_a_call_is_content() -> None:
    answer = read(FORMAT, f"Let me look. {RAW} Done.")
    assert [call.name for call in answer.calls] == [WEATHER.name]
    assert answer.content.split() == ["Let", "me", "look.", "Done."]


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_names_are_escaped_and_values_are_not() -> None:
    call = ToolCall(name="a&b", arguments={'say "hi"': "say &quot;hi&quot;"})
    raw = FORMAT.write([call])
    assert 'tool="a&amp;b"' in raw
    assert 'key="say &quot;hi&quot;" type="string"<|sep|>say &quot;hi&quot;<' in raw
    for is_strict in (True, False):
        assert calls_in(FORMAT, raw, is_strict=is_strict) == [(call.name, call.arguments)]


TestKimiK3 = laws_of(FORMAT, constrainer)
