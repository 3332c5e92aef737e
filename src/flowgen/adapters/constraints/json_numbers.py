"""Writes sets of numbers as regular expressions over JSON's spellings. Knows digits; refuses to know schemas.

Whole numbers are written without a point. Numbers within bounds are written plainly, those next to zero (below 0.0001)
with an exponent too, as `json.dumps` writes them."""

from decimal import Decimal
from math import ceil, floor

from flowgen.domain.schemas import Number

INTEGER = "-?(?:0|[1-9][0-9]*)"
_EXPONENT = "[eE](?:-[0-9]{1,3}|\\+?[0-9]{1,2})"
_FRACTION = "[0-9]{1,40}"
_LARGE = f"[0-9](?:\\.{_FRACTION})?[eE]\\+?(?:[12][0-9]{{2}}|30[0-7])"
NUMBER = f"-?(?:(?:0|[1-9][0-9]*)(?:\\.{_FRACTION})?(?:{_EXPONENT})?|{_LARGE})"
_TINY = f"[1-9](?:\\.{_FRACTION})?[eE]-(?:0?[5-9]|[1-9][0-9]|[12][0-9]{{2}}|30[0-7])"
_ANY_FRACTION = f"(?:\\.{_FRACTION})?"
"""As many digits as any double needs, and more: without an end a model goes on with one for ever."""


def number_body(node: Number) -> str | None:
    """Give a terminal's body for the numbers of a node; None where only a compiler of schemas can write it."""
    step = _decimals(node)
    if step is None:
        return None
    is_integer = step == 0
    free = node.minimum is None and node.maximum is None
    if free and (is_integer or step < 0):
        body = f"/{INTEGER if is_integer else NUMBER}/"
    else:
        body = _between(node, is_integer=is_integer)
    if step > 0:
        body = f"({body}) & /-?[0-9]+(?:\\.[0-9]{{1,{step}}}0*)?/"
    if node.excluded:
        if step < 0 and free:
            body = f"({body}) & /[^eE]*/"  # so that a number has few spellings
        body = f"({body}) & ~/{'|'.join(_spellings(value) for value in node.excluded)}/"
    return body


def _decimals(node: Number) -> int | None:
    """Give how many digits may stand behind the point: 0 for whole numbers, -1 for any number of them."""
    if node.multiple_of is None:
        return 0 if node.is_integer else -1
    factor = Decimal(repr(node.multiple_of))
    if factor == 1 or (node.is_integer and factor < 1 and Decimal(1) % factor == 0):
        return 0
    exponent = factor.normalize()
    digits = -int(exponent.as_tuple().exponent)
    return digits if digits > 0 and exponent.as_tuple().digits == (1,) and not node.is_integer else None


def _spellings(value: int | float) -> str:
    whole, _, fraction = _plain(abs(Decimal(repr(value)))).partition(".")
    sign = "-" if value < 0 else "-?" if value == 0 else ""
    return f"{sign}{whole}" + (f"\\.{fraction}0*" if fraction else "(?:\\.0+)?")


def _between(node: Number, *, is_integer: bool) -> str:
    least, most = _bounds(node, is_integer=is_integer)
    options = []
    if most is None or most[0] >= 0:
        low = least if least is not None and least[0] > 0 else None
        if least is not None and least[0] == 0 and least[1]:
            low = least
        options.append(_both(low, most, is_integer=is_integer))
        if not is_integer and (low is None or low[0] == 0) and (most is None or most[0] >= Decimal("0.0001")):
            options.append(f"/{_TINY}/")
    if least is None or least[0] < 0:
        low = (0 - most[0], most[1]) if most is not None and most[0] < 0 else (Decimal(0), True)
        high = None if least is None else (0 - least[0], least[1])
        options.append(f'"-" {_both(low, high, is_integer=is_integer)}')
        if not is_integer and low[0] == 0 and (high is None or high[0] >= Decimal("0.0001")):
            options.append(f'"-" /{_TINY}/')
    return " | ".join(options)


_Bound = tuple[Decimal, bool]
"""A bound, and whether it is left out itself."""


def _bounds(node: Number, *, is_integer: bool) -> tuple[_Bound | None, _Bound | None]:
    least = None if node.minimum is None else (Decimal(repr(node.minimum)) + 0, node.excludes_minimum)
    most = None if node.maximum is None else (Decimal(repr(node.maximum)) + 0, node.excludes_maximum)
    if is_integer and least is not None:
        low = Decimal(ceil(least[0]))
        least = (low + 1 if low == least[0] and least[1] else low, False)
    if is_integer and most is not None:
        high = Decimal(floor(most[0]))
        most = (high - 1 if high == most[0] and most[1] else high, False)
    return least, most


def _both(least: _Bound | None, most: _Bound | None, *, is_integer: bool) -> str:
    """Give the numbers without a sign between two bounds that are not negative."""
    parts = [] if least is None else [f"/{_at_least(*least, is_integer=is_integer)}/"]
    parts += [] if most is None else [f"/{_at_most(*most, is_integer=is_integer)}/"]
    if not parts:
        return f"/(?:0|[1-9][0-9]*){'' if is_integer else _ANY_FRACTION}/"
    return parts[0] if len(parts) == 1 else f"({' & '.join(parts)})"


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _at_least(bound: Decimal, is_open: bool, *, is_integer: bool) -> str:
    whole, _, fraction = _plain(bound).partition(".")
    behind = "" if is_integer else _ANY_FRACTION
    count = len(whole)
    options = [f"[1-9][0-9]{{{count},}}{behind}"]
    for place, digit in enumerate(whole):
        if digit != "9":
            low = max(int(digit) + 1, 1 if place == 0 else 0)
            options.append(f"{whole[:place]}[{low}-9][0-9]{{{count - place - 1}}}{behind}")
    more = "[0-9]{0,40}[1-9][0-9]{0,40}" if is_open else "[0-9]{0,40}"
    if is_integer:
        options += [] if is_open else [whole]
    elif not fraction:
        options.append(f"{whole}\\.{more}" if is_open else f"{whole}{behind}")
    else:
        tails = [
            f"{fraction[:place]}[{int(digit) + 1}-9][0-9]{{0,40}}"
            for place, digit in enumerate(fraction)
            if digit != "9"
        ]
        options.append(f"{whole}\\.(?:{'|'.join([*tails, fraction + more])})")
    return "|".join(options)


def _at_most(bound: Decimal, is_open: bool, *, is_integer: bool) -> str:
    whole, _, fraction = _plain(bound).partition(".")
    behind = "" if is_integer else _ANY_FRACTION
    count = len(whole)
    options = [f"(?:0|[1-9][0-9]{{0,{count - 2}}}){behind}"] if count > 1 else []
    for place, digit in enumerate(whole):
        low = 1 if place == 0 and count > 1 else 0
        if int(digit) > low:
            options.append(f"{whole[:place]}[{low}-{int(digit) - 1}][0-9]{{{count - place - 1}}}{behind}")
    if is_integer:
        options += [] if is_open else [whole]
    elif not fraction:
        options += [] if is_open else [f"{whole}(?:\\.0{{1,40}})?"]
    else:
        tails = [
            f"{fraction[:place]}[0-{int(digit) - 1}][0-9]{{0,40}}"
            for place, digit in enumerate(fraction)
            if digit != "0"
        ]
        tails += [fraction[:place] for place in range(1, len(fraction))]
        tails += [] if is_open else [f"{fraction}0{{0,40}}"]
        options.append(f"{whole}(?:\\.(?:{'|'.join(tails)}))?")
    return "|".join(options) or "[^\\x{0}-\\x{10ffff}]"
