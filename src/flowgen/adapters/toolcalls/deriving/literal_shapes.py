"""Reads calls in Python's notation, and those with bare keys, off rendered answers. Knows their brackets; refuses to
know how values are spelt: the families read them.
"""

import re

from flowgen.adapters.toolcalls.deriving.sections import Sections
from flowgen.adapters.toolcalls.families.bare_objects import BareObjects
from flowgen.adapters.toolcalls.families.pythonic import Pythonic


def pythonic(sections: Sections) -> Pythonic | None:
    """Calls such as `f(a=1)`, in a list or a line each."""
    shapes = (rf"{re.escape(call.call.name)}\((?s:.*)\)" for call in sections.calls)
    if not all(re.fullmatch(shape, call.text) for shape, call in zip(shapes, sections.calls, strict=True)):
        return None
    opening, closing = sections.opening.lstrip(), sections.closing.rstrip()
    has_brackets = opening.endswith("[") and closing.startswith("]")
    if not has_brackets and not opening:
        return None
    return Pythonic(
        opening=opening[:-1] if has_brackets else opening,
        closing=closing[1:] if has_brackets else closing,
        has_brackets=has_brackets,
        is_alone=not sections.is_parallel,
    )


def bare_objects(sections: Sections) -> BareObjects | None:
    """Calls such as `f{a:1}`, with strings between two marks."""
    for written in sections.calls:
        opening, _, rest = written.text.partition(f"{written.call.name}{{")
        values = [(key, value) for key, value in written.call.arguments.items() if isinstance(value, str)]
        shapes = (rf"{re.escape(key)}:(\S+?){re.escape(value)}\1(?:,|}}(?s:(.*)))" for key, value in values)
        found = next((match for shape in shapes if (match := re.search(shape, rest)) and match[2] is not None), None)
        if found and opening.strip() and found[2].strip():
            return BareObjects(opening=opening, closing=found[2], string_mark=found[1], separator=sections.separator)
    return None
