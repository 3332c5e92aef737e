"""Lowers what schemas say of objects: which keys there may be, in which order, and what judges each value."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from flowgen.application.schemas.facts import Fact, Leaf, Nodes
from flowgen.application.schemas.pattern_matching import is_found
from flowgen.application.schemas.pattern_reading import read_pattern
from flowgen.application.schemas.pattern_wholes import Whole
from flowgen.application.schemas.pattern_writing import written
from flowgen.application.schemas.regular import Regular
from flowgen.application.schemas.scalars import literally
from flowgen.application.schemas.source import Place
from flowgen.application.schemas.text_worlds import is_without_texts
from flowgen.application.schemas.walking import allows_key
from flowgen.application.schemas.words import count_of, names_of, object_of, whole_pattern
from flowgen.domain.schemas import Anything, Enum, Node, Nothing, Object, Others, Property, Residue, String

MAX_PATTERNS = 12
MAX_APART = 4
"""Patterns of keys that are told apart by what they have in common; of more, the first that takes a key counts."""


def object_node(leaf: Leaf, nodes: Nodes) -> Node:
    """Give the objects that all facts of a leaf allow."""
    facts = members_of(leaf, nodes)
    residues = [*leaf.unevaluated_residues("unevaluatedProperties", nodes)]
    required = dict.fromkeys(name for fact in facts for name in fact.required)
    keys, key_residues = _keys(facts, nodes)
    residues += key_residues
    names = dict.fromkeys([*(name for fact in facts for name in fact.properties), *required])
    if isinstance(keys, Enum):
        names |= dict.fromkeys(name for name in keys.values if isinstance(name, str))
    properties = []
    for name in names:
        node = nodes.node(judges_of(facts, name, leaf, nodes)) if allows_key(keys, name) else Nothing()
        if isinstance(node, Nothing) and name in required:
            return Nothing()
        properties.append(Property(name=name, node=node, is_required=name in required))
    others: list[Others] = []
    if isinstance(keys, String):
        others, other_residues = _others(facts, keys, leaf, nodes)
        others = [group for group in others if not _are_all(names, group.keys)]
        residues += other_residues
    return _counted(leaf.facts, Object(properties=tuple(properties), others=tuple(others)), residues, nodes)


def _are_all(names: Iterable[str], keys: String) -> bool:
    """Say whether it is seen that these names are all the keys that there are."""
    listed = "|".join(literally(name) for name in names)
    return bool(keys.patterns) and is_without_texts(keys.patterns, (*keys.avoided, *([listed] if listed else [])))


class Members:
    """What one fact says of an object's members."""

    def __init__(self, fact: Fact, nodes: Nodes) -> None:
        self.fact = fact
        self._nodes = nodes
        self.properties = object_of(fact, "properties")
        self.patterns = object_of(fact, "patternProperties")
        self.required = names_of(fact)
        self.has_rest = "additionalProperties" in fact.schema
        self.tells = self.has_rest or bool(self.properties or self.patterns) or "unevaluatedProperties" in fact.schema

    def named(self, name: str) -> list[Place] | None:
        """Give the schemas of a member; None where the fact says nothing of it."""
        child = self._nodes.source.child
        found = [child(self.fact.place, "properties", name)] if name in self.properties else []
        found += [self.pattern(pattern) for pattern in self.patterns if is_found(self.tree(pattern), name)]
        return found or ([child(self.fact.place, "additionalProperties")] if self.has_rest else None)

    def tree(self, pattern: str) -> Regular:
        whole_pattern(self.fact, "patternProperties", pattern)
        return read_pattern(pattern)

    def pattern(self, pattern: str) -> Place:
        return self._nodes.source.child(self.fact.place, "patternProperties", pattern)

    def free(self, matched: frozenset[str]) -> list[Place] | None:
        """Give the schemas of a key that no `properties` names and that exactly these patterns take."""
        found = [self.pattern(pattern) for pattern in self.patterns if pattern in matched]
        if found or not self.has_rest:
            return found or None
        return [self._nodes.source.child(self.fact.place, "additionalProperties")]


def members_of(leaf: Leaf, nodes: Nodes) -> list[Members]:
    """Give what each fact of a leaf says of members."""
    return [Members(fact, nodes) for fact in leaf.facts]


def judges_of(facts: Sequence[Members], name: str, leaf: Leaf, nodes: Nodes) -> Iterator[Place]:
    """Give the schemas that judge a member of a leaf's objects."""
    said = [(fact.fact, fact.named(name)) for fact in facts]
    return _with_unevaluated(said, leaf, nodes)


def _with_unevaluated(said: Sequence[tuple[Fact, list[Place] | None]], leaf: Leaf, nodes: Nodes) -> Iterator[Place]:
    for _, places in said:
        yield from places or ()
    for scope in leaf.unevaluated("unevaluatedProperties"):
        if not any(scope in fact.scopes and _has_seen(fact, places, scope) for fact, places in said):
            yield nodes.source.child(scope, "unevaluatedProperties")


def _has_seen(fact: Fact, places: list[Place] | None, scope: Place) -> bool:
    if fact.place is not scope and "unevaluatedProperties" in fact.schema:
        return True
    return places is not None and not fact.place.is_derived


