"""Puts schemas together that must all hold, and tells unions whose branches exclude each other. Knows JSON Schema's
words; refuses to know where a schema stands."""

from itertools import combinations
from typing import Any

from flowgen.adapters.toolcalls.schema_words import ASSERTIONS
from flowgen.domain.values import JsonObject, JsonValue


class Conflict(Exception):
    """A word that two schemas say differently; the message is the word."""


def merged(first: JsonObject, second: JsonObject) -> JsonObject:
    """Give one schema that holds a value to both. Raises Conflict where no plain schema does."""
    _check_closed(first, second)
    _check_closed(second, first)
    result = dict(first)
    for word, value in second.items():
        if word not in ASSERTIONS:
            continue
        result[word] = _both(word, result[word], value) if word in result else value
    return result


def _both(word: str, first: JsonValue, second: JsonValue) -> JsonValue:
    if first == second:
        return first
    if word == "required" and isinstance(first, list) and isinstance(second, list):
        return [*first, *(name for name in second if name not in first)]
    if word == "type":
        return _both_types(_listed(first), _listed(second))
    if word == "properties" and isinstance(first, dict) and isinstance(second, dict):
        if any(first[name] != second[name] for name in first.keys() & second.keys()):
            raise Conflict(word)
        return first | second
    raise Conflict(word)


def _both_types(first: list[Any], second: list[Any]) -> list[Any]:
    both = [kind for kind in first if kind in second or (kind == "integer" and "number" in second)]
    both += [kind for kind in second if kind == "integer" and "number" in first and kind not in both]
    if not both:
        raise Conflict("type")
    return both


def _listed(kinds: JsonValue) -> list[Any]:
    return kinds if isinstance(kinds, list) else [kinds]


def _check_closed(closed: JsonObject, other: JsonObject) -> None:
    """Additional properties are judged by the schema that says so: the other's properties are such to it."""
    if closed.get("additionalProperties", True) in (True, {}):
        return
    others = {*_names(other.get("properties")), *_names(other.get("required"))}
    if others - _names(closed.get("properties")):
        raise Conflict("additionalProperties")


def _names(names: JsonValue) -> set[str]:
    return {name for name in names if isinstance(name, str)} if isinstance(names, dict | list) else set()


def are_disjoint(schemas: list[JsonValue]) -> bool:
    """Say whether no value that is written for one of the schemas matches another.

    Types, fixed values, and members tell: of an object that declares members, only these are ever written.
    """
    return all(_exclude(first, second) for first, second in combinations(schemas, 2))


def _exclude(first: JsonValue, second: JsonValue) -> bool:
    if not isinstance(first, dict) or not isinstance(second, dict):
        return False
    values, others = _fixed(first), _fixed(second)
    if values is not None and others is not None:
        return not any(value == other for value in values for other in others)
    kinds, other_kinds = _kinds(first), _kinds(second)
    if kinds and other_kinds and not kinds & other_kinds:
        return True
    if kinds != {"object"} or other_kinds != {"object"}:
        return False
    return _is_told_apart(first, second) or (_is_missed(first, second) and _is_missed(second, first))


def _is_missed(written: JsonObject, other: JsonObject) -> bool:
    """Say whether an object that is written for one schema lacks what the other requires, or has what it forbids."""
    declared, required = _names(written.get("properties")), _names(written.get("required"))
    others = _names(other.get("properties"))
    is_closed = other.get("additionalProperties") is False and "patternProperties" not in other
    lacks = bool(declared | required) and bool(_names(other.get("required")) - declared - required)
    return lacks or (is_closed and bool(required - others))


def _is_told_apart(first: JsonObject, second: JsonObject) -> bool:
    """Two objects are told apart by a member that both require, with other values in each."""
    shared = _names(first.get("required")) & _names(second.get("required"))
    members, others = first.get("properties", {}), second.get("properties", {})
    return any(
        isinstance(members.get(name), dict)
        and isinstance(others.get(name), dict)
        and _fixed(members[name]) is not None
        and _fixed(others[name]) is not None
        and _exclude(members[name], others[name])
        for name in shared
    )


def _fixed(schema: JsonObject) -> list[JsonValue] | None:
    if "const" in schema:
        return [schema["const"]]
    return schema["enum"] if isinstance(schema.get("enum"), list) else None


def _kinds(schema: JsonObject) -> set[str]:
    """Give the types of a schema, integers as numbers; empty where any may be."""
    values = _fixed(schema)
    if values is not None:
        return {_kind(value) for value in values}
    return {"number" if kind == "integer" else str(kind) for kind in _listed(schema.get("type", []))}


def _kind(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "number", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")
