"""Lowers what schemas say of numbers and of strings. Refuses to know where a value stands."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, gcd, isinf, lcm

from flowgen.application.schemas.facts import Fact, Nodes
from flowgen.application.schemas.formats import FORMATS
from flowgen.application.schemas.negation import AVOIDED, EXCLUDED
from flowgen.application.schemas.pattern_reading import read_pattern
from flowgen.application.schemas.pattern_writing import written
from flowgen.application.schemas.text_worlds import is_without_texts, lengths_of
from flowgen.application.schemas.words import count_of, number_of, whole_pattern
from flowgen.domain.schemas import Node, Nothing, Number, Residue, String

Numeral = int | float
_ABOUT_STRINGS = frozenset(("minLength", "maxLength", "pattern", "format", AVOIDED, EXCLUDED))
MAX_COUNT = 2**31
MAX_BESIDE = 64
"""Characters that are counted beside a format; a longer bound is judged."""
MAX_RESTS = 25_000
"""Remainders that an automaton tells apart: 0.1 s of compiling."""

_LEAST_COUNTED, _MOST_COUNTED = 1e-9, 1e15
"""Bounds between which multiples are counted."""


def number_node(facts: Sequence[Fact], nodes: Nodes, *, is_integer: bool) -> Node:
    """Give the numbers that all facts allow."""
    least, most = _bound(facts, "minimum", 1), _bound(facts, "maximum", -1)
    excluded = tuple(dict.fromkeys(_excluded_numbers(facts)))
    bounds = [bound[0] for bound in (least, most) if bound is not None]
    is_counted = all(map(_is_countable, bounds)) and not excluded
    factor, residues = _factor(facts, nodes, is_integer=is_integer, is_counted=is_counted)
    number = Number(
        is_integer=is_integer,
        minimum=least and least[0],
        maximum=most and most[0],
        excludes_minimum=bool(least and least[1]),
        excludes_maximum=bool(most and most[1]),
        multiple_of=factor,
        excluded=excluded,
        residues=residues,
    )
    return Nothing() if _is_without_numbers(number) else number


def _excluded_numbers(facts: Sequence[Fact]) -> Iterator[Numeral]:
    for fact in facts:
        for value in fact.schema.get(EXCLUDED, ()):
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield value


def _is_without_numbers(node: Number) -> bool:
    least, most = node.minimum, node.maximum
    step = Fraction(1) if node.is_integer else None
    if least is None or most is None or _is_infinite(least) or _is_infinite(most):
        return False
    if node.multiple_of is not None:
        own = Fraction(repr(node.multiple_of))
        step = own if step is None else _common(own, Fraction(1))
    low, high = Fraction(repr(least)), Fraction(repr(most))
    if step is None:
        is_open = node.excludes_minimum or node.excludes_maximum or any(value == least for value in node.excluded)
        return low > high or (low == high and is_open)
    first, last = ceil(low / step), floor(high / step)
    first += node.excludes_minimum and first * step == low
    last -= node.excludes_maximum and last * step == high
    excluded = {Fraction(repr(value)) for value in node.excluded}
    return last - first < len(excluded) and all(step * count in excluded for count in range(first, last + 1))


def _bound(facts: Sequence[Fact], keyword: str, sign: int) -> tuple[Numeral, bool] | None:
    """Give the narrowest bound and whether it is left out itself."""
    exclusive = "exclusive" + keyword.capitalize()
    found: list[tuple[Numeral, bool]] = []
    for fact in facts:
        value, beyond = number_of(fact, keyword), number_of(fact, exclusive)
        if value is not None:
            found.append((value, fact.schema.get(exclusive) is True))
        if beyond is not None:
            found.append((beyond, True))
    return max(found, key=lambda bound: (bound[0] * sign, bound[1]), default=None)


def _factor(
    facts: Sequence[Fact], nodes: Nodes, *, is_integer: bool, is_counted: bool
) -> tuple[Numeral | None, tuple[Residue, ...]]:
    """Give what all numbers are multiples of. What is no plain decimal is left to be judged, and all of it where what
    stands beside cannot be said of multiples: single numbers that are left out, bounds that are too far away."""
    factor = Fraction(1) if is_integer else None
    residues: list[Residue] = []
    for fact in facts:
        value = number_of(fact, "multipleOf")
        if value is None:
            continue
        if value <= 0:
            raise fact.place.refusal("a number above 0 is expected", "multipleOf")
        own = None if _is_infinite(value) else Fraction(repr(value))
        both = own if own is None or factor is None else _common(factor, own)
        if both is None or not is_counted or _has_many_rests(both) or not _is_plain(both):
            residues += nodes.remarks.residue(fact.place, "multipleOf", "whole")
        else:
            factor = both
    if factor is None or (is_integer and factor == 1):
        return None, tuple(residues)
    return (int(factor) if factor.denominator == 1 else float(factor)), tuple(residues)


def _is_countable(bound: Numeral) -> bool:
    return bound == 0 or _LEAST_COUNTED <= abs(bound) <= _MOST_COUNTED


def _is_infinite(value: Numeral) -> bool:
    """Say so of a float; a whole number may be larger than any float, and is none."""
    return isinstance(value, float) and isinf(value)


def _is_plain(factor: Fraction) -> bool:
    """Say whether moving a float's point by one place after another comes to all its digits, and nothing else."""
    if factor.denominator == 1:
        return True
    value, scale = float(factor), 1
    while value != floor(value) and scale < MAX_COUNT:
        value *= 10
        scale *= 10
    return value == floor(value) and Fraction(int(value), scale) == factor


