"""Says by which signs a template is told. Knows texts and patterns; refuses to know any format.

A sign is data of a format's declaration. Of all signs that hold the most specific one wins, which is the one that asks
for the most letters; a sign of the vocabulary alone is the weakest.
"""

import re
from collections.abc import Iterable

from flowgen.domain.toolcalls import Match, TemplateProbe
from flowgen.domain.values import Value

_SHOWN = 60
TEXT_RANK = 1000
"""The least rank of a sign that a template shows; signs of a vocabulary alone are below it."""
_ESCAPES = {r"\n": "\n", r"\t": "\t", r"\"": '"', r"\'": "'"}


class Sign(Value, frozen=True):
    """One rule; it holds where everything that it asks for is found and nothing of `without` is.

    `texts` are looked for in the template's source, with and without its escapes, and in what it renders; `patterns`
    (regular expressions) in the same places; `tokens` are special tokens of the vocabulary. `rank` replaces the number
    of letters that are asked for.
    """

    texts: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    rank: int | None = None


def claim(signs: Iterable[Sign], probe: TemplateProbe) -> Match | None:
    """The strongest claim that any of a format's signs gives it to a template, None where none holds."""
    haystack = _haystack(probe)
    claims = (_claim(sign, haystack, probe.control_tokens) for sign in signs)
    return max(filter(None, claims), key=lambda match: match.rank, default=None)


def _haystack(probe: TemplateProbe) -> str:
    unescaped = re.sub(r"\\[nt\"']", lambda escape: _ESCAPES[escape[0]], probe.source)
    turns = (turn.turn for turn in probe.turns)
    return "\n\0".join([probe.source, unescaped, probe.rendered, probe.rendered_tools, *turns])


def _claim(sign: Sign, haystack: str, tokens: frozenset[str]) -> Match | None:
    if not frozenset(sign.tokens) <= tokens or any(text in haystack for text in sign.without):
        return None
    if not all(text in haystack for text in sign.texts):
        return None
    found = [re.search(pattern, haystack) for pattern in sign.patterns]
    if not all(found):
        return None
    seen = [*sign.texts, *(match[0] for match in found if match)]
    letters = sum(map(len, (*sign.texts, *sign.patterns, *sign.tokens)))
    base = TEXT_RANK if seen else 0
    return Match(rank=base + (letters if sign.rank is None else sign.rank), reason=_reason(seen, sign.tokens))


def _reason(seen: list[str], tokens: tuple[str, ...]) -> str:
    places = []
    if seen:
        places.append(f"the template has {' and '.join(map(_shown, seen))}")
    if tokens:
        places.append(f"the vocabulary has {' and '.join(map(_shown, tokens))}")
    return ", and ".join(places)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
