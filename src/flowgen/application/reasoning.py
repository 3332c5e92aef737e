"""Separates the model's thinking from its answer, as the text comes. Refuses to know tokens and calls."""

from collections.abc import Callable, Sequence

from flowgen.domain.events import ContentDelta, ReasoningDelta
from flowgen.domain.prompts import ReasoningTags

_Step = Callable[[bool], list[ReasoningDelta | ContentDelta]]
_MAX_GAP = 2
"""The line breaks after a closing tag that belong to it."""


class ReasoningSplitter:
    """One per answer: a leading block in `tags` is reasoning, all else is content for the tool-call parser.

    The tags, the white space inside their edges and two line breaks after them are in neither. A closing tag that
    stands first closes an empty block. Any cut of a text gives the same two texts.
    """

    def __init__(
        self,
        tags: ReasoningTags | None,
        *,
        is_open: bool = False,
        ends: Sequence[str] = (),
        is_verbatim: bool = False,
    ) -> None:
        """`is_open`: the prompt has opened the block; without `tags` all text is content. A text of `ends` ends the
        block too, and is content. `is_verbatim`: the block is told with its tags and all white space."""
        self._tags = tags or ReasoningTags()
        self._ends = (self._tags.closing, *ends)
        self._is_verbatim = is_verbatim
        self._held = ""
        self._gap = 0 if is_verbatim else _MAX_GAP
        self._has_thought = False
        self._step: _Step = self._content
        if tags is not None:
            self._step = self._opened if is_open else self._beginning

    def feed(self, text: str) -> list[ReasoningDelta | ContentDelta]:
        """Take more text; text that may begin a tag is held back."""
        return self._advance(text, is_over=False)

    def finish(self) -> list[ReasoningDelta | ContentDelta]:
        """The text has ended: give what was held back; a block that was never closed stays reasoning."""
        return self._advance("", is_over=True)

    def _advance(self, text: str, *, is_over: bool) -> list[ReasoningDelta | ContentDelta]:
        self._held += text
        events: list[ReasoningDelta | ContentDelta] = []
        while True:
            step = self._step
            events += step(is_over)
            if self._step == step:
                return events

    def _beginning(self, is_over: bool) -> list[ReasoningDelta | ContentDelta]:
        """Before the block, or before an answer without one."""
        text, tags = self._held.lstrip(), self._tags
        opening, closing = tags.opening, tags.closing
        if text.startswith(opening):
            return self._enter(opening, self._labelled)
        if text.startswith(closing) and not self._is_verbatim:
            self._held = text[len(closing) :]
            self._step = self._after
        elif is_over or not (opening.startswith(text) or closing.startswith(text)):
            self._step = self._content
        return []

    def _opened(self, is_over: bool) -> list[ReasoningDelta | ContentDelta]:
        """At the beginning of a block that the prompt has opened; models may open it again."""
        text, opening = self._held.lstrip(), self._tags.opening
        if text.startswith(opening):
            return self._enter(opening, self._labelled)
        if is_over or not opening.startswith(text):
            self._step = self._labelled
        return []

    def _labelled(self, is_over: bool) -> list[ReasoningDelta | ContentDelta]:
        text, label = self._held.lstrip(), self._tags.label
        if label and not is_over and len(text) < len(label) and label.startswith(text):
            return []
        if label and text.startswith(label):
            return self._enter(label, self._reasoning)
        self._step = self._reasoning
        return []

    def _enter(self, markup: str, step: "_Step") -> list[ReasoningDelta | ContentDelta]:
        """Go past markup that the text begins with."""
        place = self._held.index(markup) + len(markup)
        told, self._held = self._held[:place], self._held[place:]
        self._step = step
        return [ReasoningDelta(text=told)] if self._is_verbatim else []

    def _reasoning(self, is_over: bool) -> list[ReasoningDelta | ContentDelta]:
        place, end = self._place_of_end(is_over=is_over)
        before, rest = self._held[:place], self._held[place:]
        if self._is_verbatim:
            told, kept = before, ""
        else:
            thought = before if self._has_thought else before.lstrip()
            told = thought.rstrip()
            kept = thought[len(told) :]
        self._held = kept + rest
        if end:
            self._leave(end, rest)
            told += end if self._is_verbatim and end == self._tags.closing else ""
        elif is_over:
            self._held, self._step = "", self._content
        self._has_thought = self._has_thought or bool(told)
        return [ReasoningDelta(text=told)] if told else []

    def _leave(self, end: str, rest: str) -> None:
        if end == self._tags.closing:
            self._held, self._step = rest[len(end) :], self._after
        else:
            self._held, self._step = rest, self._content

    def _place_of_end(self, *, is_over: bool) -> tuple[int, str]:
        found = [(place, end) for end in self._ends if (place := self._held.find(end)) >= 0]
        if found:
            return min(found)
        size = len(self._held)
        return size if is_over else size - max(_num_held(self._held, end) for end in self._ends), ""

    def _after(self, is_over: bool) -> list[ReasoningDelta | ContentDelta]:
        while self._gap and self._held.startswith("\n"):
            self._held = self._held[1:]
            self._gap -= 1
        if self._held or is_over:
            self._step = self._content
        return []

    def _content(self, is_over: bool) -> list[ReasoningDelta | ContentDelta]:
        text, self._held = self._held, ""
        return [ContentDelta(text=text)] if text else []


def _num_held(text: str, tag: str) -> int:
    """The size of the longest end of a text that may begin a tag."""
    longest = min(len(tag) - 1, len(text))
    return next((size for size in range(longest, 0, -1) if text.endswith(tag[:size])), 0)
