"""Walks the normal form along a value: which nodes stand where, and whether they let a value in. Refuses to judge
residues."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from math import isinf
from typing import Any

from flowgen.application.schemas.pattern_matching import is_whole
from flowgen.application.schemas.pattern_reading import read_pattern
from flowgen.domain.schemas import (
    Anything,
    Array,
    Enum,
    Lowered,
    Node,
    Nothing,
    Number,
    Object,
    Reference,
    Residue,
    String,
    Union,
)
from flowgen.domain.values import JsonValue, Value

Definitions = Mapping[str, Node]


def kind_of(value: JsonValue) -> str:
    """Give "null", "boolean", "number", "string", "array" or "object"."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if isinstance(value, str):
        return "string"
    return "number" if isinstance(value, int | float) else "array" if isinstance(value, list) else "object"


class Spot(Value, frozen=True):
    """What stands at one value: the nodes that it may take, none of them a reference or a union; for each node, or for
    none, the residues of the unions `over` it; and the residues of what stands under several unions."""

    nodes: tuple[Node, ...]
    over: tuple[tuple[Residue, ...], ...] = ()
    residues: tuple[Residue, ...] = ()

    def of_kind(self, kind: str) -> "Spot":
        """Keep what holds for a value of a kind (see `kind_of`)."""
        kept = [place for place, node in enumerate(self.nodes) if _may_be(node, kind)]
        return Spot(
            nodes=tuple([self.nodes[place] for place in kept]),
            over=tuple([self.over[place] for place in kept]) if self.over else (),
            residues=self.residues,
        )

    def all_residues(self) -> tuple[Residue, ...]:
        """Give the residues of everything that stands here, each once. For a value whose kind is known, ask
        `of_kind`."""
        own = (residue for node in self.nodes if not isinstance(node, Nothing | Reference) for residue in node.residues)
        return tuple(dict.fromkeys([*self.residues, *chain.from_iterable(self.over), *own]))


def opened(nodes: Iterable[Node], definitions: Definitions) -> Spot:
    """Follow references and open unions."""
    found: list[Node] = []
    over_found: list[tuple[Residue, ...]] = []
    residues: list[Residue] = []
    waiting: list[tuple[Node, tuple[Residue, ...]]] = []
    waiting += [(node, ()) for node in nodes][::-1]
    seen = set[str]()
    while waiting:
        node, over = waiting.pop()
        match node:
            case Reference(name=name) if name in seen:
                residues += over
            case Reference(name=name):
                seen.add(name)
                waiting.append((definitions.get(name, Anything()), over))
            case Union(options=options, residues=own):
                over = (*over, *own) if own else over
                waiting += [(option, over) for option in reversed(options)]
            case _:
                found.append(node)
                over_found.append(over)
    return Spot(
        nodes=tuple(found),
        over=tuple(over_found) if any(over_found) else (),
        residues=tuple(dict.fromkeys(residues)),
    )


def root(lowered: Lowered) -> Spot:
    """Give what stands at the whole document."""
    return opened([lowered.root], lowered.definitions)


def residues_of(root: Node, definitions: Definitions) -> Iterator[Residue]:
    """Give every residue of a normal form."""
    waiting: list[Node] = [root, *definitions.values()]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Nothing | Reference):
            continue
        yield from node.residues
        match node:
            case Union(options=options):
                waiting += options
            case Array(prefix=prefix, items=items):
                waiting += [*prefix, items]
            case Object(properties=properties, others=others):
                waiting += [listed.node for listed in properties] + [group.node for group in others]
                waiting += [group.keys for group in others]


def _may_be(node: Node, kind: str) -> bool:
    match node:
        case Enum(values=values):
            return any(kind_of(value) == kind for value in values)
        case Number():
            return kind == "number"
        case String():
            return kind == "string"
        case Array():
            return kind == "array"
        case Object():
            return kind == "object"
    return isinstance(node, Anything)