def _has_many_rests(factor: Fraction) -> bool:
    """Say whether an automaton would have to tell too many remainders apart; those of 2 and 5 are seen at the end."""
    rest = factor.numerator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest > MAX_RESTS or factor.numerator * 1000 > MAX_COUNT or 10**6 % factor.denominator != 0


def _common(first: Fraction, second: Fraction) -> Fraction:
    return Fraction(lcm(first.numerator, second.numerator), gcd(first.denominator, second.denominator))


def string_node(facts: Sequence[Fact], nodes: Nodes) -> Node:
    """Give the strings that all facts allow."""
    if all(fact.schema.keys().isdisjoint(_ABOUT_STRINGS) for fact in facts):
        return String()
    least = max((count_of(fact, "minLength") or 0 for fact in facts), default=0)
    most = min((count for fact in facts if (count := count_of(fact, "maxLength")) is not None), default=None)
    if most is not None and most < least:
        return Nothing()
    patterns: dict[str, None] = {}
    avoided: dict[str, None] = {}
    residues: list[Residue] = []
    for fact in facts:
        residues += _take_pattern(fact, nodes, patterns, avoided)
        residues += _take_format(fact, nodes, patterns)
        for value in fact.schema.get(EXCLUDED, ()):
            if isinstance(value, str):
                avoided.setdefault(literally(value))
    most, beside = _counted_beside_formats(most, facts, nodes)
    residues += beside
    if _is_without_texts(tuple(patterns), tuple(avoided), least, most):
        return Nothing()
    return String(
        min_length=least,
        max_length=most,
        patterns=tuple(patterns),
        avoided=tuple(avoided),
        residues=tuple(residues),
    )


def _is_without_texts(patterns: tuple[str, ...], avoided: tuple[str, ...], least: int, most: int | None) -> bool:
    for shortest, longest in map(lengths_of, patterns) if least or most is not None else ():
        if longest < least or (most is not None and shortest > most):
            return True
    return bool(avoided or len(patterns) > 1) and is_without_texts(patterns, avoided)


def _counted_beside_formats(most: int | None, facts: Sequence[Fact], nodes: Nodes) -> tuple[int | None, list[Residue]]:
    """Give the length that is to be counted; what is not is the format's own, or judged."""
    known = [FORMATS.get(name) for fact in facts if isinstance(name := fact.schema.get("format"), str)]
    if most is None or any(form and form.longest is not None and form.longest <= most for form in known):
        return None, []
    if most <= MAX_BESIDE or not any(form and form.patterns for form in known):
        return most, []
    residues: list[Residue] = []
    for fact in facts:  # counted together, the two would have too many states
        if "maxLength" in fact.schema:
            residues += nodes.remarks.residue(fact.place, "maxLength", "whole", "beside a format")
    return None, residues


def literally(text: str) -> str:
    """Write a text as a pattern of the normal form."""
    return "".join(char if char.isascii() and char.isalnum() else f"\\x{{{ord(char):x}}}" for char in text)


def _take_pattern(fact: Fact, nodes: Nodes, patterns: dict[str, None], avoided: dict[str, None]) -> tuple[Residue, ...]:
    if AVOIDED in fact.schema:
        avoided.setdefault(written(whole_pattern(fact, "pattern", fact.schema[AVOIDED]).patterns[0]))
    if "pattern" not in fact.schema:
        return ()
    whole = whole_pattern(fact, "pattern", fact.schema["pattern"])
    for pattern in whole.patterns:
        patterns.setdefault(written(pattern))
    for pattern in whole.avoided:
        avoided.setdefault(written(pattern))
    return () if whole.is_exact else nodes.remarks.residue(fact.place, "pattern", "whole", "it looks around")


@lru_cache(maxsize=64)
def _rewritten(pattern: str) -> str:
    return written(read_pattern(pattern))


def _take_format(fact: Fact, nodes: Nodes, patterns: dict[str, None]) -> tuple[Residue, ...]:
    name = fact.schema.get("format")
    if not isinstance(name, str):
        return ()
    known = FORMATS.get(name)
    if known is None:
        nodes.remarks.warn(f"The format {name!r} is in no draft: it says nothing ({fact.place.pointer}/format).")
        return ()
    nodes.remarks.note(fact.place, "format", "lowered")
    for pattern in known.patterns:
        patterns.setdefault(_rewritten(pattern))
    return () if known.is_exact else nodes.remarks.residue(fact.place, "format", "whole", "it is no regular language")
