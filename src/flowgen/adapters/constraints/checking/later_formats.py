"""The formats that a draft's validator passes over because later drafts brought them: every format is enforced in every
draft, below `not` and `contains` too, where no grammar says it. Knows jsonschema-rs; refuses to know schemas."""

from collections.abc import Callable
from functools import cache

import jsonschema_rs

_SINCE_2019 = ("duration", "uuid")
_SINCE_7 = (*_SINCE_2019, "idn-hostname", "iri", "iri-reference", "relative-json-pointer")
_SINCE_6 = (*_SINCE_7, "json-pointer", "uri-reference", "uri-template")
_LACKS = {"4": _SINCE_6, "6": _SINCE_7, "7": _SINCE_2019}


@cache
def later_formats(draft: str) -> dict[str, Callable[[str], bool]]:
    """Give what judges texts by these formats, by their names."""
    return {name: _judge(name) for name in _LACKS.get(draft, ())}


def _judge(name: str) -> Callable[[str], bool]:
    return jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True).is_valid
