"""Several spellings of one format's calls, told apart where a call begins. Knows openings; refuses to know syntaxes."""

import re
from collections.abc import Sequence

from flowgen.adapters.toolcalls.answer_reader import BlockReader, CallSyntax, Openings
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.domain.toolcalls import AnswerStart

_NAME = re.compile(r"[\w.-]+")


class Spellings:
    """A CallSyntax that reads each of several: the first whose opening stands there, JSON where JSON follows."""

    def __init__(self, syntaxes: Sequence[CallSyntax]) -> None:
        self._syntaxes = tuple(syntaxes)
        told = [(*one.marked, *one.plain, *one.bare, *one.loose) for one in (syntax.openings() for syntax in syntaxes)]
        texts = {text for one in told for text in one}
        self._texts = tuple(sorted(texts, key=lambda text: (-len(text), text)))
        self._fitting = {text: [number for number, one in enumerate(told) if text in one] for text in texts}

    def openings(self) -> Openings:
        every = [syntax.openings() for syntax in self._syntaxes]
        return Openings(
            marked=tuple(text for one in every for text in one.marked),
            plain=tuple(text for one in every for text in one.plain),
            bare=tuple(text for one in every for text in one.bare),
            loose=tuple(text for one in every for text in one.loose),
            closings=tuple(text for one in every for text in one.closings),
        )

    def begun(self, start: AnswerStart) -> str:
        return self._syntaxes[0].begun(start)

    def reader(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> BlockReader:
        readers = [syntax.reader(stream, events, start) for syntax in self._syntaxes]

        def block() -> Reading[None]:
            yield from readers[(yield from self._number_here(stream))]()

        return block

    def _number_here(self, stream: CharacterStream) -> Reading[int]:
        """Give the number of the syntax of which calls begin here."""
        opening = stream.begins_now(self._texts)
        if opening is None:
            opening = yield from stream.starts_with_any(self._texts)
        fitting = self._fitting[opening]
        if len(fitting) == 1:
            return fitting[0]
        has_named = any(isinstance(self._syntaxes[one], NamedJson) for one in fitting)
        is_json = yield from _is_json(stream, len(opening), has_named=has_named)
        return next((one for one in fitting if isinstance(self._syntaxes[one], JsonObjects) == is_json), fitting[0])


def _is_json(stream: CharacterStream, size: int, *, has_named: bool) -> Reading[bool]:
    """Say whether `{` or `[{` follows the opening, or where names may follow, prose before these; nothing is taken."""
    before = stream.num_marked
    stream.skip(size)
    found = yield from _object_here(stream)
    if has_named and found not in ("", "{"):
        yield from stream.take_run(_NAME)
        start = stream.space_now() or (yield from stream.space())
        is_named = start in ("", "{") or (start == "[" and (yield from _object_here(stream)) != "{")
        found = "" if is_named else "{"
    stream.rewind(before)
    return found == "{"


def _object_here(stream: CharacterStream) -> Reading[str]:
    """Give the letter that stands here, behind a bracket of a list."""
    found = stream.space_now() or (yield from stream.space())
    if found != "[":
        return found
    stream.skip(1)
    return stream.space_now() or (yield from stream.space())
