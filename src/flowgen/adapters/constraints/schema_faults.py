"""Finds the place in a schema that cannot be compiled. Knows how to ask a compiler about parts of a schema; refuses to
know why it says no."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, unquote

from flowgen.adapters.constraints.schema_reading import child_paths, join, resolve
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.values import JsonValue

Trial = Callable[[JsonValue], str]
"""Compiles a schema: the compiler's complaint, or an empty text."""

_NAMED = re.compile(r'Unimplemented keys: \["([^"]+)".*')
_SECONDS = 2.0


def schema_refusal(field: str, schema: JsonValue, complaint: str, trial: Trial) -> ConstraintRefused:
    """Give the refusal of a schema that `trial` complains about, with the innermost place and its keyword."""
    deadline = time.monotonic() + _SECONDS
    for pointer, node in _suspects(schema, complaint):
        if time.monotonic() > deadline:
            break
        inner = trial(_in_context(schema, pointer)) if pointer else ""
        if inner and (_is_unsatisfiable(complaint) or not _is_unsatisfiable(inner)):
            return _refusal(field, schema, pointer, node, inner, trial)
    return _refusal(field, schema, "", schema, complaint, trial)


def _suspects(schema: JsonValue, complaint: str) -> list[tuple[str, dict[str, Any]]]:
    """Give the schemas to try in turn: those that the complaint may speak of first, and those that only refer to others
    last, for the fault is rarely theirs."""
    nodes = [(pointer, node) for pointer, node in _innermost_first(schema, "", set()) if isinstance(node, dict)]
    return sorted(nodes, key=lambda place: (not _is_meant(place[1], complaint), _leads_somewhere(schema, place[1])))


def _is_meant(node: dict[str, Any], complaint: str) -> bool:
    named = _NAMED.search(complaint)
    if named:
        return named[1] in node
    if complaint.startswith("Unknown format: "):
        return str(node.get("format")) == complaint.removeprefix("Unknown format: ").split("\n")[0].strip()
    return complaint.startswith("oneOf") and "oneOf" in node


def _leads_somewhere(root: JsonValue, node: dict[str, Any]) -> bool:
    try:
        return any(isinstance(resolve(root, target), dict | bool) for target in _reference(node))
    except (LookupError, ValueError):
        return False


def _is_unsatisfiable(complaint: str) -> bool:
    return complaint.startswith(("Unsatisfiable", "nothing matches"))


def _refusal(
    field: str, root: JsonValue, pointer: str, node: JsonValue, complaint: str, trial: Trial
) -> ConstraintRefused:
    keyword = _keyword(root, pointer, node, complaint, trial) if isinstance(node, dict) else None
    place = pointer if keyword is None else join(pointer, (keyword,))
    return ConstraintRefused(field, sentence(complaint), keyword=keyword, pointer=place)


def sentence(complaint: str) -> str:
    """Give a compiler's complaint in one line."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    told = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    if told:
        return f"a pattern that cannot be read: {told[-1]}"
    first = lines[0].split(". Enable '")[0].rstrip(".") if lines else "it cannot be compiled"
    return "nothing matches it" if first.startswith("NoExtension") else _NAMED.sub("it is not implemented", first)


def _innermost_first(root: JsonValue, pointer: str, seen: set[str]) -> Iterator[tuple[str, JsonValue]]:
    """Walk the schemas that the root reaches, through references too, children before parents."""
    if pointer in seen or len(seen) > 2000:
        return
    seen.add(pointer)
    try:
        node = resolve(root, pointer)
    except (LookupError, ValueError):
        return
    if isinstance(node, dict):
        for target in [*_reference(node), *(join(pointer, path) for path in child_paths(node))]:
            yield from _innermost_first(root, target, seen)
    yield pointer, node


def _reference(node: dict[str, Any]) -> Iterator[str]:
    target = node.get("$ref")
    if isinstance(target, str) and target.startswith("#/"):
        yield unquote(target[1:])
    elif target == "#":
        yield ""


def _in_context(root: JsonValue, pointer: str, without: str | None = None) -> JsonValue:
    """Give a schema that is the inner one of `root`, with its references still pointing into `root`."""
    moved = _moved(root)
    if without is not None:
        moved = _dropped(
            moved, [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]], without
        )
    draft = {"$schema": root["$schema"]} if isinstance(root, dict) and "$schema" in root else {}
    return {**draft, "$ref": f"#/$defs/root{quote(pointer)}", "$defs": {"root": moved}}


def _moved(node: Any) -> Any:
    if isinstance(node, list):
        return [_moved(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: _moved_reference(key, value) for key, value in node.items()}


def _moved_reference(key: str, value: Any) -> Any:
    if key == "$ref" and isinstance(value, str) and value.startswith("#"):
        return "#/$defs/root" + value[1:]
    return _moved(value)


def _dropped(node: Any, steps: list[str], keyword: str) -> Any:
    if not steps:
        return {key: value for key, value in node.items() if key != keyword}
    if isinstance(node, list):
        index = int(steps[0])
        return [*node[:index], _dropped(node[index], steps[1:], keyword), *node[index + 1 :]]
    return {**node, steps[0]: _dropped(node[steps[0]], steps[1:], keyword)}


def _keyword(root: JsonValue, pointer: str, node: dict[str, Any], complaint: str, trial: Trial) -> str | None:
    named = _NAMED.search(complaint)
    if named and named[1] in node:
        return named[1]
    places = ((re.search(rf"(?<!\w){re.escape(key)}(?!\w)", complaint), key) for key in node)
    mentioned = [key for _, key in sorted((place.start(), key) for place, key in places if place)]
    for key in [*mentioned, *node]:
        if not trial(_in_context(root, pointer, without=key)):
            return key
    if mentioned:
        return mentioned[0]
    return next((key for key in node if key != "type" and trial(_alone(root, node, key))), None)


def _alone(root: JsonValue, node: dict[str, Any], key: str) -> JsonValue:
    pair = {name: node[name] for name in ("type", key) if name in node}
    return {**pair, "$defs": root["$defs"]} if isinstance(root, dict) and "$defs" in root else pair
