"""Times the parsers of tool-call formats: python -m benchmarks.tool_parsers [FORMAT ...] [--kilobytes 32] [--rounds 5].

Answers come in pieces of 16 characters: prose with calls, and nothing but calls with short arguments; each at a length
and at four times that length, where a cost that grows with the length would show. Times are a processor's, medians of
some rounds; `growth` is the cost of a byte in the long answer by that in the short one.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator

from flowgen.adapters.toolcalls.declaration import DeclaredFormat
from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import JsonObject

_PIECE = 16
_TIMES_LONGER = 4
_LEAST_SPEED = 2.0
_MOST_GROWTH = 1.5

_SEARCH: JsonObject = {
    "type": "object",
    "properties": {"query": {"type": "string"}, "limit": {"type": "integer"}, "exact": {"type": "boolean"}},
}
_WRITE: JsonObject = {"type": "object", "properties": {"path": {"type": "string"}, "content": {"type": "string"}}}
TOOLS = (Tool(name="search_documents", parameters=_SEARCH), Tool(name="write_file", parameters=_WRITE))
SHORT = ToolCall(
    name="search_documents",
    arguments={"query": "shops in Bern that mend a folding bicycle", "limit": 10, "exact": True},
)
LONG = ToolCall(
    name="write_file",
    arguments={
        "path": "notes/today.txt",
        "content": 'Bread, milk and "soft" cheese;\nstamps, if there are any.\n' * 12,
    },
)
PROSE = "Let me look at this for you; one moment, please. " * 4


def answers(syntax: DeclaredFormat, size: int) -> Iterator[tuple[str, str]]:
    """Give the kinds of answers, each with one of about that many characters. Without markers calls open an answer, and
    none follows prose: then a block of many calls stands for them."""
    yield "calls", _of_calls(syntax, [SHORT], "", size)
    yield "prose and calls", _of_calls(syntax, [SHORT, LONG], PROSE, size)


def _of_calls(syntax: DeclaredFormat, calls: list[ToolCall], prose: str, size: int) -> str:
    syntax_of_calls = syntax.declaration.calls
    openings = syntax_of_calls.openings() if syntax_of_calls else None
    is_marked = openings is not None and bool(openings.marked or openings.plain)
    if getattr(syntax_of_calls, "is_alone", False):
        block = prose + "".join(syntax.write([call]) for call in calls)
    elif is_marked:
        block = prose + syntax.write(calls)
    else:
        return syntax.write(calls * max(1, size // len(syntax.write(calls))))
    return block * max(1, size // len(block))


def seconds_of(syntax: DeclaredFormat, text: str) -> float:
    """The processor's time for an answer, in seconds."""
    parser = syntax.parser(AnswerStart(tools=TOOLS, is_strict=False))
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    feed = parser.feed
    began = time.process_time()
    for piece in pieces:
        feed(piece)
    parser.finish("stop")
    return time.process_time() - began


def measure(syntax: DeclaredFormat, size: int, rounds: int) -> Iterator[tuple[str, float, float]]:
    """Give for each kind of answer its name, the megabytes that are read in a second, and its growth."""
    longer = dict(answers(syntax, _TIMES_LONGER * size))
    for kind, text in answers(syntax, size):
        speeds, growths = [], []
        for _ in range(rounds):
            small = seconds_of(syntax, text) / len(text.encode())
            large = seconds_of(syntax, longer[kind]) / len(longer[kind].encode())
            speeds += [1e-6 / small, 1e-6 / large]
            growths.append(large / small)
        yield kind, statistics.median(speeds), statistics.median(growths)


def main() -> int:
    """Print a line for each format and kind; 0 where all are within the bars."""
    options = _options()
    found = []
    for syntax in builtin_formats():
        if syntax.declaration.calls is None or (options.formats and syntax.name not in options.formats):
            continue
        for kind, speed, growth in measure(syntax, 1000 * options.kilobytes, options.rounds):
            found.append((speed, growth))
            print(f"{syntax.name:22} {kind:16} {speed:6.2f} MB/s  growth {growth:5.2f}", flush=True)
    good = sum(speed >= _LEAST_SPEED and growth <= _MOST_GROWTH for speed, growth in found)
    print(f"{good} of {len(found)} read at least {_LEAST_SPEED} MB/s and grow at most {_MOST_GROWTH} times")
    return 0 if good == len(found) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="*", help="names; all of them unless some are given")
    parser.add_argument("--kilobytes", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
