"""Finds the first of several texts in text that arrives in pieces. Knows texts; refuses to know what they mean."""

import re
from collections.abc import Iterable
from functools import lru_cache


class Markers:
    """Texts that are looked for together. Where two begin at one place the longer one counts. `flow` is the pattern of
    texts in which none can begin."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = tuple(sorted({text for text in texts if text}, key=lambda text: (-len(text), text)))
        starts = "".join(sorted({re.escape(text[0]) for text in self.texts}))
        self._longest = max(map(len, self.texts), default=0)
        self._any = re.compile("|".join(map(re.escape, self.texts)) or r"(?!)")
        self._start = re.compile(f"[{starts}]" if starts else r"(?!)")
        self.flow = re.compile(f"(?s:[^{starts}]*)" if starts else r"(?s:.*)")
        self._may_overlap = any(one in other for one in self.texts for other in self.texts if one != other)
        self._cut = re.compile(f"(?:{_beginnings(self.texts)})\\Z" if self._longest > 1 else r"(?!)")

    def find(self, text: str, start: int, *, is_over: bool) -> tuple[int, str | None]:
        """Give the place of the first marker and the marker; else the place up to which there surely is none, and None:
        what follows may still become one, unless the text `is_over`."""
        first = self._start.search(text, start)
        if first is None:
            return len(text), None
        match = self._any.search(text, first.start())
        place = match.start() if match else len(text)
        if not is_over and (match is None or self._may_overlap):
            held = self.held(text, first.start())
            if held <= place:
                return held, None
        return place, match.group() if match else None

    def held(self, text: str, start: int) -> int:
        """Give the place from which on the text's end is the beginning of a marker, and not all of it; else the text's
        end."""
        match = self._cut.search(text, max(start, len(text) - self._longest + 1))
        return match.start() if match else len(text)


def _beginnings(texts: Iterable[str]) -> str:
    """Give the pattern of the texts' beginnings, each shorter than its text."""
    tails: dict[str, set[str]] = {}
    for text in texts:
        if len(text) > 1:
            tails.setdefault(text[0], set()).add(text[1:])
    branches = []
    for letter, rest in tails.items():
        inner = _beginnings(rest)
        branches.append(re.escape(letter) + (f"(?:{inner})?" if inner else ""))
    return "|".join(branches)


@lru_cache(maxsize=1024)
def markers_of(*texts: str) -> Markers:
    """Give the markers of some texts, made once."""
    return Markers(texts)


@lru_cache(maxsize=4096)
def stripped(*texts: str) -> tuple[str, ...]:
    """Give the texts without white space around them, empty ones left out."""
    return tuple(text.strip() for text in texts if text.strip())
