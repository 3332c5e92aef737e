"""Sees at a glance what leaves have to do with one another: that one is empty, that branches overlap. Refuses to lower
what it looks at."""

from collections.abc import Sequence
from itertools import combinations
from math import prod

from flowgen.application.schemas.discriminators import Signature, are_apart, signature
from flowgen.application.schemas.facts import Leaf, Nodes
from flowgen.application.schemas.fixed_values import fixed_values, has_fixed_values
from flowgen.application.schemas.leaves import Leaves
from flowgen.application.schemas.objects import Members, judges_of, members_of
from flowgen.application.schemas.scalars import string_node
from flowgen.application.schemas.source import Place
from flowgen.application.schemas.walking import allows, kind_of
from flowgen.application.schemas.words import KINDS, kinds_of, names_of

GLANCE = 2
"""How deep required members are looked into for contradictions."""
MAX_PAIRS = 300
"""Pairs of branches that are looked at for overlaps."""
MAX_OPENED = 16
_EVERY = frozenset(KINDS)


class Glances:
    """Looks at the leaves of one document's schemas."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self.leaves = Leaves(nodes, self.is_empty)
        self._overlaps: dict[Place, list[int]] = {}
        self._same: dict[tuple[str, str], list[int]] = {}

    def is_empty(self, leaf: Leaf, depth: int = GLANCE) -> bool:
        """Say whether it can be seen at a glance that nothing is left: by kinds, fixed values and required members."""
        self._nodes.step()
        kinds = kinds_of_leaf(leaf)
        if leaf.is_empty or not kinds or (has_fixed_values(leaf) and not self._has_fixed(leaf, kinds)):
            return True
        if kinds != {"object"} or depth == 0:
            return False
        required = {name for fact in leaf.facts for name in names_of(fact)}
        members = [facts for facts in members_of(leaf, self._nodes) if facts.tells] if required else []
        return any(self._is_contradicted(leaf, members, name, depth) for name in required)

    def _has_fixed(self, leaf: Leaf, kinds: frozenset[str]) -> bool:
        """Say whether an enum leaves a value; strings are held to patterns."""
        values = fixed_values(leaf, kinds)
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) < len(values) or len(texts) > MAX_OPENED or len(leaf.facts) < 2:
            return bool(values)
        strings = string_node(leaf.facts, self._nodes)
        return any(allows(strings, text, {}) for text in texts)

    def _is_contradicted(self, leaf: Leaf, members: Sequence[Members], name: str, depth: int) -> bool:
        judges = list(judges_of(members, name, leaf, self._nodes))
        if any(place.schema is False for place in judges):
            return True
        return len(judges) > 1 and self.is_empty(self.leaves.closed(judges), depth - 1)

    def overlaps(self, place: Place, branches: list[Place]) -> list[int]:
        if place not in self._overlaps:
            self._overlaps[place] = []  # met again while it is found out: as if apart
            beside = {key: place.schema[key] for key in ("type", "required") if key in place.schema}
            context = self._nodes.source.derived(place, "beside", beside)
            key = place.base, repr((beside, [branch.schema for branch in branches]))  # documents repeat themselves
            if key not in self._same:
                self._same[key] = self._found_overlaps(context, branches)
            self._overlaps[place] = self._same[key]
        return self._overlaps[place]

    def _found_overlaps(self, context: Place, branches: list[Place]) -> list[int]:
        found: set[int] = set()
        num_looks = 0
        signatures = [self._signature(context, branch) for branch in branches]
        if are_apart(signatures):
            return []
        for first, second in combinations(range(len(branches)), 2):
            if signatures[first].excludes(signatures[second]) or {first, second} <= found:
                continue
            num_looks += 1
            if num_looks > MAX_PAIRS or self._have_common(context, branches[first], branches[second]):
                found |= {first, second}
        return sorted(found)

    def _signature(self, *places: Place) -> Signature:
        leaf, draft = self.leaves.closed(places), self._nodes.source.draft
        kinds = frozenset[str]() if leaf.is_empty else kinds_of_leaf(leaf)
        if not has_fixed_values(leaf):
            return signature(leaf.facts, draft, kinds, [])
        values = fixed_values(leaf, kinds)
        return signature(leaf.facts, draft, kinds & {kind_of(value) for value in values}, values)

    def _have_common(self, *places: Place) -> bool:
        closed = self.leaves.closed(places)
        if self.is_empty(closed):
            return False
        if prod(len(choice.options) for choice in closed.pending) > MAX_OPENED:
            return True
        return any(not self.is_empty(leaf) for leaf in self.leaves.of(places))


def kinds_of_leaf(leaf: Leaf) -> frozenset[str]:
    """Give the kinds that all facts allow, "integer" beside "number" where only integers are."""
    kinds = _EVERY
    is_integer = False
    for fact in leaf.facts:
        own = kinds_of(fact)
        if own is not None:
            is_integer |= "integer" in own and "number" not in own
            kinds &= (own | {"number"}) if "integer" in own else own
    return kinds | {"integer"} if is_integer and "number" in kinds else kinds
