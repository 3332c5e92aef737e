"""Finds the first of several texts in text that arrives in pieces. Knows texts; refuses to know what they mean."""

import re
from collections.abc import Iterable
from functools import lru_cache


class Markers:
    """Texts that are looked for together. Where two begin at one place the longer one counts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = tuple(sorted({text for text in texts if text}, key=lambda text: (-len(text), text)))
        starts = "".join(sorted({re.escape(text[0]) for text in self.texts}))
        self._longest = max(map(len, self.texts), default=0)
        self._any = re.compile("|".join(map(re.escape, self.texts)) or r"(?!)")
        self._start = re.compile(f"[{starts}]" if starts else r"(?!)")

    def find(self, text: str, start: int, *, is_over: bool) -> tuple[int, str | None]:
        """Give the place of the first marker and the marker; else the place up to which there surely is none, and None:
        what follows may still become one, unless the text `is_over`."""
        match = self._any.search(text, start)
        place = match.start() if match else len(text)
        if not is_over:
            held = self.held(text, start)
            if held <= place:
                return held, None
        return place, match.group() if match else None

    def held(self, text: str, start: int) -> int:
        """Give the place from which on the text's end is the beginning of a marker, and not all of it; else one past
        the text."""
        for match in self._start.finditer(text, max(start, len(text) - self._longest + 1)):
            tail = text[match.start() :]
            if any(len(marker) > len(tail) and marker.startswith(tail) for marker in self.texts):
                return match.start()
        return len(text) + 1


@lru_cache(maxsize=1024)
def markers_of(*texts: str) -> Markers:
    """Give the markers of some texts, made once."""
    return Markers(texts)


def stripped(*texts: str) -> tuple[str, ...]:
    """Give the texts without white space around them, empty ones left out."""
    return tuple(text.strip() for text in texts if text.strip())
