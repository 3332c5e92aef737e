"""Lowers enum and const: the listed values that everything beside them lets in. Refuses to know how the rest is
lowered."""

from collections.abc import Callable, Sequence

from flowgen.application.schemas.facts import Fact, Leaf, Nodes
from flowgen.application.schemas.leaves import PLAIN
from flowgen.application.schemas.negation import EXCLUDED
from flowgen.application.schemas.unions import enum_of, union_of
from flowgen.application.schemas.walking import allows, kind_of, same
from flowgen.domain.schemas import Array, Node, Nothing, Object, Property, Residue
from flowgen.domain.values import JsonValue

OfKind = Callable[[str], Node]
_BESIDE = frozenset(("type", "enum", "const", "title", "description", "default", EXCLUDED))


def has_fixed_values(leaf: Leaf) -> bool:
    return any("enum" in fact.schema or "const" in fact.schema for fact in leaf.facts)


def fixed_values(leaf: Leaf, kinds: frozenset[str]) -> list[JsonValue]:
    """Give the values that every enum and const lists, of the right kinds and not excluded."""
    lists = [values for fact in leaf.facts for values in _listed(fact)]
    others = [_Listed(values) for values in lists[1:]]
    excluded = _Listed([value for fact in leaf.facts for value in fact.schema.get(EXCLUDED, ())])
    found = [value for value in lists[0] if all(value in other for other in others)]
    return [value for value in found if _is_of(value, kinds) and value not in excluded]


def fixed_node(values: Sequence[JsonValue], leaf: Leaf, nodes: Nodes, of_kind: OfKind) -> Node:
    """Give the node of these values, without those that the other keywords forbid."""
    judges = {kind: of_kind(kind) for kind in dict.fromkeys(map(kind_of, values))} if _has_more(leaf) else {}
    kept = [value for value in values if kind_of(value) not in judges or allows(judges[kind_of(value)], value, {})]
    scalars = [value for value in kept if not isinstance(value, list | dict)]
    own = {residue for kind, judge in judges.items() if kind not in ("array", "object") for residue in _own(judge)}
    options = [enum_of(scalars, tuple(own))]
    options += [value_node(value) for value in kept if isinstance(value, list | dict)]
    node = union_of(options)
    if len(kept) > len(scalars) and judges and not isinstance(node, Nothing):
        residues = [residue for fact in leaf.facts for residue in _judged(fact, nodes)]
        return type(node)(
            **{name: getattr(node, name) for name in node.__struct_fields__} | {"residues": tuple(residues)}
        )
    return node


def value_node(value: JsonValue) -> Node:
    """Give the node of one value."""
    if isinstance(value, list):
        items = tuple(value_node(item) for item in value)
        return Array(prefix=items, items=Nothing(), min_items=len(items), max_items=len(items))
    if isinstance(value, dict):
        members = (Property(name=name, node=value_node(inner), is_required=True) for name, inner in value.items())
        return Object(properties=tuple(members), others=())
    return enum_of([value])


def _listed(fact: Fact) -> list[list[JsonValue]]:
    found = [[fact.schema["const"]]] if "const" in fact.schema else []
    if "enum" in fact.schema:
        if not isinstance(fact.schema["enum"], list):
            raise fact.place.refusal("a list is expected", "enum")
        found.append(fact.schema["enum"])
    return found


class _Listed:
    """Values that are looked up as JSON compares them."""

    def __init__(self, values: Sequence[JsonValue]) -> None:
        self._scalars = {(kind_of(value), value) for value in values if not isinstance(value, list | dict)}
        self._others = [value for value in values if isinstance(value, list | dict)]

    def __contains__(self, value: JsonValue) -> bool:
        if isinstance(value, list | dict):
            return any(same(value, other) for other in self._others)
        return (kind_of(value), value) in self._scalars


def _is_of(value: JsonValue, kinds: frozenset[str]) -> bool:
    if kind_of(value) not in kinds:
        return False
    return not ("integer" in kinds and isinstance(value, float) and not value.is_integer())


def _has_more(leaf: Leaf) -> bool:
    return any(keyword in PLAIN and keyword not in _BESIDE for fact in leaf.facts for keyword in fact.schema)


def _own(node: Node) -> tuple[Residue, ...]:
    return () if isinstance(node, Nothing) else getattr(node, "residues", ())


def _judged(fact: Fact, nodes: Nodes) -> tuple[Residue, ...]:
    keyword = "enum" if "enum" in fact.schema else "const"
    return nodes.remarks.residue(fact.place, keyword, "whole") if keyword in fact.schema else ()
