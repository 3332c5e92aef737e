"""Writes the pieces of grammars that answers are joined of, in llguidance's Lark. Knows its letters; refuses to know
any syntax of calls."""

import json
import re
from collections.abc import Iterable
from functools import lru_cache

_NAMED_TOKEN = re.compile(r"<(?!\[)[^<>\s\"]+>")
_ANYTHING = "/(?s:.*)/"


def literal(text: str) -> str:
    """Give a text as a string of Lark; an empty one matches nothing but itself."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")


@lru_cache(maxsize=4096)
def pattern(text: str) -> str:
    """Give a text's letters as a regular expression."""
    return "".join(char if char.isalnum() else f"\\x{{{ord(char):x}}}" for char in text)


def marker(text: str, control_tokens: Iterable[str]) -> str:
    """Name a marker: by its token where the vocabulary has it as a special one, else by its letters."""
    return token_name(text) if text in control_tokens else literal(text)


def token_name(text: str) -> str:
    """Give the name of a special token in grammars: its text where that is `<name>`, else one made of its bytes.

    llguidance takes no other names, so vocabularies are shown to it with these."""
    return text if _NAMED_TOKEN.fullmatch(text) else f"<token:{text.encode('utf-8', 'replace').hex()}>"


def text_without(markers: Iterable[str], reserved: Iterable[str], *, at_start: str = "") -> str:
    """Give a terminal's body: any text that holds no marker, and that begins neither with a reserved text nor with what
    the pattern `at_start` matches, white space before it or not."""
    return " & ".join([_ANYTHING, *_inside(markers), *_starts(reserved, at_start)])


def text_up_to(marker_text: str, reserved: Iterable[str], others: Iterable[str] = ()) -> str:
    """Give the body of a lazy terminal: any text up to and with a marker that is letters, and without `others`."""
    return " & ".join([f"/(?s:.*){pattern(marker_text)}/", *_inside(others), *_starts(reserved, "")])


def _inside(markers: Iterable[str]) -> list[str]:
    """Exclude texts that hold a marker: one complement, for each is dear."""
    patterns = "|".join(pattern(text) for text in dict.fromkeys(markers))
    return [f"~/(?s:.*)({patterns})(?s:.*)/"] if patterns else []


def _starts(reserved: Iterable[str], at_start: str) -> list[str]:
    starts = [*(pattern(text) for text in reserved), *([at_start] if at_start else [])]
    return [rf"~/\s*({'|'.join(starts)})(?s:.*)/"] if starts else []
