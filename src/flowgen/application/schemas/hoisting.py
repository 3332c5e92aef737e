"""Lifts residues out of unions: what is to be judged only where a value took one branch among several of its kind is
judged with the union's whole value. Knows the normal form; refuses to know schemas."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

from flowgen.application.schemas.rebuilding import Rebuilding
from flowgen.application.schemas.walking import allows_key
from flowgen.domain.schemas import (
    Anything,
    Array,
    Enum,
    Node,
    Nothing,
    Number,
    Object,
    Others,
    Property,
    Reference,
    Residue,
    String,
    Union,
)

Origins = Callable[[Node], tuple[Residue, ...]]
"""Gives the residues that judge a union's value by the schemas that it was made from."""


def lifted(root: Node, definitions: Mapping[str, Node], origins: Origins) -> tuple[Node, dict[str, Node]]:
    """Give the same normal form with every residue where it holds for whatever value comes that way."""
    return _Lifting(definitions, origins).whole(root)


def stripped(root: Node, definitions: Mapping[str, Node]) -> tuple[Node, dict[str, Node]]:
    """Give the same normal form without residues."""
    lifting = _Lifting(definitions, lambda _: ())
    return lifting.bare(root)


class _Lifting:
    def __init__(self, definitions: Mapping[str, Node], origins: Origins) -> None:
        self._definitions = definitions
        self._origins = origins
        self._judged = _judged_definitions(definitions)
        self._kept: dict[str, Node] = {}
        self._bare: dict[str, Node] = {}
        self._lifting = Rebuilding(self._lifted)
        self._stripping = Rebuilding(self._stripped)

    def whole(self, root: Node) -> tuple[Node, dict[str, Node]]:
        root = self._lifting.node(root)
        for name, node in self._definitions.items():
            self._kept[name] = self._lifting.node(node)
        return root, self._kept | self._bare

    def bare(self, root: Node) -> tuple[Node, dict[str, Node]]:
        root = self._stripping.node(root)
        return root, dict(self._definitions) | self._bare

    def _lifted(self, node: Node) -> Node | None:
        """Strip the options of a union that share their kind and not their residues; the union is judged instead."""
        if not isinstance(node, Union) or not self._is_judged(node):
            return None
        bare: set[int] = set()
        for alike in _by_kind(node.options, self._definitions):
            if len(alike) > 1 and not self._agree(alike):
                bare |= {id(option) for option in alike}
        if not bare:
            return None
        options = tuple(
            self._stripping.node(option) if id(option) in bare else self._lifting.node(option)
            for option in node.options
        )
        residues = dict.fromkeys([*node.residues, *self._origins(node)])
        return Union(options=options, residues=tuple(residues))

    def _agree(self, options: Sequence[Node]) -> bool:
        return all(self._agree_two(first, second) for first, second in combinations(options, 2))

    def _agree_two(self, first: Node, second: Node) -> bool:
        first, second = self._followed(first), self._followed(second)
        if first is second or not (self._is_judged(first) or self._is_judged(second)):
            return True
        if _own(first) != _own(second) or type(first) is not type(second):
            return False
        if isinstance(first, Object) and isinstance(second, Object):
            return self._agree_objects(first, second)
        if isinstance(first, Array) and isinstance(second, Array):
            return self._agree_arrays(first, second)
        return not isinstance(first, Union)

    def _agree_objects(self, first: Object, second: Object) -> bool:
        names = dict.fromkeys(member.name for member in (*first.properties, *second.properties))
        pairs = [(_member(first, name), _member(second, name)) for name in names]
        pairs += [(one.node, other.node) for one in first.others for other in second.others]
        return all(self._agree_inside(one, other) for one, other in pairs)

    def _agree_arrays(self, first: Array, second: Array) -> bool:
        length = max(len(first.prefix), len(second.prefix))
        pairs = [(_item(first, index), _item(second, index)) for index in range(length + 1)]
        return all(self._agree_inside(one, other) for one, other in pairs)

    def _agree_inside(self, first: Node, second: Node) -> bool:
        """A part that one of two options cannot have is judged where it is there."""
        if isinstance(first, Nothing) or isinstance(second, Nothing):
            return True
        return self._followed(first) is self._followed(second) or not (
            self._is_judged(first) or self._is_judged(second)
        )

    def _followed(self, node: Node) -> Node:
        while isinstance(node, Reference):
            node = self._definitions[node.name]
        return node

    def _is_judged(self, node: Node) -> bool:
        return _is_judged(node, self._judged)

    def _stripped(self, node: Node) -> Node | None:
        """Take the residues off a node, and refer to definitions without them."""
        if not self._is_judged(node):
            return node
        match node:
            case Reference(name=name):
                return self._bare_reference(name)
            case Union(options=options):
                return Union(options=tuple(self._stripping.node(option) for option in options))
            case Object():
                return Object(
                    properties=tuple(self._bare_member(member) for member in node.properties),
                    others=tuple(
                        Others(keys=group.keys, node=self._stripping.node(group.node)) for group in node.others
                    ),
                )
            case Array():
                return Array(
                    prefix=tuple(self._stripping.node(item) for item in node.prefix),
                    items=self._stripping.node(node.items),
                    min_items=node.min_items,
                    max_items=node.max_items,
                )
            case Anything():
                return Anything()
            case Enum() | Number() | String():
                return type(node)(
                    **{name: getattr(node, name) for name in node.__struct_fields__ if name != "residues"}
                )
        return None

    def _bare_member(self, member: Property) -> Property:
        return Property(name=member.name, node=self._stripping.node(member.node), is_required=member.is_required)

    def _bare_reference(self, name: str) -> Node:
        bare = f"{name}_bare"
        if bare not in self._bare:
            self._bare[bare] = Nothing()  # it may refer to itself
            self._bare[bare] = self._stripping.node(self._definitions[name])
        return Reference(name=bare)


