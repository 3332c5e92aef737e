"""Several spellings of one format's calls, told apart where a call begins. Knows openings; refuses to know syntaxes."""

from collections.abc import Sequence

from flowgen.adapters.toolcalls.answer_reader import CallSyntax, Openings
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.domain.toolcalls import AnswerStart


class Spellings:
    """A CallSyntax that reads each of several: the first whose opening stands there, JSON where JSON follows."""

    def __init__(self, syntaxes: Sequence[CallSyntax]) -> None:
        self._syntaxes = tuple(syntaxes)

    def openings(self) -> Openings:
        every = [syntax.openings() for syntax in self._syntaxes]
        return Openings(
            marked=tuple(text for one in every for text in one.marked),
            plain=tuple(text for one in every for text in one.plain),
            bare=tuple(text for one in every for text in one.bare),
            closings=tuple(text for one in every for text in one.closings),
        )

    def begun(self, start: AnswerStart) -> str:
        return self._syntaxes[0].begun(start)

    def read(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> Reading[None]:
        syntax = yield from self._syntax_here(stream)
        yield from syntax.read(stream, events, start)

    def _syntax_here(self, stream: CharacterStream) -> Reading[CallSyntax]:
        found: list[tuple[str, CallSyntax]] = []
        for syntax in self._syntaxes:
            told = syntax.openings()
            opening = yield from stream.starts_with_any((*told.marked, *told.plain, *told.bare))
            if opening:
                found.append((opening, syntax))
        longest = max(len(opening) for opening, _ in found)
        fitting = [syntax for opening, syntax in found if len(opening) == longest]
        if len(fitting) == 1:
            return fitting[0]
        is_json = yield from _is_json(stream, longest)
        return next((syntax for syntax in fitting if isinstance(syntax, JsonObjects) == is_json), fitting[0])


def _is_json(stream: CharacterStream, size: int) -> Reading[bool]:
    """Say whether `{` or `[{` follows the opening; nothing is taken."""
    before = stream.num_marked
    stream.skip(size)
    found = yield from stream.space()
    if found == "[":
        stream.skip(1)
        found = yield from stream.space()
    stream.rewind(before)
    return found == "{"
