"""Finds what is no JSON Schema at all, by the metaschema of its draft. Knows jsonschema-rs; refuses to know what a
schema that is one means."""

import jsonschema_rs

from flowgen.adapters.constraints.plain_patterns import with_plain_names
from flowgen.adapters.constraints.schema_texts import moved
from flowgen.application.schemas.drafts import FIELD, draft_of, keywords_of
from flowgen.application.schemas.source import joined
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.values import JsonValue

_URIS = {
    "4": "http://json-schema.org/draft-04/schema#",
    "6": "http://json-schema.org/draft-06/schema#",
    "7": "http://json-schema.org/draft-07/schema#",
    "2019-09": "https://json-schema.org/draft/2019-09/schema",
    "2020-12": "https://json-schema.org/draft/2020-12/schema",
}
_LONGEST = 200
_DEEPEST = 200


def check_schema(schema: JsonValue, draft: str | None) -> None:
    """Raise ConstraintRefused, with keyword and pointer, for the first thing that a schema of its draft may not say."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        raise ConstraintRefused(FIELD, "a JSON Schema is an object or a boolean")
    dialect = {"$schema": _URIS[draft_of(schema, draft)]}
    if jsonschema_rs.meta.is_valid({**schema, **dialect}):
        return
    readable = with_plain_names(schema)
    try:
        jsonschema_rs.meta.validate({**readable, **dialect})
    except jsonschema_rs.ValidationError as whole:
        fault = _innermost(whole)
        path = [str(step) if isinstance(step, int) else step for step in fault.instance_path] + _lonely(fault)
        known = keywords_of(draft_of(schema, draft))
        keyword = next((step for step in reversed(path) if step in known), path[0] if path else None)
        pointer = moved(joined("", *path), readable, schema)
        raise ConstraintRefused(FIELD, _sentence(fault), keyword=keyword, pointer=pointer) from None


def _lonely(fault: jsonschema_rs.ValidationError) -> list[str]:
    """Give the keyword of draft 4 that says nothing without another one: `exclusiveMinimum` needs `minimum`."""
    if fault.kind.name != "required" or fault.schema_path[-1:] != ["dependencies"]:
        return []
    return [f"exclusive{str(getattr(fault.kind, 'property', '')).capitalize()}"]


def _innermost(fault: jsonschema_rs.ValidationError) -> jsonschema_rs.ValidationError:
    """Give what lies deepest of what is wrong in all ways in which something might have been right."""
    for _ in range(_DEEPEST):
        branches = getattr(fault.kind, "context", None) or ()
        inner = [
            error for branch in branches for error in branch if len(error.instance_path) > len(fault.instance_path)
        ]
        if not inner:
            break
        fault = max(inner, key=lambda error: len(error.instance_path))
    return fault


def _sentence(fault: jsonschema_rs.ValidationError) -> str:
    told = " ".join(fault.message.split())
    return f"it is no JSON Schema: {told if len(told) <= _LONGEST else told[:_LONGEST] + '...'}"
