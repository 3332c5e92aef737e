"""Separates the model's thinking from its answer, as the text comes. Refuses to know tokens and calls."""

from flowgen.domain.events import ContentDelta, ReasoningDelta
from flowgen.domain.prompts import ReasoningTags

_MAX_GAP = 2
"""The line breaks after a closing tag that belong to it."""


class ReasoningSplitter:
    """One per answer: a leading block in `tags` is reasoning, all else is content for the tool-call parser.

    The tags, the white space inside their edges and two line breaks after them are in neither. Any cut of a text gives
    the same two texts.
    """

    def __init__(self, tags: ReasoningTags | None, *, is_open: bool = False) -> None:
        """`is_open`: the prompt has opened the block; without `tags` all text is content."""
        self._tags = tags or ReasoningTags()
        self._held = ""
        self._gap = _MAX_GAP
        self._has_thought = False
        self._step = self._content
        if tags is not None:
            self._step = self._reasoning if is_open else self._beginning

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
        text, opening = self._held.lstrip(), self._tags.opening
        if text.startswith(opening):
            self._held = text[len(opening) :]
            self._step = self._reasoning
        elif is_over or not opening.startswith(text):
            self._step = self._content
        return []

    def _reasoning(self, is_over: bool) -> list[ReasoningDelta | ContentDelta]:
        closing = self._tags.closing
        before, found, after = self._held.partition(closing)
        size = len(before) if found or is_over else len(before) - _num_held(before, closing)
        thought = before[:size] if self._has_thought else before[:size].lstrip()
        told = thought.rstrip()
        self._held = thought[len(told) :] + before[size:]
        if found:
            self._held, self._step = after, self._after
        elif is_over:
            self._held, self._step = "", self._content
        self._has_thought = self._has_thought or bool(told)
        return [ReasoningDelta(text=told)] if told else []

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
