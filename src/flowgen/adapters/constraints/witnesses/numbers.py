"""Finds numbers that meet literals. Refuses to know schemas."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor, gcd, lcm

from flowgen.adapters.constraints.witnesses.formulas import High, Low, Multiple
from flowgen.adapters.constraints.witnesses.worlds import World

_MOST_STEPS = 2000
_ZERO, _HALF = Fraction(0), Fraction(1, 2)


def numbers_of(world: World) -> Iterator[int | float]:
    """Give numbers that the literals allow, small ones first."""
    seen = set[Fraction]()
    for value in _candidates(world):
        if value in seen:
            continue
        seen.add(value)
        if all(allows(literal, value) for literal in world if isinstance(literal, Low | High | Multiple)):
            yield int(value) if value.denominator == 1 else float(value)


def allows(literal: Low | High | Multiple, value: Fraction) -> bool:
    match literal:
        case Low(bound, is_open):
            return value > bound if is_open else value >= bound
        case High(bound, is_open):
            return value < bound if is_open else value <= bound
        case Multiple(factor, holds):
            return factor > 0 and ((value / factor).denominator == 1) == holds


def _candidates(world: World) -> Iterator[Fraction]:
    low = max((literal.bound for literal in world if isinstance(literal, Low)), default=None)
    high = min((literal.bound for literal in world if isinstance(literal, High)), default=None)
    factors = [literal.factor for literal in world if isinstance(literal, Multiple) and literal.holds]
    if not factors:
        near = [bound for bound in (low, high) if bound is not None]
        yield from (bound + step for bound in (_ZERO, *near) for step in (0, 1, -1, _HALF, -_HALF))
        yield from [sum(near, _ZERO) / 2] if len(near) == 2 else []
    step = _common(factors)
    if not step:
        return
    if low is not None and (low > 0 or high is None):
        first, sign = ceil(low / step), 1
    elif high is not None and high < 0:
        first, sign = floor(high / step), -1
    else:
        first, sign = 0, 1
    for count in range(_MOST_STEPS):
        yield (first + sign * count) * step
        if low is None or low < 0:
            yield (first - sign * count) * step


def _common(factors: list[Fraction]) -> Fraction:
    """The least number that is a multiple of all: 1 for none, 0 where one of them is no factor."""
    found = Fraction(1) if not factors else factors[0]
    for factor in factors:
        if factor <= 0:
            return _ZERO
        found = Fraction(lcm(found.numerator, factor.numerator), gcd(found.denominator, factor.denominator))
    return found
