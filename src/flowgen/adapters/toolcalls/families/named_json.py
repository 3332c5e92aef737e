"""Calls whose name stands outside of their JSON arguments.

[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}
"""

import re
from collections.abc import Callable, Sequence
from functools import partial

from flowgen.adapters.toolcalls.answer_reader import BlockReader, Openings
from flowgen.adapters.toolcalls.block_grammar import BlockGrammar, choice, markup_of
from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, text_until
from flowgen.adapters.toolcalls.json_call_reader import read_wrapped_arguments
from flowgen.adapters.toolcalls.json_call_rules import add_arguments
from flowgen.adapters.toolcalls.json_text import encoded, quoted, read_json
from flowgen.adapters.toolcalls.json_writer import json_literal
from flowgen.adapters.toolcalls.markers import markers_of, stripped
from flowgen.application import lark
from flowgen.domain.errors import CannotWrite, ConstraintRefused
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup
from flowgen.domain.values import Value

_NUMBERED = re.compile(r"(?s:(.+?)):(\d+)")
_FENCES = ("```json", "```")


class NamedJson(Value, frozen=True):
    """The syntax. Texts are as they are written, white space included; they are read with any white space.

    `section_*` stand around all calls of a block, `opening` and `closing` around each, `separator` between two.
    `before_name` and `name_end` are around the name. `id_mark` stands between the name and an id, `id_end` after an id
    that comes before the name; it has `id_length` letters and digits. `is_numbered`: the name is written
    `name_prefix` NAME:INDEX, which is the id too.
    `other_*` are read and never written, those before names only where no grammar holds the answer.
    `raw_key`: arguments that are no JSON are text, and become this argument.
    `text_name` follows an opening where content follows, no call.
    """

    opening: str
    name_end: str
    closing: str = ""
    separator: str = ""
    section_opening: str = ""
    section_closing: str = ""
    before_name: str = ""
    name_prefix: str = ""
    is_numbered: bool = False
    id_mark: str = ""
    id_end: str = ""
    id_length: int = 0
    other_openings: tuple[str, ...] = ()
    other_name_ends: tuple[str, ...] = ()
    other_before_names: tuple[str, ...] = ()
    raw_key: str = ""
    text_name: str = ""

    def openings(self) -> Openings:
        marked = stripped(self.section_opening, self.opening, *self.other_openings)
        return Openings(marked=marked, closings=stripped(self.section_closing or self.closing))

    def begun(self, start: AnswerStart) -> str:
        opening = self.opening.strip()
        return opening if start.generation_prompt.rstrip().endswith(opening) else ""

    def write(self, calls: Sequence[ToolCall]) -> str:
        written = self.separator.join(self._written(call, index) for index, call in enumerate(calls))
        return f"{self.section_opening}{written}{self.section_closing}"

    def _written(self, call: ToolCall, index: int) -> str:
        if not self._carries_name(call.name):
            raise CannotWrite(f"{call.name!r} cannot be a tool's name in this format.")
        head, tail = self._around_name(call, index)
        markers = (*self._own_texts(), "<|")
        return f"{head}{call.name}{tail}{json_literal(call.arguments, markers)}{self.closing}"

    def _own_texts(self) -> tuple[str, ...]:
        return stripped(self.section_opening, self.opening, self.closing, self.section_closing)

    def _carries_name(self, name: str) -> bool:
        ends = stripped(self.name_end, *self.other_name_ends, self.id_mark, self.id_end)
        return bool(name) and name == name.strip() and not any(end in name for end in (*ends, "{", "\n", "`", "<"))

    def _around_name(self, call: ToolCall, index: int) -> tuple[str, str]:
        """Give what stands before and after a call's name, its id among them."""
        letters = re.sub(r"[^a-zA-Z0-9]", "", call.id) or str(index)
        number = _NUMBERED.fullmatch(call.id)
        own = f"{letters[-self.id_length :].rjust(self.id_length, '0')}" if self.id_length else letters
        before = f"{own}{self.id_end}" if self.id_end else ""
        after = f":{number[2] if number else index}" if self.is_numbered else ""
        return f"{self.opening}{self.before_name}{before}{self.name_prefix}", f"{after}{self.name_end}"

    def grammar(self, name: str, plan: AnswerPlan, dropped: Sequence[str] = ()) -> GrammarPart:
        grammar = BlockGrammar(name, plan, dropped)
        calls = []
        for index, (tool, arguments) in enumerate(zip(plan.tools, add_arguments(grammar), strict=True)):
            if not self._carries_name(tool.name):
                reason = f"{tool.name!r} cannot be a tool's name in this model's format of calls"
                raise ConstraintRefused(f"tools[{index}].function.name", reason)
            calls.append(self._call_rule(grammar, tool.name, arguments))
        one = choice(calls)
        head = f"{self.opening}{self.before_name}" + ("" if self.id_end else self.name_prefix)
        body = grammar.add("call", one)
        if self.text_name and self.begun(AnswerStart(generation_prompt=plan.generation_prompt)):
            return self._begun_grammar(grammar, body)
        if self.section_opening:
            more = grammar.more(grammar.texts(self.separator + head), body)
            block = f"{body} {more} {grammar.texts(self.section_closing)}"
            return grammar.marked(self.section_opening + head, block, self.openings(), None)
        return grammar.marked(head, body, self.openings(), self.separator)

    def _begun_grammar(self, grammar: BlockGrammar, body: str) -> GrammarPart:
        """The grammar of answers whose first opening the prompt has written."""
        opening = self.opening.strip()
        said = f"{lark.literal(self.text_name)} {grammar.text_before('said', opening)}"
        more = grammar.more(grammar.texts(opening), body)
        upper = f"{grammar.name.upper()}_TEXT"
        grammar.rules.append(f"{upper}: {lark.text_without([opening], ())}")
        return grammar.alone(f"({said})? {body} {more}", f"{lark.literal(self.text_name)} {upper}")

    def _call_rule(self, grammar: BlockGrammar, name: str, arguments: str) -> str:
        """Give the expression of a call from behind its opening."""
        upper = grammar.name.upper()
        number = f"{upper}_NUMBER: /[0-9]{{1,4}}/"
        own_id = f"{upper}_ID: /[a-zA-Z0-9]{{{self.id_length or 1},{self.id_length or 32}}}/"
        for rule in ([number] if self.is_numbered else []) + ([own_id] if self.id_end else []):
            if rule not in grammar.rules:
                grammar.rules.append(rule)
        before = f"{upper}_ID {grammar.texts(self.id_end + self.name_prefix)}" if self.id_end else ""
        if self.is_numbered:
            named = f"{lark.literal(name + ':')} {upper}_NUMBER {grammar.texts(self.name_end)}"
        else:
            named = grammar.texts(name + self.name_end)
        return f"{before} {named} {arguments} {grammar.texts(self.closing)}"

    def markup(self, tools: Sequence[Tool]) -> Markup:
        return markup_of(self, self.section_closing or self.closing)

    def reader(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> BlockReader:
        return partial(self._read, stream, events, start)

    def _read(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> Reading[None]:
        section = yield from stream.starts_with_any(stripped(self.section_opening, *self.other_openings))
        stream.skip(len(section))
        opening = self.opening.strip()
        is_first = True
        while True:
            size = stream.num_marked
            if not stream.space_now():
                yield from stream.space()
            if (yield from stream.starts_with(opening)):
                stream.skip(len(opening))
                if self.text_name and not is_first and (yield from stream.starts_with(self.text_name)):
                    stream.rewind(size)
                    break
            elif not (is_first and section and not start.is_strict):
                stream.rewind(size)
                break
            yield from self._call(stream, events, start)
            stream.set_mark()
            is_first = False
        if section or not start.is_strict:  # an answer may go on without it, or have it alone
            yield from stream.closing(stripped(self.section_closing))
        stream.set_mark()

    def _call(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> Reading[None]:
        if not stream.space_now():
            yield from stream.space()
        others = () if start.is_strict else self.other_before_names
        if before := stripped(self.before_name, *others):
            stream.skip(len((yield from stream.starts_with_any(before))))
        name, call_id = yield from self._name(stream, start)
        found = stream.space_now() or (yield from stream.space())
        has_fence = found == "`" and (yield from self._fence(stream))
        if has_fence:
            found = stream.space_now() or (yield from stream.space())
        if found == "{":
            arguments = yield from read_json(stream, events.begin(name, call_id), self._ends(has_fence=has_fence))
            if not isinstance(arguments, dict):
                raise BrokenCall("its arguments are no object")
            events.complete(arguments)
        elif found and found in 'n"' and not start.is_strict and not self.raw_key:
            arguments = yield from read_wrapped_arguments(stream)
            events.begin(name, call_id)(encoded(arguments))
            events.complete(arguments)
        elif found and self.raw_key:
            yield from self._raw(stream, events.begin(name, call_id), events)
        elif found and not start.is_strict and (yield from stream.starts_with_any(self._ends(has_fence=has_fence))):
            events.begin(name, call_id)("{}")
            events.complete({})
        else:
            raise BrokenCall(f"JSON expected, {found!r} found") if found else CutCall(stream.end)
        yield from self._close(stream, has_fence=has_fence)

    def _name(self, stream: CharacterStream, start: AnswerStart) -> Reading[tuple[str, str]]:
        """Read the name and the id, up to the arguments, or up to a fence before them."""
        ends = stripped(self.name_end, *self.other_name_ends, self.id_mark, self.id_end)
        fences = () if start.is_strict else _FENCES
        markers = markers_of(*ends, *fences, "{", "<", "\n" if not self.name_end.strip() else "")
        text, found = yield from text_until(stream, markers)
        call_id = ""
        if found and found == self.id_end.strip():
            call_id = text.strip()
            stream.skip(len(found))
            text, found = yield from text_until(stream, markers)
        if found and found == self.id_mark.strip():
            stream.skip(len(found))
            call_id, found = yield from text_until(stream, markers)
        if found == "<" and found not in ends:
            raise BrokenCall("it has no name")
        if found != "{" and found not in _FENCES:
            stream.skip(len(found))
        name = text.strip()
        if self.is_numbered:
            call_id = name
            numbered = _NUMBERED.fullmatch(name)
            name = (numbered[1] if numbered else name).removeprefix(self.name_prefix)
            if numbered is None and name != call_id and all(tool.name != name for tool in start.tools):
                raise BrokenCall("its id has no number")
        if not name or (not found and stream.end is not None):
            raise CutCall(stream.end) if not found else BrokenCall("it has no name")
        return name, call_id.strip()

    def _fence(self, stream: CharacterStream) -> Reading[bool]:
        """Go past a fence before the arguments; one of arguments that are no JSON is their text's."""
        size = stream.num_marked
        fence = yield from stream.starts_with_any(_FENCES)
        stream.skip(len(fence))
        if self.raw_key and (stream.space_now() or (yield from stream.space())) != "{":
            stream.rewind(size)
            return False
        return bool(fence)

    def _raw(self, stream: CharacterStream, tell: Callable[[str], None], events: CallEvents) -> Reading[None]:
        pieces: list[str] = []
        tell(f'{{{quoted(self.raw_key)}: "')

        def told(piece: str) -> None:
            pieces.append(piece)
            tell(quoted(piece)[1:-1])

        yield from stream.until(markers_of(*stripped(self.opening, self.closing)), told)
        tell('"}')
        events.complete({self.raw_key: "".join(pieces)})

    def _ends(self, *, has_fence: bool) -> tuple[str, ...]:
        """What may close a call, behind others a fence alone; the fence of some closings may be missing."""
        return stripped(self.closing, self.closing.partition("```")[2], "```" if has_fence else "")

    def _close(self, stream: CharacterStream, *, has_fence: bool) -> Reading[None]:
        """Take the closing, and a fence before it where one is the closing's or stood before the arguments; a call may
        end without them."""
        size = stream.num_marked
        if not stream.space_now():
            yield from stream.space()
        ends = self._ends(has_fence=has_fence or "```" in self.closing)
        found = yield from stream.starts_with_any(ends)
        stream.skip(len(found))
        if found == "```" and found != self.closing.strip():
            yield from stream.closing(ends[:-1])
        elif not found and ends and stream.end is not None and stream.is_cut(ends[:1]):
            stream.skip(len(stream.available))
        elif not found:
            stream.rewind(size)
