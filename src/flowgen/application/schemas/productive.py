"""Takes out of a normal form what never ends: definitions of which every value holds another of its kind, for ever."""

from collections.abc import Mapping

from flowgen.application.schemas.rebuilding import Rebuilding
from flowgen.domain.schemas import Array, Node, Nothing, Object, Reference, Union


def without_dead_ends(root: Node, definitions: Mapping[str, Node]) -> tuple[Node, dict[str, Node]]:
    """Give the same values by nodes that each have a value."""
    finite: set[str] = set()
    is_growing = True
    while is_growing:
        found = {name for name, node in definitions.items() if name not in finite and _is_finite(node, finite)}
        finite |= found
        is_growing = bool(found)
    if len(finite) == len(definitions):
        return root, dict(definitions)
    rebuilding = Rebuilding(lambda node: Nothing() if isinstance(node, Reference) and node.name not in finite else None)
    kept = {name: rebuilding.node(node) for name, node in definitions.items() if name in finite}
    return rebuilding.node(root), kept


def _is_finite(node: Node, finite: set[str]) -> bool:
    """Say whether a node has a value of bounded depth, as far as is known."""
    match node:
        case Nothing():
            return False
        case Reference(name=name):
            return name in finite
        case Union(options=options):
            return any(_is_finite(option, finite) for option in options)
        case Object(properties=properties):
            return all(_is_finite(member.node, finite) for member in properties if member.is_required)
        case Array(prefix=prefix, items=items, min_items=least):
            needed = [*prefix[:least], *([items] if least > len(prefix) else [])]
            return all(_is_finite(item, finite) for item in needed)
    return True
