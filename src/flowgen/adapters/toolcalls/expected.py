"""A text of a known shape that arrives in pieces: whether it is there, or may still come. So that what is usual is read
in one look; refuses to know what is done where it is not there."""

import re
from collections.abc import Iterable, Sequence

SPACE = (r"\s*", r"\s{0,9}")
"""White space, as a step."""

_MOST = 99


class Expected:
    """`whole` finds the text, `part` is all of a text that may become it: runs in it are bounded, so that no text is
    looked at often."""

    def __init__(self, *steps: str | tuple[str, str]) -> None:
        """A step is a text, or the patterns of a run: as it is found, and as it may begin."""
        whole, part = "", ""
        for step in steps:
            whole += re.escape(step) if isinstance(step, str) else step[0]
        for step in reversed(steps):
            for piece in [re.escape(letter) for letter in reversed(step)] if isinstance(step, str) else [step[1]]:
                part = f"(?:{piece}{part})?"
        self.whole = re.compile(whole)
        self.part = re.compile(part)


def run_without(texts: Iterable[str], *, least: int = 1, is_long: bool = False) -> tuple[str, str]:
    """Give the step of a run that no letter with which one of the texts begins is in."""
    letters = "".join(sorted({re.escape(text[0]) for text in texts if text}))
    letter = f"[^{letters}]" if letters else r"(?s:.)"
    return f"({letter}{{{least},{'' if is_long else _MOST}}})", f"{letter}{{0,{_MOST}}}"


def before(texts: Sequence[str]) -> tuple[str, str]:
    """Give the step of one of the texts, which is not taken; it may begin as the first of them."""
    start = ""
    for letter in reversed(texts[0]):
        start = f"(?:{re.escape(letter)}{start})?"
    return f"(?={'|'.join(map(re.escape, texts))})", start
