"""Reads the normal form's nodes as formulas about values of one kind. Refuses to know residues."""

from collections.abc import Iterator

from flowgen.adapters.constraints.witnesses.formulas import (
    FALSE,
    TRUE,
    All,
    Among,
    Claim,
    Either,
    Formula,
    Has,
    High,
    Items,
    Low,
    Matches,
    Members,
    Multiple,
    Size,
    negated,
)
from flowgen.adapters.constraints.witnesses.reading import fraction
from flowgen.application.schemas.pattern_reading import read_pattern
from flowgen.application.schemas.pattern_wholes import Whole
from flowgen.application.schemas.walking import Definitions, kind_of
from flowgen.domain.schemas import (
    Anything,
    Array,
    Enum,
    Node,
    Nothing,
    Number,
    Object,
    Reference,
    String,
    Union,
)

_KINDS: dict[type, str] = {Number: "number", String: "string", Array: "array", Object: "object"}


def read_node(node: Node, kind: str, definitions: Definitions) -> Formula:
    """Give what a node asks of a value of this kind."""
    match node:
        case Nothing():
            return FALSE
        case Anything():
            return TRUE
        case Enum(values=values):
            return Among(tuple(value for value in values if kind_of(value) == kind))
        case Union(options=options):
            return Either(tuple(Claim(option) for option in options))
        case Reference(name=name):
            return Claim(definitions.get(name, Anything()))
    return All(tuple(_own(node))) if _KINDS[type(node)] == kind else FALSE


def _own(node: Number | String | Array | Object) -> Iterator[Formula]:
    match node:
        case Number():
            yield from _number(node)
        case String():
            yield Size(node.min_length, node.max_length)
            yield from (Matches(Whole((read_pattern(pattern),))) for pattern in node.patterns)
            yield from (Matches(Whole((read_pattern(pattern),)), holds=False) for pattern in node.avoided)
        case Array():
            yield Size(node.min_items, node.max_items)
            yield from (Items(Claim(item), place, place + 1) for place, item in enumerate(node.prefix))
            yield Items(Claim(node.items), len(node.prefix))
        case Object():
            yield from _object(node)


def _number(node: Number) -> Iterator[Formula]:
    if node.minimum is not None:
        yield Low(fraction(node.minimum), node.excludes_minimum)
    if node.maximum is not None:
        yield High(fraction(node.maximum), node.excludes_maximum)
    if node.multiple_of is not None:
        yield Multiple(fraction(node.multiple_of))
    if node.is_integer:
        yield Multiple(fraction(1))
    if node.excluded:
        yield Among(tuple(node.excluded), holds=False)


def _object(node: Object) -> Iterator[Formula]:
    names = tuple(member.name for member in node.properties)
    for member in node.properties:
        yield Members(Among((member.name,)), Claim(member.node))
        if member.is_required:
            yield Has(member.name)
    listed = Among(names)
    yield from (Members(All((Claim(group.keys), negated(listed))), Claim(group.node)) for group in node.others)
    yield Members(negated(Either((listed, *(Claim(group.keys) for group in node.others)))), FALSE)
