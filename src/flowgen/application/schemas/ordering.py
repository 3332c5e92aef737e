"""Puts a value into the form in which a grammar writes it: keys in the grammar's order, whole numbers without a point.
In draft 4 `1.0` is no integer: there it keeps its point where a grammar writes one, or only integers. Refuses to judge
it."""

from collections.abc import Mapping
from typing import Any

from flowgen.application.schemas.walking import Spot, allows, item, kind_of, member, root
from flowgen.domain.schemas import Anything, Lowered, Node, Number, Object
from flowgen.domain.values import JsonValue


def ordered(value: JsonValue, lowered: Lowered) -> JsonValue:
    """Give an equal value whose text the grammar takes if it takes any text of it. Where branches of a union differ in
    their order, it is the order of the first one that lets the value in."""
    return _Ordering(lowered).of(value, root(lowered))


class _Ordering:
    def __init__(self, lowered: Lowered) -> None:
        self._definitions = lowered.definitions
        self._tells_points = lowered.draft == "4"

    def of(self, value: Any, spot: Spot) -> JsonValue:
        definitions = self._definitions
        if isinstance(value, float) and value.is_integer():
            return value + 0.0 if self._tells_points and _keeps_point(value, spot) else int(value)  # -0.0 is 0.0
        if isinstance(value, list):
            here = _taken(value, spot, definitions)
            return [self.of(inner, item(here, index, definitions)) for index, inner in enumerate(value)]
        if isinstance(value, dict):
            here = _taken(value, spot, definitions)
            return {key: self.of(value[key], member(here, key, definitions)) for key in _keys(value, here)}
        return value


def _keeps_point(value: float, spot: Spot) -> bool:
    nodes = spot.of_kind("number").nodes
    is_integer_only = bool(nodes) and all(isinstance(node, Number) and node.is_integer for node in nodes)
    return is_integer_only or any(_writes_point(node) and allows(node, value, {}) for node in nodes)


def _writes_point(node: Node) -> bool:
    """Say whether the texts of a node's whole numbers may have a point: constants and their multiples have none."""
    if isinstance(node, Number):
        factor = node.multiple_of
        return not node.is_integer and (factor is None or (isinstance(factor, float) and not factor.is_integer()))
    return isinstance(node, Anything)


def _taken(value: JsonValue, spot: Spot, definitions: Mapping[str, Node]) -> Spot:
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
