"""Answers that are messages: a header says for whom each one is, and so whether it is thinking, content or a call.

<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city": "Paris"}<|call|>
"""

import re
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from flowgen.adapters.toolcalls.answer_reader import BlockReader, CallSyntax, Openings
from flowgen.adapters.toolcalls.block_grammar import BlockGrammar, choice, markup_of
from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, Tell
from flowgen.adapters.toolcalls.json_call_rules import add_arguments
from flowgen.adapters.toolcalls.json_text import quoted, read_json
from flowgen.adapters.toolcalls.json_writer import json_literal
from flowgen.adapters.toolcalls.markers import markers_of
from flowgen.application import lark
from flowgen.domain.errors import CannotWrite, ConstraintRefused
from flowgen.domain.generation import SilentSpan
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup
from flowgen.domain.values import Value

_TO = "to="
_RECIPIENT = re.compile(r"[^\s<]+")


class MessageBody(CallSyntax, Protocol):
    """A family whose calls are the bodies of messages."""

    def write(self, calls: Sequence[ToolCall], *, is_checked: bool = True) -> str: ...

    def bodies(self, grammar: BlockGrammar) -> list[str]:
        """The expression of each tool's call."""


_ROLE = re.compile(r"\s*\w*\s*")
_NO_HEADER = re.compile(r'[{}\n"]')
"""What stands in no header, but in a body whose header is missing."""


