"""Spells characters as JSON's strings write them, in regular expressions. Knows JSON's escapes; refuses to know
schemas.

What `json.dumps` writes is taken, with `ensure_ascii` and without: a letter stands for itself; what must be
escaped, and what lies beyond ASCII, may be. So a text of given letters has few spellings, all of which are known
here."""

from functools import lru_cache

from flowgen.application.schemas.pattern_writing import class_text, spell
from flowgen.application.schemas.regular import ANY, Ranges, common, complement, joined

_SHORT = {8: "b", 9: "t", 10: "n", 12: "f", 13: "r", 34: '"', 92: "\\"}
_RAW: Ranges = complement(joined(((0, 0x1F), (34, 34), (92, 92), (0xD800, 0xDFFF))))
_BY_CODE: Ranges = joined(((0, 7), (11, 11), (14, 0x1F), (0x7F, 0xD7FF), (0xE000, 0xFFFF)))
_BY_PAIR: Ranges = ((0x10000, 0x10FFFF),)
_PAIR = "\\\\u[dD][89abAB][0-9a-fA-F]{2}\\\\u[dD][c-fC-F][0-9a-fA-F]{2}"

CHAR = (
    '(?:[^"\\\\\\x00-\\x1f]|\\\\["\\\\\\x2fbfnrt]|\\\\u(?:[0-9a-ce-fA-CE-F][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2})'
    f"|{_PAIR})"
)
"""Any character, however it may be written."""


@lru_cache(maxsize=1024)
def json_text(pattern: str) -> str:
    """Give the regular expression of the JSON strings whose characters match a pattern of the normal form. It is to be
    met together with `JSON_STRING`: where any characters may stand, what is no character may stand as well."""
    return f'"(?:{spell(pattern, json_char).replace(_ANY_OF_THEM, _LOOSE)})"'


def json_literal(value: str) -> str:
    """Give the regular expression of one string as JSON."""
    return f'"{"".join(map(_letter, value))}"'


@lru_cache(maxsize=4096)
def _letter(char: str) -> str:
    return json_char(((ord(char), ord(char)),))


def has_loose(expression: str) -> bool:
    """Say whether an expression takes more than JSON strings."""
    return _LOOSE in expression


def is_plain(value: str) -> bool:
    """Say whether a text has one spelling: itself."""
    return value.isascii() and value.isprintable() and '"' not in value and "\\" not in value


@lru_cache(maxsize=4096)
def json_char(ranges: Ranges) -> str:
    """Give the regular expression of one character out of these."""
    options = []
    raw = common(ranges, _RAW)
    if raw:
        options.append(class_text(raw))
    short = "".join(
        letter if letter.isalpha() else "\\" + letter for code, letter in _SHORT.items() if _holds(ranges, code)
    )
    if short:
        options.append(f"\\\\[{short}]")
    options += [f"\\\\u(?:{codes})" for codes in [_codes(common(ranges, _BY_CODE))] if codes]
    options += [_pairs(low - 0x10000, high - 0x10000) for low, high in common(ranges, _BY_PAIR)]
    if not options:
        return class_text(raw) if raw else "[^\\x{0}-\\x{10ffff}]"
    return options[0] if len(options) == 1 and raw else f"(?:{'|'.join(options)})"


def _holds(ranges: Ranges, code: int) -> bool:
    return any(low <= code <= high for low, high in ranges)


def _codes(ranges: Ranges) -> str:
    return "|".join(_hexadecimal(low, high, 4) for low, high in ranges)


def _pairs(low: int, high: int) -> str:
    """Give the surrogate pairs of a range of characters, counted from U+10000."""
    if (low, high) == (0, 0xFFFFF):
        return _PAIR
    first, last = low >> 10, high >> 10
    spans = [(first, low & 0x3FF, 0x3FF if first < last else high & 0x3FF)]
    if first < last:
        spans.append((last, 0, high & 0x3FF))
    pairs = [(lead, lead, begin, end) for lead, begin, end in spans]
    if last - first > 1:
        pairs.append((first + 1, last - 1, 0, 0x3FF))
    return "|".join(
        f"{_unit(0xD800 + one, 0xD800 + other)}{_unit(0xDC00 + begin, 0xDC00 + end)}"
        for one, other, begin, end in pairs
    )


def _unit(low: int, high: int) -> str:
    return f"\\\\u(?:{_hexadecimal(low, high, 4)})"


@lru_cache(maxsize=4096)
def _hexadecimal(low: int, high: int, width: int) -> str:
    """Give the regular expression of the numbers from low to high in `width` hexadecimal digits, of either case."""
    if width == 1:
        return _digit(low, high)
    if low == 0 and high == 16**width - 1:
        return f"[0-9a-fA-F]{{{width}}}"
    size = 16 ** (width - 1)
    first, last = low // size, high // size
    if first == last:
        return _digit(first, first) + _grouped(_hexadecimal(low % size, high % size, width - 1))
    options = []
    if low % size:
        options.append(_digit(first, first) + _grouped(_hexadecimal(low % size, size - 1, width - 1)))
        first += 1
    tail = []
    if (high + 1) % size:
        tail.append(_digit(last, last) + _grouped(_hexadecimal(0, high % size, width - 1)))
        last -= 1
    if first <= last:
        options.append(_digit(first, last) + _grouped(_hexadecimal(0, size - 1, width - 1)))
    return "|".join(options + tail)


def _grouped(expression: str) -> str:
    return f"(?:{expression})" if "|" in expression else expression


def _digit(low: int, high: int) -> str:
    digits = [f"{value:x}" for value in range(low, high + 1)]
    both = "".join(digits) + "".join(digit.upper() for digit in digits if digit.isalpha())
    return both if len(both) == 1 else f"[{both}]"


_ANY_OF_THEM = f"{json_char(ANY.ranges)}*"
_LOOSE = '(?:[^"\\\\]|\\\\(?:[^u]|u[0-9a-fA-F]{4}))*'
JSON_STRING = f'"{_ANY_OF_THEM}"'
