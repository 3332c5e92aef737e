"""Rebuilds nodes from their parts, each once, with some of them replaced. Drops what comes to nothing."""

from collections.abc import Callable, Sequence

from flowgen.application.schemas.unions import union_of
from flowgen.domain.schemas import Array, Node, Nothing, Object, Others, Property, Union


class Rebuilding:
    """`replaced` gives a node's replacement, or None to go on inside of it. Nodes that stay as they are stay the same
    objects."""

    def __init__(self, replaced: Callable[[Node], Node | None]) -> None:
        self._replaced = replaced
        self._done: dict[int, tuple[Node, Node]] = {}

    def node(self, node: Node) -> Node:
        if id(node) not in self._done:
            replaced = self._replaced(node)
            self._done[id(node)] = (node, self._inner(node) if replaced is None else replaced)
        return self._done[id(node)][1]

    def _inner(self, node: Node) -> Node:
        match node:
            case Union():
                return self._union(node)
            case Object():
                return self._object(node)
            case Array():
                return self._array(node)
        return node

    def _union(self, node: Union) -> Node:
        options = [self.node(option) for option in node.options]
        if all(new is old for new, old in zip(options, node.options, strict=True)):
            return node
        joined = union_of(options)
        if isinstance(joined, Nothing) or not node.residues:
            return joined
        inner = joined.options if isinstance(joined, Union) else (joined,)
        return Union(options=inner, residues=node.residues)

    def _object(self, node: Object) -> Node:
        properties = tuple(
            member if (inner := self.node(member.node)) is member.node else _with_node(member, inner)
            for member in node.properties
        )
        others = tuple(
            group if (inner := self.node(group.node)) is group.node else Others(keys=group.keys, node=inner)
            for group in node.others
        )
        if _are_same(properties, node.properties) and _are_same(others, node.others):
            return node
        if any(member.is_required and isinstance(member.node, Nothing) for member in properties):
            return Nothing()
        others = tuple(group for group in others if not isinstance(group.node, Nothing))
        return Object(properties=properties, others=others, residues=node.residues)

    def _array(self, node: Array) -> Node:
        prefix = tuple(self.node(item) for item in node.prefix)
        items = self.node(node.items)
        if _are_same(prefix, node.prefix) and items is node.items:
            return node
        most = node.max_items
        end = next((index for index, item in enumerate(prefix) if isinstance(item, Nothing)), len(prefix))
        if end < len(prefix) or isinstance(items, Nothing):
            most = end if most is None else min(end, most)
        if most is not None and most < node.min_items:
            return Nothing()
        return Array(prefix=prefix[:end], items=items, min_items=node.min_items, max_items=most, residues=node.residues)


def _are_same(first: Sequence[object], second: Sequence[object]) -> bool:
    return all(new is old for new, old in zip(first, second, strict=True))


def _with_node(member: Property, node: Node) -> Property:
    return Property(name=member.name, node=node, is_required=member.is_required)