class Messages(Value, frozen=True):
    """The syntax: one of `starts`, a header, one of `header_ends`, a body, one of `ends`. `prompt_end` is a start
    that prompts end with;
    `thinking_texts` and `content_texts` stand around such texts as they are written, `call_texts` before and after a
    call's name, and after its body; `separator` stands between messages. `is_addressed`: where a prompt is not known,
    an answer may begin with the header's `to=`.

    A header that the pattern `thinking` finds is the model's thinking; one that `call` finds is a call of the tool
    `name` in it, with a body of JSON arguments, or of what `body` reads; with `raw` it is a call without a name, and
    the
    body a text. All others are content.
    """

    starts: tuple[str, ...]
    header_ends: tuple[str, ...]
    ends: tuple[str, ...]
    thinking: str
    call: str
    raw: str = r"(?!)"
    body: MessageBody | None = None
    prompt_end: str = ""
    thinking_texts: tuple[str, str] = ("", "")
    content_texts: tuple[str, str] = ("", "")
    call_texts: tuple[str, str, str] = ("", "", "")
    preamble_texts: tuple[str, str] = ("", "")
    separator: str = ""
    is_addressed: bool = False

    def openings(self) -> Openings:
        return Openings(
            marked=self.starts, bare=(_TO,) if self.is_addressed else (), closings=self.ends, keeps_bare=True
        )

    def write(self, calls: Sequence[ToolCall], *, is_checked: bool = True) -> str:
        """With `is_checked` false a body that its syntax cannot carry is written all the same."""
        return self.separator.join(self._written(call, is_checked) for call in calls)

    def _written(self, call: ToolCall, is_checked: bool) -> str:
        opening, header_end, closing = self.call_texts
        if not self._carries_name(call.name):
            raise CannotWrite(f"{call.name!r} cannot be a tool's name in this format.")
        body = (
            self.body.write([call], is_checked=is_checked)
            if self.body
            else json_literal(call.arguments, (*self.ends, "<|"))
        )
        return f"{opening}{call.name}{header_end}{body}{closing}"

    def _carries_name(self, name: str) -> bool:
        match = re.search(self.call, self.call_texts[0] + name + self.call_texts[1])
        return match is not None and match.groupdict().get("name", name) == name and "<" not in name

    def grammar(self, name: str, plan: AnswerPlan, dropped: Sequence[str] = ()) -> GrammarPart:
        grammar = BlockGrammar(name, plan, dropped)
        opening, header_end, closing = self.call_texts
        bodies = self._bodies(grammar)
        calls = []
        for index, (tool, body) in enumerate(zip(plan.tools, bodies, strict=True)):
            if not self._carries_name(tool.name):
                reason = f"{tool.name!r} cannot be a tool's name in this model's format of calls"
                raise ConstraintRefused(f"tools[{index}].function.name", reason)
            calls.append(f"{grammar.texts(opening + tool.name + header_end)} {body} {grammar.texts(closing)}")
        one = grammar.add("call", choice(calls))
        more = grammar.more(grammar.texts(self.separator), one)
        before = self._before(grammar)
        return grammar.alone(f"{before} {one} {more}", f"{before} ({self._content(grammar)})")

    def _bodies(self, grammar: BlockGrammar) -> list[str]:
        return self.body.bodies(grammar) if self.body else add_arguments(grammar)

    def _before(self, grammar: BlockGrammar) -> str:
        """Thinking and texts that messages follow, each with what begins the next message. Of a model that has learnt
        no such messages there are none: it would not find their end."""
        if grammar.plan.is_foreign:
            return ""
        kinds = []
        for kind, (opening, closing) in (("thinking", self.thinking_texts), ("preamble", self.preamble_texts)):
            if opening:
                text = grammar.text_before(kind, closing + self.separator)
                kinds.append(f"{grammar.texts(opening)} {text}")
        return f"({' | '.join(kinds)})*" if kinds else ""

    def _content(self, grammar: BlockGrammar) -> str:
        opening, _ = self.content_texts
        markers = (*self.ends, *self.starts)
        upper = f"{grammar.name.upper()}_CONTENT"
        grammar.rules.append(f"{upper}: {lark.text_without(markers, ())}")
        wrapped = f"{grammar.texts(opening)} {upper}"
        if self.begun(AnswerStart(generation_prompt=grammar.plan.generation_prompt)):
            return wrapped
        addressed = rf"{_TO}" if self.is_addressed else ""
        grammar.rules.append(f"{upper}_BARE: {lark.text_without(markers, grammar.plan.reserved, at_start=addressed)}")
        return f"{wrapped} | {upper}_BARE"

    def markup(self, tools: Sequence[Tool]) -> Markup:
        spans = (SilentSpan(opening=text, closing=self.header_ends[0]) for text in self.starts)
        return Markup(preserved=markup_of(self, "").preserved, silent_spans=tuple(spans))

    def begun(self, start: AnswerStart) -> str:
        return self.prompt_end if start.generation_prompt.endswith(self.prompt_end) else ""

    def reader(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> BlockReader:
        body = self.body.reader(stream, events, start) if self.body is not None else None
        return partial(self._read, stream, events, start, body)

    def _read(
        self, stream: CharacterStream, events: CallEvents, start: AnswerStart, body: BlockReader | None
    ) -> Reading[None]:
        header, found = yield from self._header(stream)
        if not found:
            raise CutCall(stream.end)
        whole = header + found
        if re.search(self.thinking, whole):
            yield from self._text(
                stream, events.reasoning, "" if start.separates_reasoning else whole.removeprefix(self.prompt_end)
            )
        elif not start.takes_calls:
            yield from self._text(stream, events.content, "")
        elif match := re.search(self.call, whole):
            yield from self._call(stream, events, body, match.groupdict().get("name") or "")
        elif re.search(self.raw, whole):
            yield from self._raw(stream, events)
        else:
            yield from self._text(stream, events.content, "")
        stream.set_mark()

    def _header(self, stream: CharacterStream) -> Reading[tuple[str, str]]:
        pieces: list[str] = []
        if self.is_addressed and (yield from stream.starts_with(_TO)):
            pieces.append((yield from stream.take_run(_RECIPIENT)))
            found = yield from stream.starts_with_any(self.header_ends)
            if not found:
                raise BrokenCall("no header of a message")
            stream.skip(len(found))
            return pieces[0], found
        for text in self.starts:
            if text not in self.header_ends and (yield from stream.starts_with(text)):
                pieces.append(text)
                stream.skip(len(text))
                break
        ends = (*self.header_ends, *self.ends, *pieces)
        start, header = pieces[:1], list[str]()
        found = yield from stream.until(markers_of(*ends), header.append)
        text = "".join(header)
        is_end = found in self.header_ends
        if found and (_NO_HEADER.search(text) or not (is_end or (found in self.ends and _ROLE.fullmatch(text)))):
            raise BrokenCall("no header of a message")
        if is_end:
            stream.skip(len(found))
        return "".join((*start, text)), found

    def _text(self, stream: CharacterStream, tell: Tell, markup: str) -> Reading[None]:
        tell(markup)
        found = yield from stream.until(markers_of(*self.ends, *self.starts), tell)
        if found in self.ends:
            stream.skip(len(found))
            tell(found if markup else "")

    def _call(self, stream: CharacterStream, events: CallEvents, body: BlockReader | None, name: str) -> Reading[None]:
        found = stream.space_now() or (yield from stream.space())
        if not found:
            raise CutCall(stream.end)
        if body is not None:
            yield from body()
        else:
            if found != "{":
                raise BrokenCall(f"JSON expected, {found!r} found")
            arguments = yield from read_json(stream, events.begin(name))
            if not isinstance(arguments, dict):
                raise BrokenCall("its arguments are no object")
            events.complete(arguments)
        stream.set_mark()
        if not stream.space_now():
            yield from stream.space()
        stream.skip(len((yield from stream.starts_with_any(self.ends))))

    def _raw(self, stream: CharacterStream, events: CallEvents) -> Reading[None]:
        pieces: list[str] = []
        found = yield from stream.until(markers_of(*self.ends), pieces.append)
        if not found:
            raise CutCall(stream.end)
        stream.skip(len(found))
        text = "".join(pieces)
        events.begin("")(f'{{"text": {quoted(text)}}}')
        events.complete({"text": text})
