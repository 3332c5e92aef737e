"""Reads answers' texts where their values are checked: in the engine's process. Knows the formats; refuses to know what
is checked."""

from flowgen.adapters.toolcalls.declaration import DeclaredFormat
from flowgen.application.answer_parser import AnswerParser
from flowgen.application.reasoning import ReasoningSplitter
from flowgen.bootstrap.formats import make_formats
from flowgen.domain.constraints import AnswerReading
from flowgen.domain.prompts import ReasoningTags
from flowgen.domain.toolcalls import AnswerStart


class AnswerReaders:
    """Makes readers; finds the formats once they are asked for."""

    def __init__(self) -> None:
        self._formats = make_formats()

    def __call__(self, reading: AnswerReading) -> AnswerParser:
        """A reader of one answer, the same as the chat's own. Raises UnknownPlugin."""
        tools = tuple(checked.tool for checked in reading.tools)
        calls = None
        if reading.format is not None:
            start = AnswerStart(tools=tools, generation_prompt=reading.generation_prompt)
            syntax = DeclaredFormat.of_description(reading.description) if reading.description else None
            calls = (syntax or self._formats.get(reading.format)).parser(start)
        tags = None
        if reading.reasoning is not None:
            opening, closing, label = reading.reasoning
            tags = ReasoningTags(opening=opening, closing=closing, label=label)
        splitter = ReasoningSplitter(tags, is_open=reading.opens_reasoning)
        return AnswerParser(splitter, calls, frozenset(tool.name for tool in tools))
