"""How an answer is split into content and calls: reading goes on, whatever began."""

import pytest

from flowgen.adapters.toolcalls.declaration import DeclaredFormat
from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.adapters.toolcalls.formats.functionary_v32 import FORMAT as FUNCTIONARY
from flowgen.adapters.toolcalls.formats.gpt_oss import FORMAT as GPT_OSS
from flowgen.domain.generation import FinishReason
from support.formats import read

WITH_CALLS = [format for format in builtin_formats() if format.declaration.calls is not None]


@pytest.mark.parametrize("format", WITH_CALLS, ids=lambda format: format.name)
def test_an_opening_that_no_call_follows_does_not_hold_the_answer_up(format: DeclaredFormat) -> None:
    """A list where the syntax has none was once read again and again, for ever."""
    syntax = format.declaration.calls
    assert syntax is not None
    openings = syntax.openings()
    for opening in (*openings.marked, *openings.plain, *openings.bare, *openings.loose, "[", "{", "[{"):
        for is_strict in (True, False):
            answer = read(format, f"{opening} is no call", is_strict=is_strict)
            assert answer.calls == ()
            assert "no call" in answer.texts or answer.texts == ""


@pytest.mark.parametrize(
    ("syntax", "prompt", "raw"),
    [
        (GPT_OSS, "<|start|>assistant", "Hello there."),
        (GPT_OSS, "<|start|>assistant", "<|channel|>commentary to=functions.ping<|message|>{no}"),
        (FUNCTIONARY, "assistant\n\n>>>", "Hello there."),
        (FUNCTIONARY, "assistant\n\n>>>", "ping\n{no}"),
    ],
)
@pytest.mark.parametrize("end", ["stop", "length"])
def test_what_the_prompt_wrote_is_no_text_of_the_answer(
    syntax: DeclaredFormat, prompt: str, raw: str, end: FinishReason
) -> None:
    answer = read(syntax, raw, prompt=prompt, end=end)
    assert (answer.texts, answer.calls) == (raw, ())
    assert all(malformed.raw for malformed in answer.malformed)
