"""Separates the model's thinking from its answer, as the text comes. Refuses to know tokens and calls."""

from flowgen.domain.events import ContentDelta, ReasoningDelta
from flowgen.domain.prompts import ReasoningTags


class ReasoningSplitter:
    """One per answer: a leading block in `tags` is reasoning, all else is content for the tool-call parser.

    The tags and the white space inside their edges are in neither. Any cut of a text gives the same two texts.
    """

    def __init__(self, tags: ReasoningTags | None, *, is_open: bool = False) -> None:
        """`is_open`: the prompt has opened the block; without `tags` all text is content."""

    def feed(self, text: str) -> list[ReasoningDelta | ContentDelta]:
        """Take more text; text that may begin a tag is held back."""
        raise NotImplementedError

    def finish(self) -> list[ReasoningDelta | ContentDelta]:
        """The text has ended: give what was held back; a block that was never closed stays reasoning."""
        raise NotImplementedError
