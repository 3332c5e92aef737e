"""Writes trees of patterns in the small notation of `domain.schemas.String`, and spells them in the letters of a
syntax. Knows the notation; refuses to know any syntax's escapes."""

from collections.abc import Callable
from functools import lru_cache

from flowgen.application.schemas.pattern_reading import read_pattern
from flowgen.application.schemas.regular import Chars, Choice, Group, Ranges, Regular, Repeat, Sequence

Spelling = Callable[[Ranges], str]
"""Gives the regular expression, in a group where it has to be one, of one character out of these ranges as a syntax
writes it."""

NO_MATCH = "[^\\x{0}-\\x{10ffff}]"


def written(tree: Regular) -> str:
    """Write a tree without edges and looks as a pattern."""
    return spelled(tree, class_text)


def spell(pattern: str, spelling: Spelling) -> str:
    """Read a pattern of the small notation and write it with the characters spelled."""
    return spelled(read_pattern(pattern), spelling)


def spelled(tree: Regular, spelling: Spelling) -> str:
    match tree:
        case Chars(ranges):
            return spelling(ranges) if ranges else NO_MATCH
        case Sequence(parts):
            return "".join(
                [_grouped(part, spelling) if isinstance(part, Choice) else spelled(part, spelling) for part in parts]
            )
        case Choice(options):
            return "|".join([spelled(option, spelling) for option in options])
        case Repeat(part, least, most):
            return _grouped(part, spelling) + _count(least, most)
        case Group(_, body):
            return _grouped(body, spelling)
    raise ValueError(f"{tree!r} is in no regular expression of this notation")


def _grouped(tree: Regular, spelling: Spelling) -> str:
    inner = spelled(tree, spelling)
    return inner if isinstance(tree, Chars) else f"(?:{inner})"


def _count(least: int, most: int | None) -> str:
    if most is None:
        return {0: "*", 1: "+"}.get(least, f"{{{least},}}")
    return "?" if (least, most) == (0, 1) else f"{{{least},{most}}}"


@lru_cache(maxsize=4096)
def class_text(ranges: Ranges) -> str:
    """Write a set of characters as itself."""
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return _letter(ranges[0][0])
    return (
        "[" + "".join(_letter(low) if low == high else f"{_letter(low)}-{_letter(high)}" for low, high in ranges) + "]"
    )


def _letter(code: int) -> str:
    char = chr(code)
    return char if char.isascii() and char.isalnum() else f"\\x{{{code:x}}}"
