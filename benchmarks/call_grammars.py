"""Times the grammars of calls: python -m benchmarks.call_grammars [FORMAT ...] [--model GGUF] [--tools 200].

Compile is all that a request costs which no one sent before: the schemas' lowering, our Lark, llguidance's matcher and
its first mask; the vocabulary is read by then. Masks are timed at each token of calls that the format writes, and on
the ways that random draws take from the masks.
"""

import argparse
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Literal

from flowgen.adapters.catalog import EMBEDDED_MODELS, PackagedModels
from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.bootstrap.answer_readers import AnswerReaders
from flowgen.bootstrap.vocabularies import vocabulary_of
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.messages import Tool, ToolCall, ToolChoice
from flowgen.domain.model import Vocabulary
from flowgen.domain.ports import TokenMatcher, ToolCallFormat
from flowgen.domain.values import JsonObject

Mode = Literal["required", "auto"]

_WORDS = ("account", "city", "count", "filter", "limit", "order", "query", "region", "status", "unit", "user", "when")
_KINDS: tuple[JsonObject, ...] = (
    {"type": "string", "description": "Some text."},
    {"type": "integer", "minimum": 0, "maximum": 1000},
    {"type": "number"},
    {"type": "boolean"},
    {"type": "string", "enum": ["low", "medium", "high"]},
    {"type": "array", "items": {"type": "string"}},
    {"type": "object", "properties": {"from": {"type": "string"}, "to": {"type": "string"}}, "required": ["from"]},
)
_VALUES = ("Three blue boxes, by Friday", 321, 2.5, True, "high", ["red", "green"], {"from": "Bern", "to": "Rome"})
_MODES: tuple[Mode, ...] = ("required", "auto")
_NUM_ROUNDS = 3
_MOST_TOKENS = 200


@dataclass
class Figures:
    """One format's times in milliseconds, for one kind of choice."""

    format: str
    mode: Mode
    compile_ms: float
    mask_p50_ms: float
    mask_p99_ms: float
    mask_max_ms: float
    num_masks: int


def tools_of(count: int, start: int = 0) -> tuple[Tool, ...]:
    """Tools with five arguments each of varied types, three of them required; those from another `start` differ."""
    return tuple(_tool(index) for index in range(start, start + count))


def _tool(index: int) -> Tool:
    names = [f"{_WORDS[(index + place * 5) % len(_WORDS)]}_{index + place}" for place in range(5)]
    kinds = [_KINDS[(index + place) % len(_KINDS)] for place in range(5)]
    return Tool(
        name=f"{_WORDS[index % len(_WORDS)]}_tool_{index}",
        description="Does one thing.",
        parameters={"type": "object", "properties": dict(zip(names, kinds, strict=True)), "required": names[:3]},
    )


def _call(tool: Tool) -> ToolCall:
    arguments = {name: _VALUES[_KINDS.index(kind)] for name, kind in tool.parameters["properties"].items()}
    return ToolCall(name=tool.name, arguments=arguments)


def measure(syntax: ToolCallFormat, vocabulary: Vocabulary, num_tools: int, mode: Mode) -> Figures:
    """Compile some times, other tools each time, and follow answers."""
    constrainer = LlguidanceConstrainer(read_answer=AnswerReaders())
    constrainer.compile(JsonSchema(schema={}), vocabulary)  # the vocabulary is read by then
    times = []
    for turn in range(_NUM_ROUNDS):
        tools = tools_of(num_tools, turn * num_tools)
        began = time.process_time()
        constraint = bind_answer(_shape(syntax, tools, mode, vocabulary)).constraint
        if constraint is None:
            raise SystemExit(f"{syntax.name} binds nothing")
        compiled = constrainer.compile(constraint, vocabulary)
        times.append(time.process_time() - began)
    masks = sorted(
        [*_written(compiled.matcher, syntax, vocabulary, tools), *_drawn(compiled.matcher, vocabulary, Random(1))]
    )
    return Figures(
        format=syntax.name,
        mode=mode,
        compile_ms=round(1000 * statistics.median(times), 1),
        mask_p50_ms=round(1000 * statistics.median(masks), 3),
        mask_p99_ms=round(1000 * masks[int(len(masks) * 0.99)], 3),
        mask_max_ms=round(1000 * masks[-1], 3),
        num_masks=len(masks),
    )


