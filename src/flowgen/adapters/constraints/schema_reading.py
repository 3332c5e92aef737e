"""Reads JSON Schemas before they are compiled. Knows which keywords llguidance passes over and would not enforce;
refuses to know what it compiles the others to."""

from collections.abc import Iterator
from typing import Any

from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.values import JsonValue

_IN_MAP = ("properties", "patternProperties", "dependentSchemas")
_IN_LIST = ("anyOf", "oneOf", "allOf", "prefixItems", "items")
_ALONE = (
    "items", "additionalProperties", "additionalItems", "contains", "not", "if", "then", "else",
    "propertyNames", "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
_DEFINITIONS = ("$defs", "definitions")
_OLD_DRAFTS = ("draft-03", "draft-04", "draft-06", "draft-07", "2019-09")
MAX_DEPTH = 100


def read_schema(schema: JsonValue) -> dict[str, Any]:
    """Give the schema as it is to be compiled. Raises ConstraintRefused with keyword and pointer."""
    if schema is True:
        return {}
    if not isinstance(schema, dict):
        reason = "nothing matches it" if schema is False else "a JSON Schema is an object or a boolean"
        raise ConstraintRefused("response_format", reason)
    is_old = any(draft in str(schema.get("$schema", "")) for draft in _OLD_DRAFTS)
    return dict(_without_idle(schema, "", is_old=is_old, depth=0))


def _without_idle(node: Any, pointer: str, *, is_old: bool, depth: int) -> Any:
    """Copy a schema without the keywords that say nothing, and refuse those that would be passed over."""
    if depth > MAX_DEPTH:
        raise ConstraintRefused("response_format", f"it is nested more than {MAX_DEPTH} deep", pointer=pointer)
    if not isinstance(node, dict):
        return node
    _refuse_passed_over(node, pointer, is_old=is_old)
    copy = {key: value for key, value in node.items() if not _says_nothing(key, value)}
    for path in [*child_paths(copy), *_definition_paths(copy)]:
        child = _without_idle(_at(copy, path), join(pointer, path), is_old=is_old, depth=depth + 1)
        _put(copy, path, child)
    return copy


def _says_nothing(key: str, value: Any) -> bool:
    return (key == "uniqueItems" and value is False) or (
        key in ("dependentRequired", "dependentSchemas") and value == {}
    )


def _refuse_passed_over(node: dict[str, Any], pointer: str, *, is_old: bool) -> None:
    if not is_old and isinstance(node.get("items"), list) and "additionalItems" in node:
        reason = "it belongs to older drafts, which `$schema` does not name; prefixItems and items say the same"
        raise _refusal(reason, pointer, "additionalItems")
    least, required = node.get("minProperties"), node.get("required", [])
    if isinstance(least, int) and least > 1 and isinstance(required, list) and least > len(set(map(str, required))):
        reason = "names of additional properties cannot be kept apart, so they cannot be counted"
        raise _refusal(reason, pointer, "minProperties")


def _refusal(reason: str, pointer: str, keyword: str) -> ConstraintRefused:
    return ConstraintRefused("response_format", reason, keyword=keyword, pointer=join(pointer, (keyword,)))


def child_paths(node: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Give the paths to the schemas directly inside of one, definitions left out."""
    for key, value in node.items():
        if key in _IN_MAP and isinstance(value, dict):
            yield from ((key, name) for name in value)
        elif key in _IN_LIST and isinstance(value, list):
            yield from ((key, str(index)) for index in range(len(value)))
        elif key in _ALONE:
            yield (key,)


def _definition_paths(node: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for key in _DEFINITIONS:
        if isinstance(node.get(key), dict):
            yield from ((key, name) for name in node[key])


def _at(node: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node


def _put(copy: dict[str, Any], path: tuple[str, ...], child: Any) -> None:
    if len(path) == 1:
        copy[path[0]] = child
    elif isinstance(copy[path[0]], list):
        index = int(path[1])
        copy[path[0]] = [*copy[path[0]][:index], child, *copy[path[0]][index + 1 :]]
    else:
        copy[path[0]] = {**copy[path[0]], path[1]: child}


def join(pointer: str, path: tuple[str, ...]) -> str:
    """Go on with a JSON pointer."""
    return pointer + "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def resolve(root: JsonValue, pointer: str) -> JsonValue:
    """Give what a JSON pointer points to. Raises LookupError or ValueError where there is nothing."""
    node = root
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict | list):
            raise LookupError(pointer)
        node = node[int(name)] if isinstance(node, list) else node[name]
    return node
