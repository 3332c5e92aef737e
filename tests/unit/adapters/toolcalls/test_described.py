"""Formats that travel as data: what is written is read by what arrives."""

import pytest

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.messages import Messages
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.bootstrap.answer_readers import AnswerReaders
from flowgen.domain.constraints import AnswerReading, CheckedTool
from flowgen.domain.events import ToolCallFinished
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerStart
from flowgen.testing.folding import fold

PARAMETERS = {"type": "object", "properties": {"a": {"type": "string"}, "n": {"type": "integer"}}}
TOOL = Tool(name="f", parameters=PARAMETERS)
CALL = ToolCall(name="f", arguments={"a": "x y", "n": 3})


@pytest.mark.parametrize("name", [syntax.name for syntax in builtin_formats()])
def test_a_described_format_reads_the_same(name: str) -> None:
    syntax = next(one for one in builtin_formats() if one.name == name)
    calls = syntax.declaration.calls
    if calls is None or isinstance(calls, Messages):
        assert syntax.description() == ""
        return
    parser = DeclaredFormat.of_description(syntax.description()).parser(AnswerStart(tools=(TOOL,)))
    read = fold([*parser.feed(syntax.write([CALL])), *parser.finish("stop")])
    assert [(call.name, call.arguments) for call in read.calls] == [(CALL.name, CALL.arguments)]


def test_the_engine_reads_a_format_that_it_cannot_know_by_name() -> None:
    syntax = DeclaredFormat(Declaration(name="derived", calls=NamedJson(opening="<go>", name_end=" ", closing="</go>")))
    reading = AnswerReading(
        format="derived", description=syntax.description(), tools=(CheckedTool(tool=TOOL, field="tools[0]"),)
    )
    events = AnswerReaders()(reading).feed(syntax.write([CALL]))
    assert [event.call.arguments for event in events if isinstance(event, ToolCallFinished)] == [CALL.arguments]