def _keys(facts: Sequence[Members], nodes: Nodes) -> tuple[Node, list[Residue]]:
    """Give what a key may be: a String or an Enum; what else propertyNames says is judged."""
    judges = [
        nodes.source.child(fact.fact.place, "propertyNames") for fact in facts if "propertyNames" in fact.fact.schema
    ]
    if not judges:
        return String(), []
    texts = nodes.source.derived(nodes.source.root, "texts", {"type": "string"})
    keys = nodes.node([*judges, texts])
    is_plain = isinstance(keys, Enum | String | Nothing) and not getattr(keys, "residues", ())
    residues: list[Residue] = []
    for fact in facts:
        if "propertyNames" in fact.fact.schema and is_plain:
            nodes.remarks.note(fact.fact.place, "propertyNames", "lowered")
        elif "propertyNames" in fact.fact.schema:
            residues += nodes.remarks.residue(fact.fact.place, "propertyNames", "grown")
    if isinstance(keys, Nothing):
        return Enum(values=()), residues
    if isinstance(keys, Enum | String):
        return type(keys)(
            **{name: getattr(keys, name) for name in keys.__struct_fields__ if name != "residues"}
        ), residues
    return String(), residues


@dataclass(frozen=True, slots=True)
class _Region:
    """The keys that these patterns take and no others of the object's."""

    matched: frozenset[str]
    keys: String


def _others(facts: Sequence[Members], keys: String, leaf: Leaf, nodes: Nodes) -> tuple[list[Others], list[Residue]]:
    """Give the members whose keys no schema names."""
    patterns = {
        pattern: whole_pattern(fact.fact, "patternProperties", pattern) for fact in facts for pattern in fact.patterns
    }
    residues: list[Residue] = []
    if len(patterns) > MAX_PATTERNS or any(not whole.is_exact for whole in patterns.values()):
        for fact in facts:
            if fact.patterns:
                residues += nodes.remarks.residue(
                    fact.fact.place, "patternProperties", "whole", "it is not known which pattern takes a key"
                )
        return [Others(keys=keys, node=Anything())], residues
    is_apart = len(patterns) <= MAX_APART
    found = []
    for region in _regions(patterns, keys) if is_apart else _first_come(patterns, keys):
        nodes.step()
        said = [(fact.fact, fact.free(region.matched)) for fact in facts]
        node = nodes.node(_with_unevaluated(said, leaf, nodes))
        if not isinstance(node, Nothing):
            found.append(Others(keys=region.keys, node=node))
    if not is_apart:
        for fact in facts:
            if fact.patterns:
                residues += nodes.remarks.residue(
                    fact.fact.place, "patternProperties", "whole", "several may take one key"
                )
    return found, residues


def _regions(patterns: dict[str, Whole], keys: String) -> Iterator[_Region]:
    if not patterns:
        yield _Region(frozenset(), keys)
        return
    for choice in product((True, False), repeat=len(patterns)):
        matched = frozenset(pattern for pattern, is_in in zip(patterns, choice, strict=True) if is_in)
        missed = [patterns[pattern] for pattern in patterns if pattern not in matched]
        yield from _region(matched, [patterns[pattern] for pattern in matched], missed, keys)


def _first_come(patterns: dict[str, Whole], keys: String) -> Iterator[_Region]:
    before: list[Whole] = []
    for pattern, whole in patterns.items():
        yield from _region(frozenset((pattern,)), [whole], before, keys)
        before.append(whole)
    yield from _region(frozenset(), [], before, keys)


def _region(
    matched: frozenset[str], inside: Iterable[Whole], outside: Sequence[Whole], keys: String
) -> Iterator[_Region]:
    """Give the keys inside of some patterns and outside of others; several where a pattern is one of many parts."""
    taken = [written(part) for whole in inside for part in whole.patterns]
    left = [written(part) for whole in inside for part in whole.avoided]
    ways: list[list[tuple[bool, str]]] = [
        [*((False, written(part)) for part in whole.patterns), *((True, written(part)) for part in whole.avoided)]
        for whole in outside
    ]
    for way in product(*ways):
        patterns = dict.fromkeys([*keys.patterns, *taken, *(text for is_in, text in way if is_in)])
        avoided = dict.fromkeys([*keys.avoided, *left, *(text for is_in, text in way if not is_in)])
        if patterns.keys() & avoided.keys():
            continue
        yield _Region(
            matched,
            String(
                min_length=keys.min_length,
                max_length=keys.max_length,
                patterns=tuple(patterns),
                avoided=tuple(avoided),
            ),
        )


def _counted(facts: Sequence[Fact], node: Object, residues: list[Residue], nodes: Nodes) -> Node:
    """Hold an object to the number of its members."""
    possible = [member for member in node.properties if not isinstance(member.node, Nothing)]
    num_required = sum(member.is_required for member in possible)
    for fact in facts:
        least, most = count_of(fact, "minProperties"), count_of(fact, "maxProperties")
        if most is not None and most < num_required:
            return Nothing()
        if least is not None and not node.others and least > len(possible):
            return Nothing()
        if most is not None and most == num_required:
            required = tuple(member for member in possible if member.is_required)
            node = Object(properties=required, others=())
        elif most is not None and (node.others or most < len(possible)):
            residues += nodes.remarks.residue(fact.place, "maxProperties", "grown")
        if least is not None and least > num_required:
            residues += nodes.remarks.residue(fact.place, "minProperties", "owed")
    return Object(properties=node.properties, others=node.others, residues=tuple(residues))
