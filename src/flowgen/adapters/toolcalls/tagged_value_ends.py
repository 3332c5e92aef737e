"""Tells whether a value ends where the next argument or the call's end seems to stand, though its closing is missing.
Knows that what follows decides; refuses to know how values are read."""

from collections.abc import Collection

from flowgen.adapters.toolcalls.argument_types import ArgumentTypes, ToolTypes
from flowgen.adapters.toolcalls.broken import CutCall
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, text_until, unheard
from flowgen.adapters.toolcalls.markers import stripped
from flowgen.adapters.toolcalls.tagged_marks import tagged_marks
from flowgen.adapters.toolcalls.tagged_texts import TaggedTexts
from flowgen.adapters.toolcalls.tagged_values import unquoted


class ValueEnds:
    """The ends of one answer's values, where no grammar holds it. Nothing that is looked at is taken."""

    def __init__(self, texts: TaggedTexts, stream: CharacterStream, types: ToolTypes) -> None:
        self._texts = texts
        self._marks = tagged_marks(texts)
        self._stream = stream
        self._types = types
        self._text_to = 0

    def is_end(self, found: str, types: ArgumentTypes, given: Collection[str]) -> Reading[bool]:
        """Say whether a text that was found in a value ends it. A line that begins like the next argument does where
        the name of a known one follows that is not among the given."""
        stream, marks = self._stream, self._marks
        size = stream.num_marked
        if found == marks.next_line:
            stream.skip(len(found))
            key, end = yield from text_until(stream, marks.key_of_line)
            key = unquoted(key, is_strict=False)
            is_end = end == marks.key_end and key not in given and types.schema(key) is not None
        elif found in marks.call_ends and found not in self._texts.value_ends:
            is_end = stream.position >= self._text_to and (yield from self._ends_call(found))
        else:
            return True
        stream.rewind(size)
        return is_end

    def _ends_call(self, found: str) -> Reading[bool]:
        """Say whether what looks like a call's closing is one: then the answer ends before another value does, or a
        call of a known tool begins. What is seen to be text is not looked at again."""
        stream, marks = self._stream, self._marks
        stream.skip(len(found))
        if marks.section_closings and (stream.space_now() or (yield from stream.space())):
            behind = yield from stream.starts_with_any(marks.after_call)
            if not behind and not (stream.end is not None and stream.is_cut(marks.section_closings)):
                return False
        following = yield from stream.until(marks.behind_ends, unheard)
        if not following and stream.end == "length":
            raise CutCall(stream.end)
        self._text_to = stream.position
        if following not in marks.openings:
            return not following
        stream.skip(len(following))
        for before in stripped(self._texts.before_name, self._texts.name_opening):
            if not stream.space_now():
                yield from stream.space()
            stream.skip(len(before) if (yield from stream.starts_with(before)) else 0)
        ends = marks.attributed_name if self._texts.call_attributes else marks.name
        name, _ = yield from text_until(stream, ends)
        return not self._types.has_tools or self._types.of(unquoted(name, is_strict=False)).is_known
