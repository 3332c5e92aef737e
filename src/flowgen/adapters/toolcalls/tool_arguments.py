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
from flowgen.domain.schemas import Anything, Lowered, Node, Object, Property, Reference, Union


def grammar_arguments(grammar: BlockGrammar, tool: Tool, field: str) -> Lowered:
    """Lower a tool's parameters for a grammar that says all it can. Raises ConstraintRefused for `field`."""
    lowered = lowered_arguments(tool, field)
    if is_exact(lowered):
        grammar.exact_tools.add(tool.name)
    return lowered


def lowered_arguments(tool: Tool, field: str) -> Lowered:
    """Lower a tool's parameters. Raises ConstraintRefused for `field`."""
    try:
        return _lowered(msgspec.json.encode(arguments_schema(tool.parameters, field)))
    except ConstraintRefused as refusal:
        raise ConstraintRefused(field, refusal.reason, keyword=refusal.keyword, pointer=refusal.pointer) from refusal


@lru_cache(maxsize=1024)
def _lowered(schema: bytes) -> Lowered:
    return lower(msgspec.json.decode(schema))


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
