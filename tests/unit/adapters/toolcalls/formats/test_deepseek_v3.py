"""DeepSeek V3, R1 and distills, Cogito v2: what an answer in this format is."""

from flowgen.adapters.toolcalls.formats.deepseek_v3 import FORMAT
from flowgen.testing.format_laws import laws_of
from support.formats import PING, WEATHER, calls_in, constrainer, read

RAW = (
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n"
    "```json\n"
    '{"city": "Paris", "days": 3}\n'
    "```<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
)


def test_a_call_is_written_so_and_read_back() -> None:
    assert FORMAT.write([WEATHER]) == RAW
    for is_strict in (True, False):
        assert calls_in(FORMAT, RAW, is_strict=is_strict) == [(WEATHER.name, WEATHER.arguments)]


def test_two_calls_are_written_so() -> None:
    assert FORMAT.write([WEATHER, PING]) == (
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n"
        "```json\n"
        '{"city": "Paris", "days": 3}\n'
        "```<｜tool▁call▁end｜>\n"
        "<｜tool▁call▁begin｜>function<｜tool▁sep｜>ping\n"
        "```json\n"
        "{}\n"
        "```<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
    )


def test_text_around_a_call_is_content() -> None:
    answer = read(FORMAT, f"Let me look. {RAW} Done.")
    assert [call.name for call in answer.calls] == [WEATHER.name]
    assert answer.content.split() == ["Let", "me", "look.", "Done."]


def test_a_call_that_the_token_limit_cut_is_not_complete() -> None:
    answer = read(FORMAT, RAW[: RAW.index("Paris") + 3], end="length")
    assert (answer.calls, answer.content, len(answer.malformed)) == ((), "", 1)


def test_second_names() -> None:
    assert FORMAT.aliases == ("deepseek_v3_ascii",)


def test_calls_as_later_models_write_them_are_understood() -> None:
    raw = "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>ping<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜> Bye."
    answer = read(FORMAT, raw)
    assert ([call.name for call in answer.calls], answer.content) == (["ping"], " Bye.")


TestDeepseekV3 = laws_of(FORMAT, constrainer)
