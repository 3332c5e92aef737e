"""Keeps the last lines of a log that arrives in pieces. Knows ggml's levels; refuses to know who writes."""

import sys
from collections import deque

_INFO, _CONTINUED = 2, 5


class LogRing:
    """llama.cpp's last log lines, debug output left out; on standard error too while `is_verbose`."""

    def __init__(self, size: int = 400) -> None:
        self.is_verbose = False
        self._lines: deque[str] = deque(maxlen=size)
        self._level = 0
        self._is_open = False

    def lines(self) -> list[str]:
        """All the lines that are kept, oldest first: a copy, for other threads may write meanwhile."""
        return list(self._lines)

    def tail(self, count: int) -> str:
        """The last lines that say something, for an error's message."""
        return "\n".join([line for line in self.lines() if line.strip(". ")][-count:])

    def clear(self) -> None:
        self._lines.clear()
        self._is_open = False

    def write(self, level: int, text: str) -> None:
        """Take a piece; one of level 5 continues the last one's line and has its level."""
        if level != _CONTINUED:
            self._level = level
        if self._level < _INFO:
            return
        if self.is_verbose:
            sys.stderr.write(text)
        if self._is_open and level == _CONTINUED and self._lines:
            self._lines[-1] += text.rstrip("\n")
        else:
            self._lines.extend(text.rstrip("\n").split("\n"))
        self._is_open = not text.endswith("\n")
