"""Kestrel's calls: the laws of all formats, and the sample that the format began with."""

from flowgen_kestrel import FORMAT

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.domain.messages import ToolCall
from flowgen.domain.toolcalls import AnswerStart
from flowgen.testing.folding import fold
from flowgen.testing.format_laws import laws_of

SAMPLE = 'Let me look.<|fly|>get_weather<|with|>{"city": "Paris"}<|land|>'

TestKestrel = laws_of(FORMAT, LlguidanceConstrainer)


def test_the_sample_is_read() -> None:
    parser = FORMAT.parser(AnswerStart(is_strict=False))
    read = fold([*parser.feed(SAMPLE), *parser.finish("stop")])
    assert read.content == "Let me look."
    assert read.calls == (ToolCall(name="get_weather", arguments={"city": "Paris"}),)
