"""The syntax of a format as data and back, for processes that cannot find it by its name: one that was derived from a
template, or took over its texts. Knows the families that are data all through; refuses to know what a format is."""

from typing import Any

import msgspec

from flowgen.adapters.toolcalls.families.bare_objects import BareObjects
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.adapters.toolcalls.families.nested_tags import NestedTags
from flowgen.adapters.toolcalls.families.pythonic import Pythonic
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.values import Value

Described = BareObjects | JsonObjects | NamedJson | NestedTags | Pythonic | Tagged
_FAMILIES: dict[str, type[Described]] = {
    family.__name__: family for family in (BareObjects, JsonObjects, NamedJson, NestedTags, Pythonic, Tagged)
}


class _Description(Value, frozen=True):
    """A family's name and its texts, and texts around answers that are no content."""

    family: str
    texts: dict[str, Any]
    dropped: tuple[str, ...]


def describe(calls: object, dropped: tuple[str, ...]) -> str:
    """Give a syntax as JSON; empty for one of no family that is data all through."""
    family = type(calls)
    if _FAMILIES.get(family.__name__) is not family:
        return ""
    description = _Description(family.__name__, msgspec.to_builtins(calls), dropped)
    return msgspec.json.encode(description).decode()


def read_description(text: str) -> tuple[Described, tuple[str, ...]]:
    """Give the syntax of a description, and what is dropped. Raises msgspec.MsgspecError, and KeyError for a family
    that does not exist."""
    found = msgspec.json.decode(text, type=_Description)
    return msgspec.convert(found.texts, _FAMILIES[found.family]), found.dropped