def _by_kind(options: Iterable[Node], definitions: Mapping[str, Node]) -> list[list[Node]]:
    """Group a union's options by the kinds of their values; one with values of several kinds is in several groups."""
    groups: dict[str, list[Node]] = {}
    for option in options:
        for kind in _kinds(option, definitions, 0):
            groups.setdefault(kind, []).append(option)
    return list(groups.values())


_KINDS = ("scalar", "number", "string", "array", "object")


def _kinds(node: Node, definitions: Mapping[str, Node], depth: int) -> set[str]:
    if depth > 50 or isinstance(node, Anything):
        return set(_KINDS)
    match node:
        case Reference(name=name):
            return _kinds(definitions[name], definitions, depth + 1)
        case Union(options=options):
            return {kind for option in options for kind in _kinds(option, definitions, depth + 1)}
        case Enum(values=values):
            kinds: dict[type, str] = {str: "string", int: "number", float: "number"}
            return {kinds.get(type(value), "scalar") for value in values}
        case Nothing():
            return set()
    return {type(node).__name__.lower()}


def _judged_definitions(definitions: Mapping[str, Node]) -> set[str]:
    """Give the names of the definitions in which something is judged."""
    judged: set[str] = set()
    is_growing = True
    while is_growing:
        found = {name for name, node in definitions.items() if name not in judged and _is_judged(node, judged)}
        judged |= found
        is_growing = bool(found)
    return judged


def _is_judged(node: Node, judged: set[str]) -> bool:
    if isinstance(node, Reference):
        return node.name in judged
    if _own(node):
        return True
    match node:
        case Union(options=options):
            return any(_is_judged(option, judged) for option in options)
        case Object():
            inner = [*(member.node for member in node.properties), *(group.node for group in node.others)]
            return any(_is_judged(part, judged) for part in inner)
        case Array():
            return any(_is_judged(item, judged) for item in (*node.prefix, node.items))
    return False


def _own(node: Node) -> tuple[Residue, ...]:
    return () if isinstance(node, Nothing | Reference) else node.residues


def _member(node: Object, name: str) -> Node:
    for member in node.properties:
        if member.name == name:
            return member.node
    return next((group.node for group in node.others if allows_key(group.keys, name)), Nothing())


def _item(node: Array, index: int) -> Node:
    if node.max_items is not None and index >= node.max_items:
        return Nothing()
    return node.prefix[index] if index < len(node.prefix) else node.items
