"""Values between texts: their last line break, CDATA around them, what they are where the wire says that they are no
texts. Refuses to know which texts stand around them."""

from flowgen.adapters.toolcalls.argument_types import PYTHON_WORDS
from flowgen.adapters.toolcalls.broken import BrokenCall
from flowgen.adapters.toolcalls.character_stream import CharacterStream, Reading, Tell
from flowgen.adapters.toolcalls.json_text import decoded, decoded_leniently
from flowgen.domain.values import JsonValue

CDATA = ("<![CDATA[", "]]>")
_QUOTES = ("'", '"')


class Trimmed:
    """Passes a value's text on without the line break that belongs to its closing: the last one is never told."""

    __slots__ = ("_has_break", "_held", "tell_all")

    def __init__(self, tell: Tell, *, has_break: bool) -> None:
        self.tell_all = tell
        self._has_break = has_break
        self._held = ""

    def tell(self, piece: str) -> None:
        if self._has_break:
            piece = self._held + piece
            if piece.endswith("\n"):
                self._held = "\n"
                piece = piece[:-1]
            else:
                self._held = ""
        if piece:
            self.tell_all(piece)


def opens_cdata(stream: CharacterStream) -> Reading[bool]:
    if not (yield from stream.starts_with(CDATA[0])):
        return False
    stream.skip(len(CDATA[0]))
    return True


def of_wire(text: str) -> JsonValue:
    word = text.strip()
    try:
        return decoded_leniently(word) if word[:1] in ("[", "{") else decoded(word)
    except BrokenCall:
        return PYTHON_WORDS.get(word, text)


_ESCAPES = (('"', "&quot;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&apos;"), ("&", "&amp;"))


def escaped(name: str) -> str:
    """A name as it stands in the quotes of an attribute."""
    return name.replace("&", "&amp;").replace('"', "&quot;")


def unquoted(name: str, *, is_strict: bool, is_escaped: bool = False) -> str:
    """A name without white space and, unless the answer is strict, without quotes around it."""
    name = name.strip()
    is_quoted = len(name) > 2 and name[0] in _QUOTES and name[0] == name[-1] and not is_strict
    name = name[1:-1] if is_quoted else name
    for letter, escape in _ESCAPES if is_escaped else ():
        name = name.replace(escape, letter)
    return name
