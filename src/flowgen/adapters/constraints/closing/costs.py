"""How many tokens the shortest value of a node takes, about: a guess from characters. Refuses to know residues,
vocabularies and where an answer stands."""

import json
import math
from collections.abc import Mapping

from flowgen.adapters.constraints.closing.pattern_rests import least_length, rest_of
from flowgen.domain.schemas import (
    Anything,
    Array,
    Enum,
    Node,
    Nothing,
    Number,
    Object,
    Property,
    Reference,
    String,
    Union,
)

PER_CHARACTER = 0.4
"""Tokens of a character of a name or a text."""
_MOST_ROUNDS = 12


class Costs:
    """The costs of a schema's nodes, each worked out once."""

    def __init__(self, definitions: Mapping[str, Node]) -> None:
        self._definitions = definitions
        self._named: dict[str, float] = {}
        self._known: dict[int, tuple[Node, float]] = {}
        self._settle()

    def of(self, node: Node) -> float:
        """Infinite where no value of the node ends."""
        known = self._known.get(id(node))
        if known is None:
            known = self._known[id(node)] = (node, self._of(node))
        return known[1]

    def member(self, member: Property) -> float:
        """Of a member with its name and a comma."""
        return 3 + len(member.name) * PER_CHARACTER + self.of(member.node)

    def items(self, node: Array, start: int, end: int) -> float:
        """Of an array's items from `start` to before `end`, with a comma each."""
        listed = sum(1 + self.of(node.prefix[place]) for place in range(start, min(end, len(node.prefix))))
        num_more = end - max(start, len(node.prefix))
        return listed + (num_more * (1 + self.of(node.items)) if num_more > 0 else 0)

    def _settle(self) -> None:
        """Costs of recursive definitions: from above, until they stay."""
        names = list(self._definitions)
        self._named = dict.fromkeys(names, math.inf)
        for _ in range(_MOST_ROUNDS):
            before = dict(self._named)
            for name in reversed(names):  # what a definition leads to is mostly met after it
                self._known.clear()
                self._named[name] = self.of(self._definitions[name])
            if before == self._named:
                break
        self._known.clear()

    def _of(self, node: Node) -> float:
        match node:
            case Nothing():
                return math.inf
            case Anything() | Number():
                return 1
            case Enum(values=values):
                return min((1 + len(json.dumps(value)) * PER_CHARACTER for value in values), default=math.inf)
            case String():
                return 2 + string_rest(node, "")
            case Array():
                return 2 + self.items(node, 0, node.min_items)
            case Object(properties=properties):
                return 2 + sum(self.member(member) for member in properties if member.is_required)
            case Union(options=options):
                return min((self.of(option) for option in options), default=math.inf)
            case Reference(name=name):
                return self._named.get(name, 1)


def string_rest(node: String, text: str) -> float:
    """About the tokens that a string lacks, but for its closing quote; infinite where it can no longer match."""
    missing = max(0.0, node.min_length - len(text))
    for pattern in node.patterns:
        missing = max(missing, least_length(rest_of(pattern, text)))
    return missing * PER_CHARACTER if missing <= 2 else 1 + missing * PER_CHARACTER
