"""Calls that are JSON objects: one or a list of them between markers, or without any.

<tool_call>
{"name": "get_weather", "arguments": {"city": "Paris"}}
</tool_call>
"""

from collections.abc import Sequence
from functools import lru_cache, partial

from flowgen.adapters.toolcalls.answer_reader import BlockReader, Openings
from flowgen.adapters.toolcalls.block_grammar import BlockGrammar, begins_with, markup_of
from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, unheard
from flowgen.adapters.toolcalls.json_call_reader import JsonCallReader, Keys
from flowgen.adapters.toolcalls.json_call_rules import JsonCallRules
from flowgen.adapters.toolcalls.json_call_writer import call_opening, write_call
from flowgen.adapters.toolcalls.markers import Markers, markers_of, stripped
from flowgen.domain.errors import CannotWrite
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup
from flowgen.domain.values import Value

_BEGINNINGS = ("[{", '{"')
_FENCES = ("```json", "```xml", "```")
_MOST_INNER = 2
_LINE_END = Markers(("\n",))


class JsonObjects(Value, frozen=True, cache_hash=True):
    """The syntax. Texts are as they are written, white space included; they are read with any white space.

    `opening` and `closing` stand around a block of calls, empty where there are none. `is_list`: a block is a JSON
    array, in `brackets`. `separator` stands between objects of one block; where it is empty and there is no array, each
    call has a block of its own, with `block_separator` between; `is_alone`: an answer holds one call.
    `is_plain`: the opening is prose, and opens a call only where one of a known tool follows. `other_*` are spellings
    that are read and never written; `bare_openings` are read as markers only where no grammar holds the answer and a
    call of a known tool follows. `is_body`: what stands around it says that it is a call, whatever its tool.
    """

    opening: str = ""
    closing: str = ""
    is_list: bool = False
    separator: str = ""
    block_separator: str = "\n"
    keys: Keys = Keys()
    other_openings: tuple[str, ...] = ()
    other_closings: tuple[str, ...] = ()
    bare_openings: tuple[str, ...] = ()
    brackets: tuple[str, str] = ("[", "]")
    is_alone: bool = False
    is_plain: bool = False
    is_body: bool = False

    def openings(self) -> Openings:
        return _openings(self)

    def begun(self, start: AnswerStart) -> str:
        return ""

    @property
    def _between(self) -> str:
        return self.separator or (", " if self.is_list else "")

    def write(self, calls: Sequence[ToolCall], *, is_checked: bool = True) -> str:
        """JSON has escapes for all; `is_checked` is of no weight."""
        written = [write_call(call, self.keys, self._own_texts(), index) for index, call in enumerate(calls)]
        if self.is_list:
            return f"{self.opening}{self.brackets[0]}{self._between.join(written)}{self.brackets[1]}{self.closing}"
        if self.separator:
            return f"{self.opening}{self.separator.join(written)}{self.closing}"
        if self.is_alone and len(written) > 1:
            raise CannotWrite(f"An answer in this format holds one call, not {len(written)}.")
        return self.block_separator.join(f"{self.opening}{text}{self.closing}" for text in written)

    def _own_texts(self) -> tuple[str, ...]:
        openings = self.openings()
        return (*openings.marked, *openings.plain, *openings.closings, "<|")

    def grammar(self, name: str, plan: AnswerPlan, dropped: Sequence[str] = ()) -> GrammarPart:
        grammar = BlockGrammar(name, plan, dropped)
        calls = JsonCallRules(grammar, self.keys, self._own_texts())
        openings = self.openings()
        is_bare = not openings.marked and not openings.plain
        one = grammar.add("call", calls.any_call())
        several = self.is_list or bool(self.separator)
        more = grammar.more(grammar.texts(self._between), one) if several else ""
        left, right = self.brackets if self.is_list else ("", "")
        if is_bare:  # what free text does not begin with is one lexeme
            return grammar.bare(f"{calls.bare_call(left)} {more} {grammar.texts(right)}", calls.beginning())
        body = f"{grammar.texts(left)} {one} {more} {grammar.texts(right)}"
        between = None if several or self.is_alone else self.block_separator
        return grammar.marked(self.opening, f"{body} {grammar.texts(self.closing)}", openings, between)

    def bodies(self, grammar: BlockGrammar) -> list[str]:
        """Give the expression of one call of each tool."""
        return JsonCallRules(grammar, self.keys, self._own_texts()).calls()

    def markup(self, tools: Sequence[Tool]) -> Markup:
        openings = self.openings()
        if openings.marked or openings.plain:
            return markup_of(self, self.closing)
        opening = self.brackets[0] if self.is_list else ""
        return begins_with(f"{opening}{call_opening(tool.name, self.keys)}" for tool in tools)

    def _closings(self) -> tuple[str, ...]:
        return _openings(self).closings

    def reader(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> BlockReader:
        return partial(self._read, stream, events, start)

    def _read(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> Reading[None]:
        openings = _openings(self)
        marked = (*openings.marked, *openings.plain) if start.is_strict and openings.plain else openings.marked
        opening = stream.begins_now(marked) or (yield from stream.starts_with_any(marked))
        is_bare = not opening
        if is_bare:
            others = () if start.is_strict else (*openings.plain, *openings.loose)
            opening = yield from stream.starts_with_any(others)
        stream.at += len(opening)
        inner = () if start.is_strict else (yield from self._inner_openings(stream, openings))
        names = frozenset(tool.name for tool in start.tools) if is_bare and start.tools and not self.is_body else None
        reader = JsonCallReader(
            stream,
            events,
            self.keys,
            names=names,
            is_bare=is_bare,
            is_strict=start.is_strict,
            closings=openings.closings,
        )
        found = stream.space_now() or (yield from stream.space())
        is_call = is_bare or start.is_strict or not found or found in "[{"
        prose = "" if is_call else (yield from self._prose(stream))
        yield from self._calls(stream, events, reader, start)
        if prose:
            events.malformed(prose, "no call behind a marker of calls")
        yield from self._close(stream, is_bare=is_bare, inner=inner)

    def _inner_openings(self, stream: CharacterStream, openings: Openings) -> Reading[tuple[str, ...]]:
        """Go past a tag in a fence, or a fence in a tag; give what was passed."""
        texts = (*openings.marked, *openings.loose, *_FENCES)
        passed: tuple[str, ...] = ()
        while len(passed) < _MOST_INNER:
            found = stream.space_now() or (yield from stream.space())
            if not found or found in "{[":
                break
            opening = yield from stream.starts_with_any(texts)
            if not opening:
                break
            stream.at += len(opening)
            passed += (opening,)
        return passed

    def _prose(self, stream: CharacterStream) -> Reading[str]:
        """Give what stands between the opening and the first call, where a call follows it."""
        size = stream.num_marked
        ends = (*self.openings().marked, *self._closings())
        found = yield from stream.until(markers_of(*_BEGINNINGS, *ends), unheard)
        if found not in _BEGINNINGS:
            raise BrokenCall("JSON expected") if found else CutCall(stream.end)
        return stream.marked[size:]

    def _calls(
        self, stream: CharacterStream, events: CallEvents, reader: JsonCallReader, start: AnswerStart
    ) -> Reading[None]:
        found = stream.space_now() or (yield from stream.space())
        if found == "[" and (self.is_list or not start.is_strict):
            yield from reader.list_of_calls()
        elif found == "{":
            yield from reader.call()
        else:
            raise BrokenCall(f"JSON expected, {found!r} found")
        while (self.separator or not start.is_strict) and (yield from self._goes_on(stream)):
            try:
                yield from reader.call()
            except BrokenCall as broken:
                if start.is_strict or self.separator != "\n" or isinstance(broken, CutCall):
                    raise
                yield from self._skip_line(stream, events, broken)

    def _skip_line(self, stream: CharacterStream, events: CallEvents, broken: BrokenCall) -> Reading[None]:
        """Leave a broken call of one line behind: those on the next ones may be whole."""
        stream.rewind()
        if not stream.space_now():
            yield from stream.space()
        yield from stream.until(_LINE_END, unheard)
        events.malformed(stream.marked, str(broken))
        stream.set_mark()

    def _goes_on(self, stream: CharacterStream) -> Reading[bool]:
        """Say whether another object follows, behind a comma, a semicolon or white space; nothing else is taken."""
        size = stream.num_marked
        found = stream.space_now() or (yield from stream.space())
        if found and found in ",;":
            stream.skip(1)
            found = stream.space_now() or (yield from stream.space())
        if found == "{":
            return True
        stream.rewind(size)
        return False

    def _close(self, stream: CharacterStream, *, is_bare: bool, inner: tuple[str, ...]) -> Reading[None]:
        """Take the closing, and those of openings in it; an answer may end without it, or go on where it cannot be
        mistaken."""
        closings = self._closings()
        size = stream.num_marked
        found = stream.space_now() or (yield from stream.space())
        while found and found in ("}]" if is_bare else "}],;"):
            stream.skip(1)
            size = stream.num_marked if is_bare else size
            found = stream.space_now() or (yield from stream.space())
        num_taken = 0
        for texts in ((*closings, *(_FENCES[-1:] if inner else ())),) * (1 + len(inner)):
            if not stream.space_now():
                yield from stream.space()
            closing = stream.begins_now(texts) or (yield from stream.starts_with_any(texts))
            if not closing:
                break
            stream.at += len(closing)
            size, num_taken = stream.num_marked, num_taken + 1
        if not num_taken and stream.end is not None and stream.is_cut(closings[:1]):
            stream.skip(len(stream.available))
        else:
            stream.rewind(size)
        stream.set_mark()


@lru_cache(maxsize=256)
def _openings(syntax: JsonObjects) -> Openings:
    """Where calls of a syntax begin and end, found once."""
    marked = (*stripped(syntax.opening), *stripped(*syntax.other_openings))
    bare = () if marked else ("{", "[")
    loose = syntax.bare_openings
    closings = (*stripped(syntax.closing), *stripped(*syntax.other_closings))
    if syntax.is_plain:
        return Openings(plain=marked, bare=bare, loose=loose, closings=closings)
    return Openings(marked=marked, bare=bare, loose=loose, closings=closings)
