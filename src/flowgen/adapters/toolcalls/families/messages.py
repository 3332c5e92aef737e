"""Answers that are messages: a header says for whom each one is, and so whether it is thinking, content or a call.

<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city": "Paris"}<|call|>
"""

import re

from flowgen.adapters.toolcalls.answer_reader import CallSyntax, Openings
from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, Tell
from flowgen.adapters.toolcalls.json_text import quoted, read_json
from flowgen.adapters.toolcalls.markers import Markers
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import Value


_TO = "to="
_RECIPIENT = re.compile(r"[^\s<]+")


class Messages(Value, frozen=True):
    """The syntax: one of `starts`, a header, one of `header_ends`, a body, one of `ends`. `prompt_end` is a start that prompts end with;
    `is_addressed`: where a prompt is not known, an answer may begin with the header's `to=`.

    A header that the pattern `thinking` finds is the model's thinking; one that `call` finds is a call of the tool
    `name` in it, with a body of JSON arguments, or of what `body` reads; with `raw` it is a call without a name, and the
    body a text. All others are content.
    """

    starts: tuple[str, ...]
    header_ends: tuple[str, ...]
    ends: tuple[str, ...]
    thinking: str
    call: str
    raw: str = r"(?!)"
    body: CallSyntax | None = None
    prompt_end: str = ""
    is_addressed: bool = False

    def openings(self) -> Openings:
        return Openings(marked=self.starts, bare=(_TO,) if self.is_addressed else (), closings=self.ends)

    def begun(self, start: AnswerStart) -> str:
        return self.prompt_end if start.generation_prompt.endswith(self.prompt_end) else ""

    def read(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> Reading[None]:
        header, found = yield from self._header(stream)
        if not found:
            raise CutCall(stream.end)
        whole = header + found
        if re.search(self.thinking, whole):
            yield from self._text(stream, events.reasoning, "" if start.separates_reasoning else whole.removeprefix(self.prompt_end))
        elif match := re.search(self.call, whole):
            yield from self._call(stream, events, start, match.groupdict().get("name") or "")
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
        found = yield from stream.until(Markers((*self.header_ends, *self.ends)), pieces.append)
        if found in self.header_ends:
            stream.skip(len(found))
        return "".join(pieces), found

    def _text(self, stream: CharacterStream, tell: Tell, markup: str) -> Reading[None]:
        tell(markup)
        found = yield from stream.until(Markers((*self.ends, *self.starts)), tell)
        if found in self.ends:
            stream.skip(len(found))
            tell(found if markup else "")

    def _call(self, stream: CharacterStream, events: CallEvents, start: AnswerStart, name: str) -> Reading[None]:
        found = yield from stream.space()
        if not found:
            raise CutCall(stream.end)
        if self.body is not None:
            yield from self.body.read(stream, events, start)
        else:
            if found != "{":
                raise BrokenCall(f"JSON expected, {found!r} found")
            arguments = yield from read_json(stream, events.begin(name))
            if not isinstance(arguments, dict):
                raise BrokenCall("its arguments are no object")
            events.complete(arguments)
        stream.set_mark()
        yield from stream.space()
        stream.skip(len((yield from stream.starts_with_any(self.ends))))

    def _raw(self, stream: CharacterStream, events: CallEvents) -> Reading[None]:
        pieces: list[str] = []
        found = yield from stream.until(Markers(self.ends), pieces.append)
        if not found:
            raise CutCall(stream.end)
        stream.skip(len(found))
        text = "".join(pieces)
        events.begin("")(f'{{"text": {quoted(text)}}}')
        events.complete({"text": text})
