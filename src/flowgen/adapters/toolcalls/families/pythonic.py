"""Calls in Python's notation, in a list or a line each.

<|tool_call_start|>[get_weather(city="Paris", days=3)]<|tool_call_end|>
"""

from collections.abc import Sequence
from functools import partial

import msgspec

from flowgen.adapters.toolcalls.answer_reader import BlockReader, Openings
from flowgen.adapters.toolcalls.block_grammar import BlockGrammar, begins_with, markup_of
from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import NO_SPACE_OF_GRAMMARS, CharacterStream, Reading
from flowgen.adapters.toolcalls.markers import stripped
from flowgen.adapters.toolcalls.pythonic import NAME, PythonicReader
from flowgen.adapters.toolcalls.pythonic_grammar import PythonicGrammar
from flowgen.adapters.toolcalls.pythonic_writer import write_calls
from flowgen.application import lark
from flowgen.domain.errors import CannotWrite
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup
from flowgen.domain.values import Value


class Pythonic(Value, frozen=True):
    """The syntax. `opening` and `closing` stand around a block of calls, empty where there are none. `has_brackets`: a
    block is a list; else its calls stand a line each. `name_suffix` follows each name. `bare_openings` are read as
    markers where a call of a known tool follows."""

    opening: str = ""
    closing: str = ""
    has_brackets: bool = True
    name_suffix: str = ""
    is_alone: bool = False
    bare_openings: tuple[str, ...] = ()

    def openings(self) -> Openings:
        marked = stripped(self.opening)
        bare = self.bare_openings if marked else ("[", *self.bare_openings)
        return Openings(marked=marked, bare=bare, closings=stripped(self.closing))

    def begun(self, start: AnswerStart) -> str:
        return ""

    def write(self, calls: Sequence[ToolCall]) -> str:
        if self.is_alone and len(calls) > 1:
            raise CannotWrite(f"An answer in this format holds one call, not {len(calls)}.")
        named = [msgspec.structs.replace(call, name=call.name + self.name_suffix) for call in calls]
        markers = self._own_texts()
        if self.has_brackets:
            return f"{self.opening}{write_calls(named, markers=markers)}{self.closing}"
        return self.opening + "\n".join(write_calls([call], markers=markers)[1:-1] for call in named) + self.closing

    def grammar(self, name: str, plan: AnswerPlan, dropped: Sequence[str] = ()) -> GrammarPart:
        grammar = BlockGrammar(name, plan, dropped)
        calls = PythonicGrammar(grammar, self._own_texts(), self.name_suffix)
        separator = None if self.is_alone else ", " if self.has_brackets else "\n"
        if not self.opening:
            names = "|".join(lark.pattern(tool.name) for tool in plan.tools)
            body = f'{calls.list_of_calls(separator, opening="[")} "]"'
            return grammar.bare(body, rf"\[\s*({names})\s*\(")
        left, right = ('"[" ', ' "]"') if self.has_brackets else ("", "")
        body = f"{left}{calls.list_of_calls(separator)}{right} {grammar.texts(self.closing)}"
        return grammar.marked(self.opening, body, self.openings(), None)

    def _own_texts(self) -> tuple[str, ...]:
        return (*stripped(self.opening, self.closing), "<|")

    def markup(self, tools: Sequence[Tool]) -> Markup:
        if not self.opening:
            return begins_with(f"[{tool.name}(" for tool in tools)
        return markup_of(self, self.closing)

    def reader(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> BlockReader:
        return partial(self._read, stream, events, start)

    def _read(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> Reading[None]:
        openings = stripped(self.opening)
        opening = stream.begins_now(openings) or (yield from stream.starts_with_any(openings))
        stream.at += len(opening)
        if not opening:
            yield from self._check(stream, start)
        reader = PythonicReader(
            stream,
            events,
            is_lenient=not start.is_strict,
            has_brackets=self.has_brackets,
            name_suffix=self.name_suffix,
        )
        yield from reader.calls()
        yield from self._close(stream, opening)

    def _check(self, stream: CharacterStream, start: AnswerStart) -> Reading[None]:
        """Raise BrokenCall unless a list of calls of known tools begins here; waits only as long as it may."""
        names = frozenset(tool.name for tool in start.tools)
        yield from stream.starts_with("[")
        stream.skip(1)
        if not stream.space_now():
            yield from stream.space()
        name = ""
        while (yield from stream.peek()) and (piece := stream.take_now(NAME)):
            name += piece
            if names and not any(known.startswith(name) for known in names):
                raise BrokenCall(f"{name!r} is no tool")
        found = stream.space_now() or (yield from stream.space())
        if not found:
            raise CutCall(stream.end) if any(known.startswith(name) for known in names) else BrokenCall("no call")
        if found != "(" or (names and name not in names) or not name:
            raise BrokenCall("no call of a tool")
        if start.is_strict and NO_SPACE_OF_GRAMMARS.search(stream.marked):
            raise BrokenCall("other white space than the grammar's")
        stream.rewind()

    def _close(self, stream: CharacterStream, opening: str) -> Reading[None]:
        """Take the closing; an answer may end without it."""
        closing = self.closing.strip()
        size = stream.num_marked
        found = stream.space_now() or (yield from stream.space())
        if closing and (yield from stream.starts_with(closing)):
            stream.skip(len(closing))
        elif stream.end is not None and (not stream.available or stream.is_cut((closing,))):
            stream.skip(len(stream.available))
        elif opening and closing:
            raise BrokenCall(f"{closing} expected, {found!r} found")
        else:
            stream.rewind(size)
        stream.set_mark()
