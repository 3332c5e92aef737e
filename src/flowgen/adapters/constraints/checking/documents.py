"""Makes a schema's document one that the validator takes: where it stands, how its references and pointers are written.
Refuses to know validators and what schemas mean."""

import re
from typing import Any
from urllib.parse import quote, urljoin

from flowgen.adapters.constraints.schema_texts import rewritten
from flowgen.domain.values import JsonValue

_HOME = "https://flowgen.invalid/schema"
"""Where a schema stands that does not say so itself."""
_LONE_PERCENT = re.compile("%(?![0-9a-fA-F]{2})")
_URI_LETTERS = "#/%:?&=~+,;@!$'()*"


def home_of(source: JsonValue, draft: str) -> str:
    """Give the URI that a document stands at."""
    own = source.get(_identifier(draft)) if isinstance(source, dict) else None
    if not isinstance(own, str) or _has_opaque_scheme(own):
        return _HOME
    return urljoin(_HOME, own.partition("#")[0])


def _has_opaque_scheme(address: str) -> bool:
    """Say so of `urn:a:b`, which nothing is relative to."""
    return "://" not in address and ":" in address.partition("/")[0]


def absolute(node: Any, home: str) -> Any:
    """A copy whose references lead into the source."""
    if isinstance(node, list):
        return [absolute(item, home) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: home + value
        if key == "$ref" and isinstance(value, str) and value.startswith("#")
        else absolute(value, home)
        for key, value in node.items()
    }


def resolved(source: JsonValue, pointer: str) -> Any:
    """Give what a JSON pointer leads to; None where that is nothing."""
    node: Any = source
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        try:
            node = node[int(name)] if isinstance(node, list) else node[name]
        except (LookupError, TypeError, ValueError):
            return None
    return node


def with_readable_references(source: JsonValue, draft: str) -> Any:
    """A copy whose references are URIs to the letter: people write spaces and the like into them. It says in full
    where it stands if it says so at all."""
    copy = rewritten(source, "$ref", lambda reference: quote(_LONE_PERCENT.sub("%25", reference), safe=_URI_LETTERS))
    name, home = _identifier(draft), home_of(source, draft)
    own = copy.get(name) if isinstance(copy, dict) else None
    if isinstance(own, str) and home != _HOME and not own.startswith(home):
        copy[name] = home
    return copy


def _identifier(draft: str) -> str:
    return "id" if draft == "4" else "$id"


def quoted(pointer: str) -> str:
    """Write a JSON pointer as the fragment of a URI."""
    return quote(pointer, safe="/~")
