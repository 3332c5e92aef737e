"""Tells what the normal form of a schema is made of. Knows nodes; refuses to know how they are written."""

from collections.abc import Iterator

from flowgen.domain.schemas import Array, Enum, Lowered, Node, Nothing, Number, Object, Reference, String, Union


def is_plain(lowered: Lowered) -> bool:
    """Whether any notation says all of it in a few letters: no patterns, no multiples, no numbers or keys left out."""
    return all(_is_plain(node) for node in nodes_of(lowered))


def is_exact(lowered: Lowered) -> bool:
    """Whether a grammar says all of it: nothing is left to be judged."""
    return not any(not isinstance(node, Nothing | Reference) and node.residues for node in nodes_of(lowered))


def nodes_of(lowered: Lowered) -> Iterator[Node]:
    """Every node, those of keys too."""
    waiting: list[Node] = [lowered.root, *lowered.definitions.values()]
    while waiting:
        node = waiting.pop()
        yield node
        match node:
            case Union(options=options):
                waiting += options
            case Array(prefix=prefix, items=items):
                waiting += [*prefix, items]
            case Object(properties=properties, others=others):
                waiting += [listed.node for listed in properties] + [group.node for group in others]
                waiting += [group.keys for group in others]


def _is_plain(node: Node) -> bool:
    match node:
        case String():
            return not (node.patterns or node.avoided)
        case Number():
            return not node.excluded and node.multiple_of is None
        case Enum(values=values):
            return not any(isinstance(value, str) and "<" in value for value in values)
        case Object():
            return not any("<" in listed.name for listed in node.properties)
    return True
