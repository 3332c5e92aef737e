"""The texts that a value may be written as: keys in the schema's order, compact JSON."""

import json
from collections.abc import Iterator
from typing import Any


def texts(schema: Any, value: Any) -> Iterator[bytes]:
    """Give each text once: letters as they are, whole numbers without a fraction, letters as escapes."""
    ordered = _ordered(schema, schema, value, 0)
    seen: set[bytes] = set()
    for candidate, is_ascii in ((ordered, False), (_whole(ordered), False), (ordered, True)):
        text = json.dumps(candidate, separators=(",", ":"), ensure_ascii=is_ascii).encode("utf-8", "replace")
        if text not in seen:
            seen.add(text)
            yield text


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _ordered(root: Any, schema: Any, value: Any, depth: int) -> Any:
    schemas = _parts(root, schema, 0)
    if isinstance(value, list):
        return [_ordered(root, _item(schemas, index), inner, depth) for index, inner in enumerate(value)]
    if not isinstance(value, dict) or depth > 50:
        return value
    names = {name: inner for part in schemas for name, inner in part.get("properties", {}).items()}
    order = [name for name in names if name in value] + [name for name in value if name not in names]
    return {name: _ordered(root, names.get(name, {}), value[name], depth + 1) for name in order}


def _item(schemas: list[Any], index: int) -> Any:
    for part in schemas:
        items = part.get("items")
        if isinstance(items, dict):
            return items
    return {}


def _parts(root: Any, schema: Any, depth: int) -> list[Any]:
    """The schema, what it refers to, and its branches."""
    if not isinstance(schema, dict) or depth > 20:
        return []
    found = [schema]
    target = schema.get("$ref")
    if isinstance(target, str) and target.startswith("#"):
        node = root
        for step in target[1:].split("/")[1:]:
            node = node.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(node, dict) else {}
        found += _parts(root, node, depth + 1)
    for key in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(key, []) if isinstance(schema.get(key), list) else []:
            found += _parts(root, part, depth + 1)
    return found
