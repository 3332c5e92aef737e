"""Gives tools' schemas in normal form, as the arguments of calls. Knows what arguments are; refuses to know any
notation."""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from flowgen.adapters.toolcalls.block_grammar import BlockGrammar
from flowgen.adapters.toolcalls.plain_schemas import is_exact
from flowgen.adapters.toolcalls.tool_schemas import arguments_schema
from flowgen.application.schemas.lowering import lower
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.messages import Tool
from flowgen.domain.schemas import Anything, Lowered, Node, Nothing, Object, Property, Reference, Union
from flowgen.domain.values import JsonObject

_PLAIN = frozenset(("type", "properties", "required", "additionalProperties", "description", "title"))
_ANNOTATIONS = frozenset(("description", "title"))
_DRAFT = "2020-12"


def grammar_arguments(grammar: BlockGrammar, tool: Tool, field: str) -> Lowered:
    """Lower a tool's parameters for a grammar that says all it can. Raises ConstraintRefused for `field`."""
    lowered = lowered_arguments(tool, field)
    if is_exact(lowered):
        grammar.exact_tools.add(tool.name)
    if lowered.warnings:
        grammar.warnings[field] = lowered.warnings
    return lowered


def lowered_arguments(tool: Tool, field: str) -> Lowered:
    """Lower a tool's parameters. Raises ConstraintRefused for `field`."""
    schema = arguments_schema(tool.parameters, field)
    try:
        return _put_together(schema) or _lowered(msgspec.json.encode(schema))
    except ConstraintRefused as refusal:
        raise ConstraintRefused(field, refusal.reason, keyword=refusal.keyword, pointer=refusal.pointer) from refusal


@lru_cache(maxsize=4096)
def _lowered(schema: bytes) -> Lowered:
    return lower(msgspec.json.decode(schema))


def _put_together(schema: JsonObject) -> Lowered | None:
    """The normal form of a plain list of arguments, each lowered by itself: a hundred tools have few kinds of them.
    None where an argument may hang on others, or has anything to be told of."""
    properties = schema.get("properties", {})
    if (
        schema.get("additionalProperties") is not False
        or not schema.keys() <= _PLAIN
        or not isinstance(properties, dict)
    ):
        return None
    required = set(schema.get("required", ()))
    found = []
    for name, inner in properties.items():
        node = _alone(inner) if isinstance(inner, dict) else None
        if node is None:
            return None
        found.append(Property(name=name, node=node, is_required=name in required))
    root = Object(properties=tuple(found), others=())
    return Lowered(root=root, definitions={}, source=schema, draft=_DRAFT)


def _alone(schema: JsonObject) -> Node | None:
    """The node of a schema that refers to nothing and leaves nothing to be judged or told."""
    encoded = msgspec.json.encode({key: value for key, value in schema.items() if key not in _ANNOTATIONS})
    if b'"$' in encoded:
        return None
    try:
        lowered = _lowered(encoded)
    except ConstraintRefused:
        return None
    is_plain = is_exact(lowered) and not (lowered.definitions or lowered.warnings or isinstance(lowered.root, Nothing))
    return lowered.root if is_plain else None


def argument_sets(lowered: Lowered, field: str) -> list[tuple[Property, ...]]:
    """Give the sets of arguments that a call may have. Raises ConstraintRefused for what no list of them can hold."""
    found = [tuple(node.properties) for node in _objects(lowered.root, lowered)]
    if not found:
        raise ConstraintRefused(field, "a call's arguments are an object", keyword="type", pointer="/type")
    return found


def _objects(node: Node, lowered: Lowered) -> Iterator[Object]:
    match node:
        case Object():
            yield node
        case Union(options=options):
            for option in options:
                yield from _objects(option, lowered)
        case Reference(name=name):
            yield from _objects(lowered.definitions[name], lowered)
        case Anything():
            yield Object()
