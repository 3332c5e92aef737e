"""Reads calls with one argument after the other off rendered answers. Knows what stands around names, keys and values;
refuses to know how a value is spelt, beyond texts and whole numbers.
"""

import re

from flowgen.adapters.toolcalls.deriving.sections import CallText, Sections, common_end
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.values import Value

_WORD = re.compile(r"(\w+)")


class Places(Value, frozen=True):
    """The texts of one call: `opening` NAME `head` KEY `key_end` VALUE `tail`, with `between` from value to key."""

    opening: str
    head: str
    key_ends: tuple[str, ...]
    betweens: tuple[str, ...]
    tail: str


def tagged(sections: Sections) -> Tagged | None:
    """Calls with tagged arguments: the texts of a call with one argument, and of one with two, tell which of them
    belong to the name, which to the key and which to the value."""
    places = {len(call.call.arguments): found for call in sections.calls if (found := _places(call)) is not None}
    if not places.keys() >= {1, 2}:
        return None
    one, two = places[1], places[2]
    if (one.opening, one.head) != (two.opening, two.head):
        return None
    key_opening = common_end(one.head, two.betweens[0])
    value_closing = two.betweens[0].removesuffix(key_opening)
    if not key_opening or not value_closing or not one.tail.startswith(value_closing):
        return None
    key_end, type_text, type_words, value_opening = _typed(one.key_ends[0], two.key_ends[1])
    opening, separator = one.opening.lstrip(), sections.separator
    return Tagged(
        section_opening=sections.opening.lstrip(),
        section_closing=sections.closing.rstrip(),
        opening=opening,
        name_end=one.head.removesuffix(key_opening),
        key_opening=key_opening,
        key_end=key_end,
        value_closing=value_closing,
        closing=one.tail.removeprefix(value_closing),
        separator=separator or one.opening[: len(one.opening) - len(opening)],
        type_text=type_text,
        type_words=type_words,
        value_opening=value_opening,
    )


def _places(written: CallText) -> Places | None:
    """Find name, keys and values in their order; arguments that are no texts or whole numbers are not looked for."""
    arguments = list(written.call.arguments.items())
    if not arguments or not all(isinstance(value, str | int) and value is not True for _, value in arguments):
        return None
    opening, name, rest = written.text.partition(written.call.name)
    head, key_ends, gaps = "", [], []
    for key, value in arguments:
        gap, found_key, rest = rest.partition(key)
        key_end, found_value, rest = rest.partition(str(value))
        if not (name and found_key and found_value):
            return None
        gaps.append(gap)
        key_ends.append(key_end)
    head, *betweens = gaps
    return Places(opening=opening, head=head, key_ends=tuple(key_ends), betweens=tuple(betweens), tail=rest)


def _typed(of_text: str, of_number: str) -> tuple[str, str, tuple[tuple[str, str], ...], str]:
    """What stands between key and value. Where a word in it tells a text from a number it is an attribute: what stands
    before it, the attribute with `{}` for the word, the words, and what follows it."""
    words, others = _WORD.split(of_text), _WORD.split(of_number)
    differing = [index for index, (one, other) in enumerate(zip(words, others, strict=False)) if one != other]
    if len(words) != len(others) or len(differing) != 1:
        return of_text, "", (), ""
    place = differing[0]
    key_end, space, attribute = "".join(words[:place]).rpartition(" ")
    quote = attribute[-1:]
    rest = "".join(words[place + 1 :])
    closed = quote if quote and rest.startswith(quote) else ""
    type_words = (("string", words[place]), ("*", others[place]))
    return key_end, f"{space}{attribute}{{}}{closed}", type_words, rest.removeprefix(closed)