def _shape(syntax: ToolCallFormat, tools: tuple[Tool, ...], mode: Mode, vocabulary: Vocabulary) -> AnswerShape:
    special = frozenset(vocabulary.tokens[token].decode("utf-8", "replace") for token in vocabulary.special)
    return AnswerShape(tools=tools, choice=ToolChoice(mode=mode), format=syntax, control_tokens=special)


def _written(
    begin: Callable[[], TokenMatcher], syntax: ToolCallFormat, vocabulary: Vocabulary, tools: Sequence[Tool]
) -> Iterator[float]:
    """The times of masks at each token of some calls."""
    names = {vocabulary.tokens[token]: token for token in vocabulary.special}
    for index in range(6):
        text = syntax.write([_call(tools[index * 37 % len(tools)])])
        matcher, mask = begin(), bytearray((len(vocabulary.tokens) + 31) // 32 * 4)
        for token in _tokens(text, names, vocabulary):
            yield _timed(matcher, mask)
            if not matcher.accept(token):
                raise SystemExit(f"{syntax.name}: its grammar does not take {text!r}")


def _tokens(text: str, names: dict[bytes, int], vocabulary: Vocabulary) -> list[int]:
    pattern = b"|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    tokens: list[int] = []
    for piece in filter(None, re.split(b"(" + pattern + b")", text.encode())):
        tokens += [names[piece]] if piece in names else vocabulary.tokenize(piece)
    return tokens


def _drawn(begin: Callable[[], TokenMatcher], vocabulary: Vocabulary, random: Random) -> Iterator[float]:
    """The times of masks on some ways through the grammar: long tokens are likelier, as a model would have it."""
    for _ in range(3):
        matcher, mask = begin(), bytearray((len(vocabulary.tokens) + 31) // 32 * 4)
        for _ in range(_MOST_TOKENS):
            if matcher.is_finished():
                break
            yield _timed(matcher, mask)
            if not matcher.accept(_picked(mask, random)):
                break


def _picked(mask: bytearray, random: Random) -> int:
    """An allowed token: the first one behind a place by chance, which long masks are quickly asked for."""
    start = random.randrange(len(mask))
    place: int = next(at for at in (*range(start, len(mask)), *range(start)) if mask[at])
    bits = [bit for bit in range(8) if mask[place] >> bit & 1]
    return int(place * 8 + random.choice(bits))


def _timed(matcher: TokenMatcher, mask: bytearray) -> float:
    began = time.process_time()
    matcher.fill_mask(memoryview(mask).cast("I"))
    return time.process_time() - began


def main() -> int:
    """Print a line a format; 0 where all are within the bars."""
    options = _options()
    vocabulary = vocabulary_of(str(options.model))
    chosen = [one for one in builtin_formats() if one.name in options.formats or not options.formats]
    found = []
    for syntax in chosen:
        if syntax.declaration.calls is None:
            continue
        for mode in _MODES:
            figures = measure(syntax, vocabulary, options.tools, mode)
            found.append(figures)
            print(
                f"{figures.format:22} {mode:9} compile {figures.compile_ms:7.1f}  mask p50 {figures.mask_p50_ms:7.3f} "
                f"p99 {figures.mask_p99_ms:7.3f} max {figures.mask_max_ms:8.3f} ms of {figures.num_masks}",
                flush=True,
            )
    if options.json:
        options.json.write_text(json.dumps([asdict(figures) for figures in found], indent=1))
    slow = [one for one in found if one.compile_ms > 150 or one.mask_p50_ms > 0.2 or one.mask_p99_ms > 5]
    print(f"{len(found) - len(slow)} of {len(found)} within 150, 0.2 and 5 ms")
    return 1 if slow else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="*", help="names; all of them unless some are given")
    parser.add_argument(
        "--model",
        type=Path,
        default=PackagedModels().model_file(EMBEDDED_MODELS[0]),
        help="the GGUF whose vocabulary masks are made for",
    )
    parser.add_argument("--tools", type=int, default=200)
    parser.add_argument("--json", type=Path, help="where the figures go")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
