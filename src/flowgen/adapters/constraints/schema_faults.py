"""Finds what is no JSON Schema at all, by the metaschema of its draft, and what of one weighs most. Knows
jsonschema-rs; refuses to know what a schema that is one means."""

import json

import jsonschema_rs

from flowgen.application.schemas.drafts import FIELD, draft_of
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


def check_schema(schema: JsonValue, draft: str | None) -> None:
    """Raise ConstraintRefused, with keyword and pointer, for the first thing that a schema of its draft may not say."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        raise ConstraintRefused(FIELD, "a JSON Schema is an object or a boolean")
    try:
        jsonschema_rs.meta.validate({**schema, "$schema": _URIS[draft_of(schema, draft)]})
    except jsonschema_rs.ValidationError as fault:
        path = [str(step) if isinstance(step, int) else step for step in fault.instance_path]
        keyword = next((step for step in reversed(path) if not step.isdecimal()), None)
        raise ConstraintRefused(FIELD, _sentence(fault), keyword=keyword, pointer=joined("", *path)) from None


def heaviest(schema: JsonValue) -> tuple[str | None, str]:
    """Give keyword and pointer of what a schema mostly consists of: what to blame where all of it is too much."""
    if not isinstance(schema, dict) or not schema:
        return None, ""
    keyword = max(schema, key=lambda name: len(json.dumps(schema[name])))
    return keyword, joined("", keyword)


def _sentence(fault: jsonschema_rs.ValidationError) -> str:
    told = " ".join(fault.message.split())
    return f"it is no JSON Schema: {told if len(told) <= _LONGEST else told[:_LONGEST] + '...'}"
