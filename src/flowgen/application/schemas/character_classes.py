"""The sets of characters that patterns name. Knows ECMA-262's and Unicode's; refuses to know patterns."""

import re
import sys
import unicodedata
from functools import lru_cache

from flowgen.application.schemas.regular import LAST, Ranges, joined


def _letters(*pieces: str) -> Ranges:
    return joined((ord(piece[0]), ord(piece[-1])) for piece in pieces)


DIGITS = _letters("09")
WORDS = _letters("09", "AZ", "az", "_")
SPACES = _letters("\t\r", " ", "\xa0", "\u1680", "\u2000\u200a", "\u2028\u2029", "\u202f", "\u205f", "\u3000", "\ufeff")
LINE_ENDS = _letters("\n", "\r", "\u2028\u2029")

_NAMED: dict[str, Ranges] = {
    "alpha": _letters("AZ", "az"), "digit": DIGITS, "alnum": _letters("09", "AZ", "az"), "word": WORDS,
    "upper": _letters("AZ"), "lower": _letters("az"), "space": SPACES, "blank": _letters(" ", "\t"),
    "xdigit": _letters("09", "AF", "af"), "cntrl": ((0, 31), (127, 127)), "print": ((32, 126),),
    "graph": ((33, 126),), "punct": _letters("!/", ":@", "[`", "{~"), "ascii": ((0, 127),), "any": ((0, LAST),),
}  # fmt: skip
_LONG = {
    "letter": "L", "uppercaseletter": "Lu", "lowercaseletter": "Ll", "titlecaseletter": "Lt", "modifierletter": "Lm",
    "otherletter": "Lo", "mark": "M", "nonspacingmark": "Mn", "spacingmark": "Mc", "enclosingmark": "Me",
    "number": "N", "decimalnumber": "Nd", "letternumber": "Nl", "othernumber": "No", "punctuation": "P",
    "connectorpunctuation": "Pc", "dashpunctuation": "Pd", "openpunctuation": "Ps", "closepunctuation": "Pe",
    "initialpunctuation": "Pi", "finalpunctuation": "Pf", "otherpunctuation": "Po", "symbol": "S", "mathsymbol": "Sm",
    "currencysymbol": "Sc", "modifiersymbol": "Sk", "othersymbol": "So", "separator": "Z", "spaceseparator": "Zs",
    "lineseparator": "Zl", "paragraphseparator": "Zp", "other": "C", "control": "Cc", "format": "Cf",
    "privateuse": "Co", "unassigned": "Cn",
}  # fmt: skip
_ALIASES = {"digit": "Nd", "punct": "P", "cntrl": "Cc", "Combining_Mark": "M"}
"""Other names of categories, to the letter: `\\p{Digit}` is what Java means by it."""


def property_class(name: str) -> Ranges | None:
    """Give what stands in `\\p{...}`: a general category, or a class as `named_class` knows it."""
    return _categories()[_ALIASES[name]] if name in _ALIASES else named_class(name)


@lru_cache(maxsize=64)
def named_class(name: str) -> Ranges | None:
    """Give a POSIX class, or a general category of Unicode (`L`, `Letter`, `gc=Lu`); None where the name is not
    known."""
    name = re.sub(r"^(?:gc|General_Category)=", "", name)
    if name.lower() in _NAMED:
        return _NAMED[name.lower()]
    short = _LONG.get(re.sub(r"[\s_-]", "", name).lower(), name)
    return _categories().get(short)


@lru_cache(maxsize=1)
def _categories() -> dict[str, Ranges]:
    """Half a second, once, and only where a pattern names one."""
    found: dict[str, list[tuple[int, int]]] = {}
    start, last = 0, unicodedata.category("\0")
    for code in range(1, sys.maxunicode + 2):
        category = unicodedata.category(chr(code)) if code <= sys.maxunicode else ""
        if category != last:
            for name in (last, last[0]):
                found.setdefault(name, []).append((start, code - 1))
            start, last = code, category
    return {name: joined(ranges) for name, ranges in found.items()}


def folded(ranges: Ranges) -> Ranges:
    """Add the other case of ASCII letters."""
    extra = []
    for low, high in ranges:
        for first, last, shift in ((65, 90, 32), (97, 122, -32)):
            start, end = max(low, first), min(high, last)
            if start <= end:
                extra.append((start + shift, end + shift))
    return joined((*ranges, *extra))