def member(spot: Spot, key: str, definitions: Definitions) -> Spot:
    """Give what stands at an object's member."""
    found = []
    for node in spot.nodes:
        if isinstance(node, Object):
            inner = _member(node, key)
            found += [] if inner is None else [inner]
    return opened(found, definitions)


def _member(node: Object, key: str) -> Node | None:
    for listed in node.properties:
        if listed.name == key:
            return listed.node
    return next((group.node for group in node.others if _is_text(group.keys, key)), None)


def item(spot: Spot, index: int, definitions: Definitions) -> Spot:
    """Give what stands at an array's item."""
    arrays = [node for node in spot.nodes if isinstance(node, Array)]
    return opened((node.prefix[index] if index < len(node.prefix) else node.items for node in arrays), definitions)


def allows(node: Node, value: JsonValue, definitions: Definitions) -> bool:
    """Say whether a node lets a value in, whatever its residues."""
    return any(
        _allows(option, value, definitions) for option in opened([node], definitions).of_kind(kind_of(value)).nodes
    )


def _allows(node: Node, value: Any, definitions: Definitions) -> bool:
    match node:
        case Enum(values=values):
            return any(same(value, own) for own in values)
        case Number():
            return _is_number(node, value)
        case String():
            return _is_text(node, value)
        case Array():
            return _is_array(node, value, definitions)
        case Object():
            return _is_object(node, value, definitions)
    return isinstance(node, Anything)


def _is_number(node: Number, value: int | float) -> bool:
    if node.minimum is not None and (value < node.minimum or (node.excludes_minimum and value == node.minimum)):
        return False
    if node.maximum is not None and (value > node.maximum or (node.excludes_maximum and value == node.maximum)):
        return False
    if node.is_integer and not _is_multiple(value, 1):
        return False
    if node.multiple_of is not None and not _is_multiple(value, node.multiple_of):
        return False
    return not any(same(value, other) for other in node.excluded)


def _is_multiple(value: int | float, factor: int | float) -> bool:
    """Say so of the decimals as they are written: a whole number may be larger than any float."""
    if isinstance(value, float) and isinf(value):
        return False
    return (Fraction(repr(value)) / Fraction(repr(factor))).denominator == 1


def _is_text(node: String, value: str) -> bool:
    if len(value) < node.min_length or (node.max_length is not None and len(value) > node.max_length):
        return False
    return all(_is_match(pattern, value) for pattern in node.patterns) and not any(
        _is_match(pattern, value) for pattern in node.avoided
    )


@lru_cache(maxsize=4096)
def _is_match(pattern: str, value: str) -> bool:
    return is_whole(read_pattern(pattern), value)


def _is_array(node: Array, value: Sequence[Any], definitions: Definitions) -> bool:
    if len(value) < node.min_items or (node.max_items is not None and len(value) > node.max_items):
        return False
    judges = (node.prefix[index] if index < len(node.prefix) else node.items for index in range(len(value)))
    return all(allows(judge, inner, definitions) for judge, inner in zip(judges, value, strict=True))


def _is_object(node: Object, value: Mapping[str, Any], definitions: Definitions) -> bool:
    if any(listed.is_required and listed.name not in value for listed in node.properties):
        return False
    for key, inner in value.items():
        judge = _member(node, key)
        if judge is None or not allows(judge, inner, definitions):
            return False
    return True


def allows_key(keys: Node, name: str) -> bool:
    """Say whether a key is one of an Enum's or a String's."""
    return _is_text(keys, name) if isinstance(keys, String) else allows(keys, name, {})


def same(first: JsonValue, second: JsonValue) -> bool:
    """Say whether two values are equal in JSON: 1 is 1.0, and true is not 1."""
    if kind_of(first) != kind_of(second):
        return False
    if isinstance(first, list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(value, second[key]) for key, value in first.items())
    return bool(first == second)
