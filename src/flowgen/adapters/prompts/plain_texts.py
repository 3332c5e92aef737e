"""Finds the texts of a caller in a rendered prompt, so that special tokens' letters in them stay letters.

Knows texts and spans; refuses to know templates. The prompt is rendered again with a caller's suspicious texts between
marks, characters that occur nowhere else. Where the result without the marks is the real prompt, the marks say exactly
where the texts are, also after trimming and inside of JSON. Templates that look into a text may render it differently
with marks around: then the special tokens alone are marked (for templates that split at them), then replaced letter by
letter (for templates that measure), and at last the texts are searched.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence

from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.generation import PromptSegment
from flowgen.domain.values import Value

Span = tuple[int, int]
Mark = Callable[[str], str]
Rerender = Callable[[Mark], str]
"""Renders the conversation with a change applied to each suspicious text."""


class Foreign(Value, frozen=True):
    """A caller's text in the conversation's order. `where` is its field; only suspicious ones become plain."""

    where: str
    text: str
    is_suspicious: bool


def special_texts(control_tokens: Iterable[str]) -> re.Pattern[str]:
    """A pattern for the texts of special tokens, the longest first; it never matches where there are none."""
    longest_first = sorted(filter(None, control_tokens), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def plain_spans(
    prompt: str, foreign: Sequence[Foreign], special: re.Pattern[str], rerender: Rerender
) -> tuple[list[Span], list[str]]:
    """The spans of suspicious texts in `prompt`, and a warning for each text that was not found."""
    if not any(text.is_suspicious for text in foreign):
        return [], []
    for mark, find in _attempts(prompt, special, *_unused(prompt, *(text.text for text in foreign))):
        try:
            spans = find(rerender(mark))
        except PromptNotRenderable:
            continue  # the template takes offence at the marks
        if spans is not None:
            return spans, []
    return _searched(prompt, foreign, special)


def _attempts(
    prompt: str, special: re.Pattern[str], opening: str, closing: str
) -> Sequence[tuple[Mark, Callable[[str], list[Span] | None]]]:
    """Ways to mark a text, each with how its spans are read off the marked prompt, the best first."""
    pair = re.compile(f"{opening}([^{opening}{closing}]*){closing}")
    half = f"{opening}?({special.pattern}){closing}|{opening}({special.pattern}){closing}?|[{opening}{closing}]"
    return (
        (lambda text: _around(text, opening, closing), lambda marked: _unmarked(prompt, marked, pair)),
        (
            lambda text: special.sub(lambda match: f"{opening}{match[0]}{closing}", text),
            lambda marked: _unmarked(prompt, marked, re.compile(half)),
        ),
        (
            lambda text: special.sub(lambda match: opening * len(match[0]), text),
            lambda masked: _unmasked(prompt, masked, opening),
        ),
    )


def segments(prompt: str, spans: Iterable[Span]) -> tuple[PromptSegment, ...]:
    """The prompt cut at the spans, which are plain; joined, the segments are the prompt."""
    pieces: list[PromptSegment] = []
    end = 0
    for start, stop in sorted(spans):
        if start >= end and stop > start:
            pieces += [PromptSegment(text=prompt[end:start]), PromptSegment(text=prompt[start:stop], special=False)]
            end = stop
    pieces.append(PromptSegment(text=prompt[end:]))
    return tuple(piece for piece in pieces if piece.text) or (PromptSegment(text=""),)


def _unused(*texts: str) -> tuple[str, str]:
    """Two private-use characters that are in none of the texts."""
    taken = set().union(*texts)
    free = (chr(code) for code in range(0xF0000, 0xFFFFE) if chr(code) not in taken)
    return next(free), next(free)


def _around(text: str, opening: str, closing: str) -> str:
    """Marks inside of the outer whitespace, so that trimming takes the same."""
    core = text.strip()
    return text.replace(core, f"{opening}{core}{closing}", 1) if core else text


def _unmarked(prompt: str, text: str, marked: re.Pattern[str]) -> list[Span] | None:
    """The marked spans, in the prompt's own positions; None if the marks changed the prompt."""
    spans: list[Span] = []
    pieces: list[str] = []
    length = end = 0
    for match in marked.finditer(text):
        inside = next(filter(None, match.groups()), "")
        pieces += [text[end : match.start()], inside]
        length += match.start() - end + len(inside)
        spans.append((length - len(inside), length))
        end = match.end()
    return spans if "".join([*pieces, text[end:]]) == prompt else None


def _unmasked(prompt: str, text: str, mask: str) -> list[Span] | None:
    """The runs of the mask; None if the mask changed anything else."""
    spans = [match.span() for match in re.finditer(f"{mask}+", text)]
    masked = "".join(mask if letter == mask else real for letter, real in zip(text, prompt, strict=False))
    return spans if masked == text and len(text) == len(prompt) else None


def _searched(prompt: str, foreign: Sequence[Foreign], special: re.Pattern[str]) -> tuple[list[Span], list[str]]:
    """Each text looked up verbatim, trimmed or as in JSON, in order, so that equal texts are not confused.

    A text that is nothing but a special token is not looked up: what is found may be the template's own token.
    """
    spans: list[Span] = []
    warnings: list[str] = []
    position = 0
    for text in foreign:
        span = None if special.fullmatch(text.text.strip()) else _next(prompt, text.text, position)
        if span is not None:
            position = span[1]
        if text.is_suspicious and span is not None:
            spans.append(span)
        elif any(token in prompt for token in special.findall(text.text)):
            warnings.append(
                f"{text.where} holds the text of a special token and the chat template changed it:"
                " it is read as that token."
            )
    return spans, warnings


def _next(prompt: str, text: str, position: int) -> Span | None:
    for form in (text, text.strip(), json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1]):
        start = prompt.find(form, position) if form else -1
        if start >= 0:
            return start, start + len(form)
    return None
