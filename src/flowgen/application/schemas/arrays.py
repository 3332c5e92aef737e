"""Lowers what schemas say of arrays. Refuses to know what their items are."""

from collections.abc import Iterator, Sequence

from flowgen.application.schemas.drafts import is_before
from flowgen.application.schemas.facts import Fact, Leaf, Nodes
from flowgen.application.schemas.source import Place
from flowgen.application.schemas.words import count_of
from flowgen.domain.schemas import Array, Enum, Node, Nothing, Residue

MAX_PREFIX = 2000
MAX_COUNTED = 1000
"""Items that a grammar counts before a list may end; that there are more of them is judged."""


def array_node(leaf: Leaf, nodes: Nodes) -> Node:
    """Give the arrays that all facts of a leaf allow."""
    facts = [_Items(fact, nodes) for fact in leaf.facts]
    least = max((count_of(fact.fact, "minItems") or 0 for fact in facts), default=0)
    most = min((count for fact in facts if (count := count_of(fact.fact, "maxItems")) is not None), default=None)
    length = max((len(fact.prefix) for fact in facts), default=0)
    if length > MAX_PREFIX:
        raise leaf.facts[0].place.refusal(f"more than {MAX_PREFIX} items differ by place", "items")
    residues = _unevaluated_residues(leaf, nodes)
    prefix: list[Node] = []
    for index in range(length if most is None else min(length, most)):
        node = nodes.node(_at(facts, index, leaf, nodes))
        if isinstance(node, Nothing):
            most = index
            break
        prefix.append(node)
    items = nodes.node(_at(facts, length, leaf, nodes)) if most is None or most > len(prefix) else Nothing()
    if isinstance(items, Nothing):
        most = len(prefix) if most is None else min(most, len(prefix))
    for fact in facts:
        residues += _residues(fact.fact, nodes, most)
    most = _room(facts, prefix, items, most)
    if most is not None and most < least:
        return Nothing()
    if least > MAX_COUNTED:
        for fact in facts:
            if (count_of(fact.fact, "minItems") or 0) > MAX_COUNTED:
                residues += nodes.remarks.residue(
                    fact.fact.place, "minItems", "owed", "a grammar does not count so far"
                )
        least = MAX_COUNTED
    return Array(prefix=tuple(prefix), items=items, min_items=least, max_items=most, residues=tuple(residues))


class _Items:
    """The items of one fact, whatever its draft calls them."""

    def __init__(self, fact: Fact, nodes: Nodes) -> None:
        self.fact = fact
        schema, source = fact.schema, nodes.source
        is_old = is_before(source.draft, "2020-12")
        listed = "items" if is_old and isinstance(schema.get("items"), list) else "prefixItems"
        self.prefix: list[Place] = []
        if listed in schema and (listed == "items" or not is_old):
            if not isinstance(schema[listed], list):
                raise fact.place.refusal("a list of schemas is expected", listed)
            self.prefix = [source.child(fact.place, listed, index) for index in range(len(schema[listed]))]
        rest = "additionalItems" if listed == "items" else "items"
        self.rest = source.child(fact.place, rest) if rest in schema else None

    def at(self, index: int) -> Place | None:
        return self.prefix[index] if index < len(self.prefix) else self.rest


def _at(facts: Sequence[_Items], index: int, leaf: Leaf, nodes: Nodes) -> Iterator[Place]:
    """Give the schemas that judge the item at an index."""
    for fact in facts:
        place = fact.at(index)
        if place is not None:
            yield place
    for scope in leaf.unevaluated("unevaluatedItems"):
        if not any(scope in fact.fact.scopes and _has_seen(fact, index, scope) for fact in facts):
            yield nodes.source.child(scope, "unevaluatedItems")


def _has_seen(items: _Items, index: int, scope: Place) -> bool:
    if items.fact.place is not scope and "unevaluatedItems" in items.fact.schema:
        return True
    return items.at(index) is not None and not items.fact.place.is_derived


def _unevaluated_residues(leaf: Leaf, nodes: Nodes) -> list[Residue]:
    """Note unevaluatedItems; an item that `contains` takes has been seen too, and which ones do is not known here."""
    if not is_before(nodes.source.draft, "2020-12"):
        for fact in leaf.facts:
            if "contains" in fact.schema:
                leaf.blurred.update(fact.scopes)
    return [*leaf.unevaluated_residues("unevaluatedItems", nodes)]


def _residues(fact: Fact, nodes: Nodes, most: int | None) -> list[Residue]:
    schema, found = fact.schema, list[Residue]()
    if schema.get("uniqueItems") is True and (most is None or most > 1):
        found += nodes.remarks.residue(fact.place, "uniqueItems", "grown")
    if "contains" not in schema:
        return found
    modern = not is_before(nodes.source.draft, "2019-09")
    least = count_of(fact, "minContains") if modern else None
    if least != 0:
        found += nodes.remarks.residue(fact.place, "contains", "owed")
        if modern and "minContains" in schema:
            nodes.remarks.note(fact.place, "minContains", "checked", "with contains")
    if modern and "maxContains" in schema:
        found += nodes.remarks.residue(fact.place, "maxContains", "grown")
    return found


def _room(facts: Sequence[_Items], prefix: Sequence[Node], items: Node, most: int | None) -> int | None:
    """Narrow the length of a list without doubles whose items are few."""
    is_unique = any(fact.fact.schema.get("uniqueItems") is True for fact in facts)
    if not is_unique or prefix or not isinstance(items, Enum):
        return most
    return len(items.values) if most is None else min(most, len(items.values))
