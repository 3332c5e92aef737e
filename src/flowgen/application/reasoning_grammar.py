"""Writes the rules of a leading block of reasoning. Knows tags; refuses to know what follows the block."""

from flowgen.application import lark
from flowgen.domain.prompts import ReasoningTags

_GAP = 'answer_gap: ("\\n" "\\n"?)?'
"""After the block: the line breaks that models are trained to write there."""


def reasoning_rules(
    tags: ReasoningTags | None, control_tokens: frozenset[str], *, is_open: bool
) -> tuple[str, list[str]]:
    """Give the expression of the block, optional unless the prompt has opened it, and its rules.

    Tags that are special tokens are named so; text never holds a closing tag's letters. A tag of letters ends a lazy
    terminal, for a greedy one would swallow it.
    """
    if tags is None:
        return "", []
    opening = "" if is_open else lark.marker(tags.opening, control_tokens)
    if tags.closing in control_tokens:
        thinking = f"ANSWER_THINKING: {lark.text_without([tags.closing], ())}"
        block = f"{opening} ANSWER_THINKING {lark.token_name(tags.closing)} answer_gap"
        rules = [f"answer_reasoning: {block}", thinking, _GAP]
    elif is_open or tags.opening in control_tokens:
        rules = [f"answer_reasoning: {opening} answer_thinking answer_gap", *_lazy("", tags.closing), _GAP]
    else:
        whole = _lazy(rf"\s*{lark.pattern(tags.opening)}", tags.closing)
        rules = ["answer_reasoning: answer_thinking answer_gap", *whole, _GAP]
    return ("answer_reasoning" if is_open else "answer_reasoning?"), rules


def _lazy(before: str, closing: str) -> list[str]:
    return [f"answer_thinking[lazy]: /{before}(?s:.*){lark.pattern(closing)}/"]
