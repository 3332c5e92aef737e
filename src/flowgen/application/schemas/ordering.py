"""Puts a value into the form in which a grammar writes it: keys in the grammar's order, whole numbers without a point.
Refuses to judge it."""

from typing import Any

from flowgen.application.schemas.walking import Definitions, Spot, allows, item, kind_of, member, root
from flowgen.domain.schemas import Lowered, Object
from flowgen.domain.values import JsonValue


def ordered(value: JsonValue, lowered: Lowered) -> JsonValue:
    """Give an equal value whose text the grammar takes if it takes any text of it. Where branches of a union differ in
    their order, it is the order of the first one that lets the value in."""
    return _ordered(value, root(lowered), lowered.definitions)


def _ordered(value: Any, spot: Spot, definitions: Definitions) -> JsonValue:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        here = _taken(value, spot, definitions)
        return [_ordered(inner, item(here, index, definitions), definitions) for index, inner in enumerate(value)]
    if isinstance(value, dict):
        here = _taken(value, spot, definitions)
        return {key: _ordered(value[key], member(here, key, definitions), definitions) for key in _keys(value, here)}
    return value


def _taken(value: JsonValue, spot: Spot, definitions: Definitions) -> Spot:
    """Keep the node that lets the value in; the first one where none does."""
    nodes = spot.of_kind(kind_of(value)).nodes
    taken = (
        nodes[0:1]
        if len(nodes) < 2
        else next(((node,) for node in nodes if allows(node, value, definitions)), nodes[0:1])
    )
    return Spot(nodes=taken)


def _keys(value: dict[str, Any], here: Spot) -> list[str]:
    listed = [one.name for node in here.nodes if isinstance(node, Object) for one in node.properties]
    return [
        *(name for name in dict.fromkeys(listed) if name in value),
        *(key for key in value if key not in set(listed)),
    ]
