"""Finds stop strings in a text that grows. Knows texts and silent spans; refuses to know tokens and markup.

Every rule is about one character after the other, so any cut of the same text gives the same result; a text in which
none of what is looked for comes to its end is taken as a whole.
"""

from collections.abc import Sequence

from flowgen.domain.generation import SilentSpan


class StopScanner:
    """Lets text through, holds back what may begin a stop string, and ends at the first one that is complete.

    Of stop strings that end with the same character the longest counts. Inside a silent span none is looked for. A
    stop string that lies in what may yet become a span's opening counts only once the opening has not come.
    """

    def __init__(self, stops: Sequence[str], spans: Sequence[SilentSpan] = ()) -> None:
        self._stops = sorted((stop for stop in stops if stop), key=len, reverse=True)
        self._spans = sorted(
            (span for span in spans if span.opening and not span.is_open), key=lambda s: -len(s.opening)
        )
        self._inside = next((span for span in spans if span.is_open), None)
        self._marks = [*self._stops, *(span.opening for span in self._spans)]
        self._num_kept = max(map(len, self._marks), default=0)
        self._num_seen = 0
        self._recent = ""  # the text since the last span, as far back as a stop or an opening can reach
        self._held = ""
        self._found: int | None = None  # where a complete stop string begins, counted from the answer's start
        self.is_stopped = False

    @property
    def looks_for_any(self) -> bool:
        """Whether there are stop strings: else all text goes through at once."""
        return bool(self._stops)

    def feed(self, text: str) -> str:
        """Take text; give what can be released. Nothing comes after `is_stopped`."""
        if not self._stops:
            return text
        if self._is_plain(text):
            return self._pass(text)
        released = [self._step(character) for character in text if not self.is_stopped]
        return "".join(released)

    def finish(self) -> str:
        """The text has ended: give what was held, but for a stop string that waited for an opening."""
        released, self._held = (self._cut() if self._found is not None else self._held), ""
        return released

    def _is_plain(self, text: str) -> bool:
        """Whether nothing that is looked for now comes to its end in a text, nor may have before it."""
        window = self._recent + text
        if self._inside is not None:
            return self._inside.closing is None or self._inside.closing not in window
        return self._found is None and not any(mark in window for mark in self._marks)

    def _pass(self, text: str) -> str:
        """Take a text of which every character would only be looked at."""
        self._num_seen += len(text)
        self._held += text
        if self._inside is not None:
            if self._inside.closing is not None:
                self._recent = (self._recent + text)[-len(self._inside.closing) :]
            return self._release(0)
        self._recent = (self._recent + text)[-self._num_kept :]
        return self._release(self._num_begun())

    def _step(self, character: str) -> str:
        self._num_seen += 1
        self._held += character
        if self._inside is not None:
            self._leave_span(character, self._inside)
            return self._release(0)
        self._recent = (self._recent + character)[-self._num_kept :]
        if self._enter_span():
            return self._release(0)
        self._found = self._find_stop() if self._found is None else self._found
        if self._found is None:
            return self._release(self._num_begun())
        if self._may_open_before(self._found):
            return self._release(self._num_seen - self._found)
        return self._cut()

    def _leave_span(self, character: str, span: SilentSpan) -> None:
        if span.closing is None:
            return
        self._recent = (self._recent + character)[-len(span.closing) :]
        if self._recent == span.closing:
            self._inside, self._recent = None, ""

    def _enter_span(self) -> bool:
        """Enter a span whose opening ends here, unless a stop string began before it."""
        for span in self._spans:
            start = self._num_seen - len(span.opening)
            is_free = self._found is None or self._found >= start
            if self._recent.endswith(span.opening) and is_free and not (span.at_start and start):
                self._inside, self._recent, self._found = span, "", None
                return True
        return False

    def _find_stop(self) -> int | None:
        return next((self._num_seen - len(stop) for stop in self._stops if self._recent.endswith(stop)), None)

    def _num_begun(self) -> int:
        """The length of the longest end of the text that may begin a stop string."""
        return max((_overlap(self._recent, stop) for stop in self._stops), default=0)

    def _may_open_before(self, place: int) -> bool:
        """Whether a span's opening is under way that began at `place` or before it."""
        for span in self._spans:
            size = _overlap(self._recent, span.opening)
            start = self._num_seen - size
            if size and start <= place and not (span.at_start and start):
                return True
        return False

    def _release(self, num_held: int) -> str:
        split = len(self._held) - min(num_held, len(self._held))
        released, self._held = self._held[:split], self._held[split:]
        return released

    def _cut(self) -> str:
        found = self._num_seen if self._found is None else self._found
        self.is_stopped = True
        return self._release(self._num_seen - found)


def _overlap(text: str, whole: str) -> int:
    """The longest proper beginning of `whole` that `text` ends with."""
    return next((n for n in range(min(len(whole) - 1, len(text)), 0, -1) if text.endswith(whole[:n])), 0)
