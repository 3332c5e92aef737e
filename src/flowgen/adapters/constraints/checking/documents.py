"""Makes a schema's document one that the validator takes: where it stands, how its references and pointers are written.
Refuses to know validators and what schemas mean."""

from typing import Any
from urllib.parse import quote

from flowgen.adapters.constraints.schema_texts import rewritten
from flowgen.domain.values import JsonValue

_HOME = "https://flowgen.invalid/schema"
"""Where a schema stands that does not say so itself."""
_URI_LETTERS = "#/%:?&=~+,;@!$'()*"


def home_of(source: JsonValue, draft: str) -> str:
    """Give the URI that a document stands at."""
    own = source.get("id" if draft == "4" else "$id") if isinstance(source, dict) else None
    return own.partition("#")[0] if isinstance(own, str) and "://" in own else _HOME


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


def with_readable_references(source: JsonValue) -> Any:
    """A copy whose references are URIs to the letter: people write spaces and the like into them."""
    return rewritten(source, "$ref", lambda reference: quote(reference, safe=_URI_LETTERS))


def quoted(pointer: str) -> str:
    """Write a JSON pointer as the fragment of a URI."""
    return quote(pointer, safe="/~")
