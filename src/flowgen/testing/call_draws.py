"""What the laws of formats draw: calls with the tools that they are of, and texts that break a syntax. Knows no syntax:
all is made of any text, and of the format's own markup."""

from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.values import JsonObject, JsonValue

Names = st.text("abkz_09", max_size=6).map(lambda rest: f"n{rest}")
NOTE_TYPES: JsonObject = {
    "text": {"type": "string"},
    "flag": {"type": "boolean"},
    "whole": {"type": "integer"},
    "real": {"type": "number"},
    "nothing": {"type": "null"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "reals": {"type": "array", "items": {"type": "number"}},
    "flags": {"type": "array", "items": {"type": ["boolean", "null"]}},
}
_INNER: JsonObject = {"type": "object", "properties": NOTE_TYPES}
_NOTE: JsonObject = {"type": "object", "properties": NOTE_TYPES | {"inner": _INNER, "last": {"type": "string"}}}
NOTE_TOOLS = (Tool(name="note", parameters=_NOTE), Tool(name="ping", parameters={}))
"""The tools whose grammar each format compiles once: all types, every argument may be left out."""

_WHOLES = st.integers(-(10**20), 10**20)
_REALS = st.floats(allow_nan=False, allow_infinity=False, width=32).map(lambda real: float(repr(real)))


def schema_of(value: JsonValue) -> JsonObject:
    """Give the narrowest plain schema of a value: its types, and nothing of its content."""
    if isinstance(value, dict):
        properties = {key: schema_of(inner) for key, inner in value.items()}
        return {"type": "object", "properties": properties, "required": [*value], "additionalProperties": False}
    if isinstance(value, list):
        return {"type": "array", **({"items": schema_of(value[0])} if value else {})}
    names = {bool: "boolean", str: "string", int: "integer", float: "number"}
    return {"type": names.get(type(value), "null")}


# Strategies are made once for each format: to make one takes longer than to draw from it.


@lru_cache(maxsize=256)
def joined_of(fragments: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(fragments), max_size=3).map("".join)


@lru_cache(maxsize=256)
def pieces_of(fragments: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(fragments) | st.text(max_size=4), max_size=12)


def _texts_of(fragments: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.text(max_size=10) | joined_of(fragments)


@lru_cache(maxsize=256)
def notes_of(fragments: tuple[str, ...]) -> st.SearchStrategy[list[ToolCall]]:
    """A call of `note`, and perhaps one of `ping`."""
    note = _note_of(fragments).map(lambda arguments: [ToolCall(name="note", arguments=arguments)])
    return note | note.map(lambda calls: [*calls, ToolCall(name="ping", arguments={})])


def _note_of(fragments: tuple[str, ...]) -> st.SearchStrategy[JsonObject]:
    """Arguments of the tool `note`, in the order of its schema."""
    texts, numbers = _texts_of(fragments), _REALS | _WHOLES
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "text": texts,
        "flag": st.booleans(),
        "whole": _WHOLES,
        "real": numbers,
        "nothing": st.none(),
        "texts": st.lists(texts, max_size=3),
        "reals": st.lists(numbers, max_size=3),
        "flags": st.lists(st.booleans() | st.none(), max_size=3),
    }
    return _some_of(kinds | {"inner": _some_of(kinds), "last": texts})


def _some_of(kinds: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[JsonObject]:
    """Draw up to three members, in their order."""
    members = {key: st.tuples(st.just(key), value) for key, value in kinds.items()}
    few = st.sets(st.sampled_from(list(kinds)), max_size=3)
    return few.flatmap(lambda keys: st.tuples(*(members[key] for key in kinds if key in keys))).map(dict)


@lru_cache(maxsize=256)
def calls_of(fragments: tuple[str, ...]) -> st.SearchStrategy[tuple[list[ToolCall], list[Tool]]]:
    """A call or two, with tools whose schemas type every argument."""
    kinds = [_texts_of(fragments), st.booleans(), _WHOLES, st.none(), _REALS]
    scalars = st.one_of(kinds)
    lists = st.one_of([st.lists(kind, max_size=3) for kind in kinds])
    values = scalars | lists | st.dictionaries(Names, scalars, max_size=2)
    drawn = st.dictionaries(Names, st.dictionaries(Names, values, max_size=3), min_size=1, max_size=2)
    return drawn.map(_with_tools)


def _with_tools(arguments: dict[str, JsonObject]) -> tuple[list[ToolCall], list[Tool]]:
    calls = [ToolCall(name=name, arguments=inner) for name, inner in arguments.items()]
    return calls, [Tool(name=call.name, parameters=schema_of(call.arguments)) for call in calls]
