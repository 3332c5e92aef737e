"""Reads arguments that are nested elements, and tells them as JSON: a schema says which are objects, lists and texts.
Refuses to know the marker before the tags and what stands around a call."""

import re

from flowgen.adapters.toolcalls.argument_types import ArgumentTypes, branch_with, item_schema, member_schema
from flowgen.adapters.toolcalls.broken import BrokenCall, CutCall
from flowgen.adapters.toolcalls.call_events import CallEvents
from flowgen.adapters.toolcalls.character_stream import SPACE, CharacterStream, Reading, Tell, text_until
from flowgen.adapters.toolcalls.json_text import encoded, inner, quoted
from flowgen.adapters.toolcalls.markers import markers_of
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import JsonObject, JsonValue

TAG = re.compile(r"<([^<>/][^<>]*)>")
ITEM = "item"
_MAX_DEPTH = 60


class NestedTagReader:
    """Reads one call, from behind `<invoke name="`."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def call(self, stream: CharacterStream, events: CallEvents, start: AnswerStart) -> Reading[None]:
        name, found = yield from text_until(stream, markers_of('">'))
        if not found:
            raise CutCall(stream.end)
        stream.skip(2)
        types = ArgumentTypes(name, start.tools)
        tell = events.begin(name)
        tell("{")
        arguments: JsonObject = {}
        closing = f"{self.mark}</invoke>"
        while True:
            found = stream.space_now() or (yield from stream.space())
            if (yield from stream.starts_with(closing)):
                stream.skip(len(closing))
                break
            if not (yield from stream.starts_with(self.mark)):
                raise BrokenCall(f"an argument expected, {found!r} found") if found else CutCall(stream.end)
            stream.skip(len(self.mark))
            key = yield from self._key(stream)
            tell(f"{', ' if arguments else ''}{quoted(key)}: ")
            arguments[key] = yield from self._argument(stream, key, types, tell)
        tell("}")
        events.complete(arguments)

    def _key(self, stream: CharacterStream) -> Reading[str]:
        text, found = yield from text_until(stream, markers_of(">"))
        if not found:
            raise CutCall(stream.end)
        stream.skip(1)
        if not text.startswith("<") or text.startswith("</") or len(text) < 2:
            raise BrokenCall("an argument expected")
        return text[1:]

    def _argument(self, stream: CharacterStream, key: str, types: ArgumentTypes, tell: Tell) -> Reading[JsonValue]:
        closing = f"{self.mark}</{key}>"
        pieces: list[str] = []
        if types.kind(key) == "text" and (types.schema(key) is not None or not types.is_known):
            tell('"')

            def told(piece: str) -> None:
                pieces.append(piece)
                tell(inner(piece))

            if not (yield from stream.until(markers_of(closing), told)):
                raise CutCall(stream.end)
            stream.skip(len(closing))
            tell('"')
            return "".join(pieces)
        yield from self._element(stream, key, pieces)
        value = self._value("".join(pieces), types.schema(key), types, 0)
        tell(encoded(value))
        return value

    def _element(self, stream: CharacterStream, key: str, pieces: list[str]) -> Reading[None]:
        """Collect an element's text up to its own closing tag, past inner ones of the same name."""
        opening, closing = f"{self.mark}<{key}>", f"{self.mark}</{key}>"
        depth = 1
        while depth:
            found = yield from stream.until(markers_of(opening, closing), pieces.append)
            if not found:
                raise CutCall(stream.end)
            stream.skip(len(found))
            depth += 1 if found == opening else -1
            pieces.append(found if depth else "")

    def _value(self, text: str, schema: JsonValue, types: ArgumentTypes, depth: int) -> JsonValue:
        """Give an element's value: nested elements are an object or a list, all else is a text or JSON."""
        if depth > _MAX_DEPTH:
            raise BrokenCall(f"nested more than {_MAX_DEPTH} deep")
        kinds = types.types_of(schema)
        if "string" in kinds or not text.lstrip().startswith(self.mark + "<"):
            if not text.strip() and kinds & {"object", "array"}:
                return {} if "object" in kinds else []
            return types.of_schema(schema, text) if schema is not None else text
        children = self._children(text)
        if children is None:
            return text
        if all(key == ITEM for key, _ in children) and ("array" in kinds or not kinds):
            items = item_schema(branch_with(schema, "array", types.root), types.root)
            return [self._value(part, items, types, depth + 1) for _, part in children]
        holder = branch_with(schema, "object", types.root)
        return {
            key: self._value(part, member_schema(holder, key, types.root), types, depth + 1) for key, part in children
        }

    def _children(self, text: str) -> list[tuple[str, str]] | None:
        """Split a text into its elements; None where it is something else."""
        children: list[tuple[str, str]] = []
        place = 0
        while place < len(text):
            space = SPACE.match(text, place)
            if space is not None:
                place = space.end()
                continue
            match = TAG.match(text, place + len(self.mark)) if text.startswith(self.mark, place) else None
            if match is None:
                return None
            end = self._closing(text, match.end(), match[1])
            if end < 0:
                return None
            children.append((match[1], text[match.end() : end]))
            place = end + len(f"{self.mark}</{match[1]}>")
        return children

    def _closing(self, text: str, start: int, key: str) -> int:
        opening, closing = f"{self.mark}<{key}>", f"{self.mark}</{key}>"
        depth, place = 1, start
        while True:
            end = text.find(closing, place)
            if end < 0:
                return -1
            inner = text.find(opening, place, end)
            if inner >= 0:
                depth, place = depth + 1, inner + len(opening)
                continue
            depth -= 1
            if not depth:
                return end
            place = end + len(closing)
