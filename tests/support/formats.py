"""What the tests of tool-call formats share: tools, calls, and an answer that is read. Knows no syntax."""

from collections.abc import Sequence

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.bootstrap.answer_readers import AnswerReaders
from flowgen.domain.generation import FinishReason
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.ports import ToolCallFormat
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import JsonObject
from flowgen.testing.folding import Fold, fold

_CONSTRAINER = LlguidanceConstrainer(read_answer=AnswerReaders())
_WEATHER: JsonObject = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
TOOLS = (Tool(name="get_weather", parameters=_WEATHER), Tool(name="ping", parameters={}))
WEATHER = ToolCall(name="get_weather", arguments={"city": "Paris", "days": 3})
PING = ToolCall(name="ping", arguments={})

Calls = list[tuple[str, JsonObject]]


def constrainer() -> LlguidanceConstrainer:
    """The constrainer that all formats are held to."""
    return _CONSTRAINER


def read(
    syntax: ToolCallFormat,
    raw: str,
    *,
    is_strict: bool = False,
    end: FinishReason = "stop",
    prompt: str = "",
    tools: Sequence[Tool] = TOOLS,
) -> Fold:
    """Read an answer, letter by letter and whole; both must come to the same."""
    whole, letters = (_read(syntax, pieces, is_strict, end, prompt, tools) for pieces in ([raw], list(raw)))
    assert letters == whole
    return whole


def calls_in(
    syntax: ToolCallFormat, raw: str, *, is_strict: bool = False, prompt: str = "", tools: Sequence[Tool] = TOOLS
) -> Calls:
    """Give the names and arguments of an answer's calls."""
    answer = read(syntax, raw, is_strict=is_strict, prompt=prompt, tools=tools)
    return [(call.name, call.arguments) for call in answer.calls]


def _read(
    syntax: ToolCallFormat, pieces: list[str], is_strict: bool, end: FinishReason, prompt: str, tools: Sequence[Tool]
) -> Fold:
    parser = syntax.parser(AnswerStart(tools=tuple(tools), is_strict=is_strict, generation_prompt=prompt))
    events = [event for piece in pieces for event in parser.feed(piece)]
    return fold([*events, *parser.finish(end)])
