"""Joins nodes into unions, and tells what a union's branches share. Refuses to know schemas."""

from collections.abc import Iterable

from flowgen.application.schemas.walking import kind_of
from flowgen.domain.schemas import Anything, Enum, Node, Nothing, Residue, Union
from flowgen.domain.values import JsonValue


def union_of(nodes: Iterable[Node]) -> Node:
    """Give the values that one of the nodes allows."""
    nodes = list(nodes)
    if len(nodes) == 1:
        return nodes[0]
    options: list[Node] = []
    residues: list[Residue] = []
    for node in nodes:
        match node:
            case Nothing():
                continue
            case Union(options=inner, residues=()):
                options += inner
            case _:
                options.append(node)
    if any(isinstance(option, Anything) and not option.residues for option in options):
        return Anything()
    options = _without_doubles(options)
    if len(options) == 1:
        return options[0]
    return Union(options=tuple(options), residues=tuple(residues)) if options else Nothing()


def _without_doubles(options: list[Node]) -> list[Node]:
    """Put enums together at the place of the first, and drop equal options."""
    kept: list[Node] = []
    seen: set[int] = set()
    place: int | None = None
    for option in options:
        if isinstance(option, Enum) and not option.residues:
            if place is None:
                place = len(kept)
                kept.append(option)
            else:
                kept[place] = enum_of([*kept[place].values, *option.values])  # type: ignore[union-attr]
        elif id(option) not in seen and option not in kept[-8:]:
            seen.add(id(option))
            kept.append(option)
    return kept


def enum_of(values: Iterable[JsonValue], residues: tuple[Residue, ...] = ()) -> Node:
    """Give the node of some scalars, each once."""
    found: dict[tuple[str, JsonValue], JsonValue] = {}
    for value in values:
        found.setdefault((kind_of(value), value), value)
    return Enum(values=tuple(found.values()), residues=residues) if found else Nothing()
