"""Says whether a text matches a pattern's tree. Takes polynomial time whatever the pattern: sets of places, no
trials."""

from collections.abc import Iterable

from flowgen.application.schemas.character_classes import WORDS
from flowgen.application.schemas.regular import Again, Chars, Choice, Edge, Group, Look, Regular, Repeat, Sequence, has


def is_found(tree: Regular, text: str) -> bool:
    """Say whether the pattern matches somewhere in the text. What a group is referred back to for may differ here."""
    return bool(_ends(tree, text, set(range(len(text) + 1))))


def is_whole(tree: Regular, text: str) -> bool:
    """Say whether the pattern matches the whole text."""
    return len(text) in _ends(tree, text, {0})


def _ends(tree: Regular, text: str, starts: set[int]) -> set[int]:
    """Give the places where matches that begin at one of `starts` may end."""
    match tree:
        case Chars(ranges):
            return {place + 1 for place in starts if place < len(text) and has(ranges, text[place])}
        case Sequence(parts):
            return _through(parts, text, starts)
        case Choice(options):
            return {end for option in options for end in _ends(option, text, starts)}
        case Repeat():
            return _repeated(tree, text, starts)
        case Group(_, body) | Again(_, body):
            return _ends(body, text, starts)
        case Edge(kind):
            return {place for place in starts if _is_edge(kind, text, place)}
        case Look():
            return {place for place in starts if _is_ahead(tree, text, place) != tree.is_negated}


def _through(parts: Iterable[Regular], text: str, places: set[int]) -> set[int]:
    for part in parts:
        if not places:
            break
        places = _ends(part, text, places)
    return places


def _repeated(tree: Repeat, text: str, starts: set[int]) -> set[int]:
    places, count = starts, 0
    seen: set[int] = set()
    while count < tree.least and places:
        before, places = places, _ends(tree.part, text, places)
        count += 1
        if places == before:
            break  # it matches nothing at all: once is as good as many times
    found = set(places)
    while places and (tree.most is None or count < tree.most) and not places <= seen:
        seen |= places
        places = _ends(tree.part, text, places) - found
        found |= places
        count += 1
    return found


def _is_edge(kind: str, text: str, place: int) -> bool:
    if kind == "start":
        return place == 0
    if kind == "end":
        return place == len(text)
    before = place > 0 and has(WORDS, text[place - 1])
    behind = place < len(text) and has(WORDS, text[place])
    return (before != behind) == (kind == "word")


def _is_ahead(look: Look, text: str, place: int) -> bool:
    if not look.is_behind:
        return bool(_ends(look.body, text, {place}))
    return any(place in _ends(look.body, text[:place], {start}) for start in range(place + 1))
