"""Knows the documents that any schema may refer to though none is fetched: the metaschemas of the drafts. Refuses to
know who refers to them."""

import re
from typing import Any

from flowgen.application.schemas.drafts import is_before
from flowgen.application.schemas.metaschemas import OLD, documents

_ADDRESS = re.compile(
    r"(?P<home>https?://json-schema\.org/draft(?:-0?(?P<old>[467])|/(?P<new>2019-09|2020-12))/)"
    r"(?:schema|(?P<part>meta/[a-z-]+))"
)
_ABOVE_0 = {"type": "number", "exclusiveMinimum": 0}


def known_documents(address: str, draft: str, *, is_extended: bool) -> dict[str, dict[str, Any]]:
    """Give the document of an address and those that it leads to, by their addresses, with their identifiers in a
    draft's words; none where the address is unknown, or what is there cannot be said in that draft.

    With `is_extended` what the metaschema says of inner schemas may be said anew by whom it is referred from.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return {}
    own = found["old"] or found["new"]
    is_moving = own not in OLD and (is_extended or found["part"] is not None)
    if not _is_sayable(own, draft, is_moving=is_moving):
        return {}
    home = found["home"]
    whole = documents(own, None if is_moving else f"{home}schema")
    if own == "4" != draft:
        whole[""]["properties"]["multipleOf"] = _ABOVE_0
    identifier = "id" if draft == "4" else "$id"
    named = {home + (name or "schema"): document for name, document in whole.items()}
    return {name: {identifier: name, **document} for name, document in named.items()} if address in named else {}


def _is_sayable(own: str, draft: str, *, is_moving: bool) -> bool:
    if own in OLD:
        return own == draft or draft != "4"
    return own == draft or not (is_moving or is_before(draft, "2019-09"))
