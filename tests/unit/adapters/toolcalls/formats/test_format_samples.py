"""Every format that has calls reads the raw sample of its own docstring: whole, letter by letter, and strictly."""

import inspect
import sys
from collections.abc import Sequence

import pytest

from flowgen.adapters.toolcalls import formats
from flowgen.adapters.toolcalls.declaration import DeclaredFormat
from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.domain.messages import Tool
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import JsonObject
from flowgen.testing.folding import Fold, fold

CITY: JsonObject = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
TOOLS = tuple(Tool(name=name, parameters=CITY) for name in ("get_weather", "get_time", "brave_search", "calculate_sum"))
WITH_CALLS = [format for format in builtin_formats() if format.declaration.calls is not None]
WITHOUT_CALLS = [format for format in builtin_formats() if format.declaration.calls is None]


def sample(format: DeclaredFormat) -> str:
    """What stands in the docstring of the format's file behind its first paragraph."""
    module = sys.modules[f"{formats.__name__}.{format.name}"]
    return inspect.cleandoc(module.__doc__ or "").partition("\n\n")[2]


def read(format: DeclaredFormat, pieces: Sequence[str], *, is_strict: bool) -> Fold:
    parser = format.parser(AnswerStart(tools=TOOLS, is_strict=is_strict))
    events = [event for piece in pieces for event in parser.feed(piece)]
    return fold([*events, *parser.finish("stop")])


@pytest.mark.parametrize("format", WITH_CALLS, ids=lambda format: format.name)
def test_the_sample_is_calls(format: DeclaredFormat) -> None:
    raw = sample(format)
    whole = read(format, [raw], is_strict=False)
    assert whole.calls
    assert all(call.name in raw for call in whole.calls)
    assert whole.calls[0].arguments
    assert all(str(value) in raw for value in whole.calls[0].arguments.values())
    assert whole.malformed == ()
    assert not any(marker in whole.content for marker in format.markup(TOOLS).preserved)
    assert read(format, list(raw), is_strict=False) == whole


@pytest.mark.parametrize("format", WITH_CALLS, ids=lambda format: format.name)
def test_what_is_written_of_the_samples_calls_is_them(format: DeclaredFormat) -> None:
    calls = read(format, [sample(format)], is_strict=False).calls
    again = read(format, [format.write(calls)], is_strict=True)
    assert [(call.name, call.arguments) for call in again.calls] == [(call.name, call.arguments) for call in calls]
    assert (again.content, again.malformed) == ("", ())


@pytest.mark.parametrize("format", WITHOUT_CALLS, ids=lambda format: format.name)
def test_a_format_without_calls_reads_none(format: DeclaredFormat) -> None:
    assert read(format, [sample(format)], is_strict=False).calls == ()
