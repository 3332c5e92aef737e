"""Lowers a JSON Schema into its normal form. Knows the order of the work and its bounds; refuses to know single
keywords.

A value may be judged by several schemas at once (allOf, a property that a pattern takes too, a branch and what
stands beside it): a node is made for each such set of schemas, once."""

from collections.abc import Iterable, Mapping, Sequence

from flowgen.application.schemas.arrays import array_node
from flowgen.application.schemas.drafts import ANNOTATIONS, FIELD, draft_of, is_before
from flowgen.application.schemas.emptiness import empty_refusal
from flowgen.application.schemas.facts import Leaf
from flowgen.application.schemas.fixed_values import fixed_node, fixed_values, has_fixed_values
from flowgen.application.schemas.glances import Glances, kinds_of_leaf
from flowgen.application.schemas.hoisting import lifted, stripped
from flowgen.application.schemas.leaves import CHOOSING, MAX_STEPS
from flowgen.application.schemas.objects import object_node
from flowgen.application.schemas.productive import without_dead_ends
from flowgen.application.schemas.remarks import UNPLACED, Remarks
from flowgen.application.schemas.scalars import number_node, string_node
from flowgen.application.schemas.source import Place, Source
from flowgen.application.schemas.unions import enum_of, union_of
from flowgen.application.schemas.walking import residues_of
from flowgen.application.schemas.weights import heaviest
from flowgen.application.schemas.words import KINDS
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.schemas import (
    Anything,
    Array,
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
from flowgen.domain.values import JsonValue

MAX_OPEN = 30
"""Values inside of one another that are worked out in one go; those below wait for their turn."""
GLANCE = 2
"""How deep required members are looked into for contradictions."""
MAX_PAIRS = 300
MAX_OPENED = 16
"""Pairs of branches that are looked at for overlaps."""
_TYPE_ALONE = ANNOTATIONS | {"type"}
_SCALARS: dict[str, Node] = {
    "null": enum_of([None]), "boolean": enum_of([True, False]), "string": String(), "number": Number(),
    "integer": Number(is_integer=True),
}  # fmt: skip


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
        keyword, pointer = heaviest(schema)
        raise ConstraintRefused(FIELD, "it is nested too deeply", keyword=keyword, pointer=pointer) from None


class _Lowering:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.remarks = Remarks(source.draft)
        self._nodes: dict[frozenset[Place], Node] = {}
        self._open: set[frozenset[Place]] = set()
        self._waiting: dict[frozenset[Place], Sequence[Place]] = {}
        self._names: dict[frozenset[Place], str] = {}
        self._definitions: dict[str, Node] = {}
        self._origins: dict[int, tuple[Node, Sequence[Place]]] = {}
        self._glances = Glances(self)
        self._leaves = self._glances.leaves
        self._targets: dict[Place, Place] = {}
        self._steps = 0
        self._of_all: list[Residue] = []

    def lowered(self) -> Lowered:
        """Lower the whole document."""
        root, definitions = self._whole(self.source.root)
        if isinstance(root, Nothing):
            raise empty_refusal(self.source, self._is_impossible)
        if self.remarks.has_unplaced:
            self._place(root, definitions)
        if self._of_all:  # where a reference leads hangs on the way to it, so nothing is judged but the whole
            root, definitions = stripped(root, definitions)
            root = Union(options=(root,), residues=tuple(dict.fromkeys(self._of_all)))
        elif self.remarks.has_residues:
            root, definitions = lifted(root, definitions, self._judges_of_union)
        return Lowered(
            root=root,
            definitions=definitions,
            source=self.source.document,
            draft=self.source.draft,
            notes=self.remarks.notes(),
            warnings=self.remarks.warnings(),
        )

    def _place(self, root: Node, definitions: Mapping[str, Node]) -> None:
        for residue in residues_of(root, definitions):
            if residue.schema == UNPLACED:
                self._of_all.append(Residue(kind="whole", keyword=residue.keyword, pointer=residue.pointer, schema=""))

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

    def overlaps(self, place: Place, branches: list[Place]) -> list[int]:
        return self._glances.overlaps(place, branches)

    def _lower(self, places: Sequence[Place]) -> Node:
        if len(places) == 1 and (plain := self._plain(places[0])) is not None:
            return plain
        node = union_of([self._leaf_node(leaf) for leaf in self._leaves.of(places)])
        if isinstance(node, Union):
            self._origins.setdefault(id(node), (node, places))
        return node

    def _plain(self, place: Place) -> Node | None:
        """Give the node of a schema that says nothing but one type of scalars: most of all schemas."""
        schema = place.schema
        if not isinstance(schema, dict) or place.is_derived or not schema.keys() <= _TYPE_ALONE:
            return None
        kind = schema.get("type")
        node = _SCALARS.get(kind) if isinstance(kind, str) else None
        if node is not None:
            for keyword in schema:
                self.remarks.is_known(place, keyword)
            self.remarks.note(place, "type", "exact")
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
        kinds = kinds_of_leaf(leaf)
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


def _unexcluded(values: list[JsonValue], leaf: Leaf) -> list[JsonValue]:
    excluded = [value for fact in leaf.facts for value in fact.schema.get("$excluded", ())]
    return [value for value in values if not any(value is other for other in excluded)]
