"""Lowers a JSON Schema into its normal form. Knows the order of the work and its bounds; refuses to know single
keywords.

A value may be judged by several schemas at once (allOf, a property that a pattern takes too, a branch and what
stands beside it): a node is made for each such set of schemas, once."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import prod

from flowgen.application.schemas.arrays import array_node
from flowgen.application.schemas.discriminators import Signature, signature
from flowgen.application.schemas.drafts import ANNOTATIONS, FIELD, draft_of, is_before
from flowgen.application.schemas.emptiness import empty_refusal
from flowgen.application.schemas.facts import Leaf
from flowgen.application.schemas.fixed_values import fixed_node, fixed_values, has_fixed_values
from flowgen.application.schemas.hoisting import lifted, stripped
from flowgen.application.schemas.leaves import CHOOSING, MAX_STEPS, Leaves
from flowgen.application.schemas.objects import judges_of, object_node
from flowgen.application.schemas.productive import without_dead_ends
from flowgen.application.schemas.remarks import Remarks
from flowgen.application.schemas.scalars import number_node, string_node
from flowgen.application.schemas.source import Place, Source
from flowgen.application.schemas.unions import enum_of, union_of
from flowgen.application.schemas.walking import allows
from flowgen.application.schemas.words import KINDS, kinds_of, names_of
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.schemas import Anything, Array, Lowered, Node, Nothing, Object, Reference, Residue, Union
from flowgen.domain.values import JsonValue

MAX_OPEN = 30
"""Values inside of one another that are worked out in one go; those below wait for their turn."""
GLANCE = 2
"""How deep required members are looked into for contradictions."""
MAX_PAIRS = 300
MAX_OPENED = 16
"""Pairs of branches that are looked at for overlaps."""


def lower(schema: JsonValue, draft: str | None = None) -> Lowered:
    """Lower a schema; `draft` counts where the schema names none.

    Raises ConstraintRefused, with keyword and pointer, for what is no schema, refers out of the document, allows
    nothing, or takes too much work.
    """
    if not isinstance(schema, dict | bool):
        raise ConstraintRefused(FIELD, "a JSON Schema is an object or a boolean")
    try:
        return _Lowering(Source(schema, draft_of(schema, draft))).lowered()
    except RecursionError:
        raise ConstraintRefused(FIELD, "it is nested too deeply") from None


class _Lowering:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.remarks = Remarks(source.draft)
        self._nodes: dict[frozenset[Place], Node] = {}
        self._open: set[frozenset[Place]] = set()
        self._waiting: dict[frozenset[Place], Sequence[Place]] = {}
        self._names: dict[frozenset[Place], str] = {}
        self._definitions: dict[str, Node] = {}
        self._overlaps: dict[Place, list[int]] = {}
        self._origins: dict[int, tuple[Node, Sequence[Place]]] = {}
        self._leaves = Leaves(self, self._is_empty)
        self._targets: dict[Place, Place] = {}
        self._steps = 0
        self._of_all: list[Residue] = []

    def lowered(self) -> Lowered:
        """Lower the whole document."""
        root, definitions = self._whole(self.source.root)
        if isinstance(root, Nothing):
            raise empty_refusal(self.source, self._is_impossible)
        if self._of_all:  # where a reference leads hangs on the way to it, so nothing is judged but the whole
            root, definitions = stripped(root, definitions)
            root = Union(options=(root,), residues=tuple(dict.fromkeys(self._of_all)))
        else:
            root, definitions = lifted(root, definitions, self._judges_of_union)
        return Lowered(
            root=root,
            definitions=definitions,
            source=self.source.root.schema,
            draft=self.source.draft,
            notes=self.remarks.notes(),
            warnings=self.remarks.warnings(),
        )

    def _whole(self, place: Place) -> tuple[Node, dict[str, Node]]:
        root = self.node([place])
        while self._waiting:
            key, places = self._waiting.popitem()
            if key not in self._nodes:
                self._made(key, places)
            self._definitions[self._names[key]] = self._nodes[key]
        return without_dead_ends(root, self._definitions)

    def _is_impossible(self, place: Place) -> bool:
        return isinstance(self._whole(place)[0], Nothing)

    def step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise ConstraintRefused(FIELD, "its combinations are too many to be worked out")

    def judge_all(self, place: Place, keyword: str) -> None:
        self.remarks.note(place, keyword, "checked", "where it leads depends on the way there")
        for residue in self.remarks.residue(place, keyword, "whole"):
            self._of_all.append(Residue(kind="whole", keyword=keyword, pointer=residue.pointer, schema=""))

    def node(self, places: Iterable[Place]) -> Node:
        """Give the node of a value that all of these schemas judge."""
        self.step()
        met = dict.fromkeys(map(self._meant, places))
        judges = [place for place in met if place.schema is not True and place.schema != {}]
        key = frozenset(judges)
        if not key:
            return Anything()
        if len(self._open) >= MAX_OPEN and key not in self._nodes:
            self._waiting.setdefault(key, judges)
            return self._reference(key)
        if key in self._open:
            return self._reference(key)
        if key in self._nodes:
            node = self._nodes[key]
            return self._shared(key, node) if isinstance(node, Object | Array | Union) else node
        return self._made(key, judges)

    def _meant(self, place: Place) -> Place:
        """Follow a schema that does nothing but refer to another."""
        found = self._targets.get(place)
        if found is None:
            found, seen = place, {place}
            while (target := self._target(found)) is not None and target not in seen:
                seen.add(target)
                found = target
            self._targets[place] = found
        return found

    def _target(self, place: Place) -> Place | None:
        schema = place.schema
        if not isinstance(schema, dict) or "$ref" not in schema or place.is_derived:
            return None
        if not is_before(self.source.draft, "2019-09") and not schema.keys() - {"$ref"} <= ANNOTATIONS:
            return None
        self.remarks.note(place, "$ref", "exact")
        return self.source.target(place, schema["$ref"])

    def _made(self, key: frozenset[Place], places: Sequence[Place]) -> Node:
        self._open.add(key)
        try:
            node = self._lower(places)
        finally:
            self._open.remove(key)
        self._nodes[key] = node
        if key in self._names:
            self._definitions[self._names[key]] = node
        return node

    def _reference(self, key: frozenset[Place]) -> Node:
        return Reference(name=self._names.setdefault(key, f"d{len(self._names)}"))

    def _shared(self, key: frozenset[Place], node: Node) -> Node:
        """Give a node that is met again by its name, so that the tree stays as small as the schema."""
        name = self._names.setdefault(key, f"d{len(self._names)}")
        self._definitions[name] = node
        return Reference(name=name)

    def _lower(self, places: Sequence[Place]) -> Node:
        node = union_of([self._leaf_node(leaf) for leaf in self._leaves.of(places)])
        if isinstance(node, Union):
            self._origins.setdefault(id(node), (node, places))
        return node

    def _judges_of_union(self, node: Node) -> tuple[Residue, ...]:
        """Give the residues that judge a union's value as a whole."""
        _, places = self._origins[id(node)]
        found = [residue for place in places for residue in self._judged_whole(place)]
        return tuple(found)

    def _judged_whole(self, place: Place) -> tuple[Residue, ...]:
        keyword = next((key for key in CHOOSING if key in place.schema), "$ref")
        return (
            ()
            if place.is_derived
            else self.remarks.residue(place, keyword, "whole", "what it asks hangs on the branch")
        )

    def _leaf_node(self, leaf: Leaf) -> Node:
        if not leaf.facts:
            return Anything(residues=tuple(leaf.residues)) if leaf.residues else Anything()
        kinds = _kinds(leaf)
        if has_fixed_values(leaf):
            values = fixed_values(leaf, kinds)
            return self._with(
                fixed_node(values, leaf, self, lambda kind: self._of_kind(kind, kinds, leaf)), leaf.residues
            )
        return self._with(
            union_of([self._of_kind(kind, kinds, leaf) for kind in KINDS if kind in kinds]), leaf.residues
        )

    def _of_kind(self, kind: str, kinds: frozenset[str], leaf: Leaf) -> Node:
        match kind:
            case "null":
                return enum_of(_unexcluded([None], leaf))
            case "boolean":
                return enum_of(_unexcluded([True, False], leaf))
            case "number":
                return number_node(leaf.facts, self, is_integer="integer" in kinds)
            case "string":
                return string_node(leaf.facts, self)
            case "array":
                return array_node(leaf, self)
        return object_node(leaf, self)

    def _with(self, node: Node, residues: Sequence[Residue]) -> Node:
        """Add residues that judge the value as a whole."""
        if not residues or isinstance(node, Nothing):
            return node
        told = tuple(dict.fromkeys([*getattr(node, "residues", ()), *residues]))
        if isinstance(node, Reference):
            return Union(options=(node,), residues=told)
        return type(node)(**{name: getattr(node, name) for name in node.__struct_fields__} | {"residues": told})

    def _is_empty(self, leaf: Leaf, depth: int = GLANCE) -> bool:
        """Say whether it can be seen at a glance that nothing is left: by kinds, fixed values and required members."""
        self.step()
        kinds = _kinds(leaf)
        if leaf.is_empty or not kinds or (has_fixed_values(leaf) and not self._has_fixed(leaf, kinds)):
            return True
        if kinds != {"object"} or depth == 0:
            return False
        required = {name for fact in leaf.facts for name in names_of(fact)}
        return any(self._is_contradicted(leaf, name, depth) for name in required)

    def _has_fixed(self, leaf: Leaf, kinds: frozenset[str]) -> bool:
        """Say whether an enum leaves a value; strings are held to patterns."""
        values = fixed_values(leaf, kinds)
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) < len(values) or len(texts) > MAX_OPENED or len(leaf.facts) < 2:
            return bool(values)
        strings = string_node(leaf.facts, self)
        return any(allows(strings, text, {}) for text in texts)

    def _is_contradicted(self, leaf: Leaf, name: str, depth: int) -> bool:
        judges = list(judges_of(leaf, name, self))
        if any(place.schema is False for place in judges):
            return True
        return len(judges) > 1 and self._is_empty(self._leaves.closed(judges), depth - 1)

    def overlaps(self, place: Place, branches: list[Place]) -> list[int]:
        if place not in self._overlaps:
            self._overlaps[place] = []  # met again while it is found out: as if apart
            beside = {key: place.schema[key] for key in ("type", "required") if key in place.schema}
            context = self.source.derived(place, "beside", beside)
            self._overlaps[place] = self._found_overlaps(context, branches)
        return self._overlaps[place]

    def _found_overlaps(self, context: Place, branches: list[Place]) -> list[int]:
        found: set[int] = set()
        num_looks = 0
        signatures = [self._signature(context, branch) for branch in branches]
        for first, second in combinations(range(len(branches)), 2):
            if signatures[first].excludes(signatures[second]) or {first, second} <= found:
                continue
            num_looks += 1
            if num_looks > MAX_PAIRS or self._have_common(context, branches[first], branches[second]):
                found |= {first, second}
        return sorted(found)

    def _signature(self, *places: Place) -> Signature:
        leaf = self._leaves.closed(places)
        kinds = frozenset[str]() if leaf.is_empty else _kinds(leaf)
        texts = fixed_values(leaf, kinds) if has_fixed_values(leaf) else []
        return signature(leaf.facts, kinds, frozenset(text for text in texts if isinstance(text, str)))

    def _have_common(self, *places: Place) -> bool:
        closed = self._leaves.closed(places)
        if self._is_empty(closed):
            return False
        if prod(len(choice.options) for choice in closed.pending) > MAX_OPENED:
            return True
        return any(not self._is_empty(leaf) for leaf in self._leaves.of(places))


def _kinds(leaf: Leaf) -> frozenset[str]:
    """Give the kinds that all facts allow, "integer" beside "number" where only integers are."""
    kinds = frozenset((*KINDS,))
    is_integer = False
    for fact in leaf.facts:
        own = kinds_of(fact)
        if own is not None:
            is_integer |= "integer" in own and "number" not in own
            kinds &= (own | {"number"}) if "integer" in own else own
    return kinds | {"integer"} if is_integer and "number" in kinds else kinds


def _unexcluded(values: list[JsonValue], leaf: Leaf) -> list[JsonValue]:
    excluded = [value for fact in leaf.facts for value in fact.schema.get("$excluded", ())]
    return [value for value in values if not any(value is other for other in excluded)]
