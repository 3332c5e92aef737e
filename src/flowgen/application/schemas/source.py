"""Finds one's way in a schema's document: places by pointer, identifiers, anchors, references. Refuses to know what
keywords mean, and any document but this one and those that are known everywhere."""

from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from flowgen.application.schemas.drafts import FIELD, LISTS, MAPS, SINGLES, is_before
from flowgen.application.schemas.known_documents import known_documents
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.values import JsonValue

MAX_DEPTH = 200
"""Steps of a pointer to a schema."""
_NAMING = frozenset(("id", "$id", "$anchor", "$dynamicAnchor", "$recursiveAnchor"))
"""Keywords that name a schema, in some draft."""


class Place:
    """A schema in the document, the same object for the same place. `base` is the URI that its references start from.

    `key` is unique; `is_derived`: it stands nowhere in the document but was made from what stands at `pointer`.
    """

    __slots__ = ("base", "is_derived", "key", "pointer", "schema")

    def __init__(self, schema: JsonValue, pointer: str, base: str, *, derived: str = "") -> None:
        self.schema = schema
        self.pointer = pointer
        self.base = base
        self.key = pointer + derived
        self.is_derived = bool(derived)

    def refusal(self, reason: str, keyword: str) -> ConstraintRefused:
        return ConstraintRefused(FIELD, reason, keyword=keyword, pointer=joined(self.pointer, keyword))

    def __repr__(self) -> str:
        return f"Place({self.key!r})"


def joined(pointer: str, *steps: str | int) -> str:
    """Go on with a JSON pointer."""
    for step in steps:
        word = str(step)
        if "~" in word or "/" in word:
            word = word.replace("~", "~0").replace("/", "~1")
        pointer += "/" + word
    return pointer


class Source:
    """A document in one draft. Reading it raises ConstraintRefused for what is no schema.

    `document` is the document, and under $defs (definitions in older drafts) those known everywhere that it refers to.
    """

    def __init__(self, root: JsonValue, draft: str) -> None:
        self.draft = draft
        self.document = root
        self._places: dict[str, Place] = {}
        self._bases: dict[str, str] = {"": ""}
        self._resources: dict[str, str] = {"": ""}
        self._anchors: dict[tuple[str, str], str] = {}
        self._dynamic: dict[str, list[str]] = {}
        self._is_recursive = False
        self._id = "id" if draft == "4" else "$id"
        self._read("", root, "")
        self.root = self.at("")

    def _read(self, pointer: str, schema: JsonValue, base: str) -> None:
        """Remember the identifiers and anchors of a schema and of those inside."""
        waiting = [(pointer, schema, base, "")]
        while waiting:
            pointer, schema, base, keyword = waiting.pop()
            if isinstance(schema, dict):
                if pointer.count("/") > MAX_DEPTH:
                    raise ConstraintRefused(
                        FIELD, f"it is nested more than {MAX_DEPTH} deep", keyword=keyword, pointer=pointer
                    )
                if not _NAMING.isdisjoint(schema):
                    base = self._identify(pointer, schema, base)
                waiting += [
                    (joined(pointer, *path), inner, base, str(path[0])) for path, inner in inner_schemas(schema)
                ]

    def _identify(self, pointer: str, schema: dict[str, Any], base: str) -> str:
        own = schema.get(self._id)
        if not isinstance(own, str) or ("$ref" in schema and is_before(self.draft, "2019-09")):
            pass  # no identifier, or one that the draft passes over
        elif own.startswith("#"):
            if is_before(self.draft, "2019-09"):
                self._anchors.setdefault((base, own[1:]), pointer)
        else:
            try:
                urlsplit(own)
                base, name = urldefrag(urljoin(base, own))
            except ValueError:
                raise ConstraintRefused(
                    FIELD, f"{own!r} is no address", keyword=self._id, pointer=joined(pointer, self._id)
                ) from None
            self._bases[pointer] = base
            self._resources.setdefault(base, pointer)
            if name:
                self._anchors.setdefault((base, name), pointer)
            self._check_dialect(pointer, schema)
        self._anchor(pointer, schema, base)
        return base

    def _check_dialect(self, pointer: str, schema: dict[str, Any]) -> None:
        if pointer and "$schema" in schema and schema["$schema"] != self.document.get("$schema"):
            reason = "a schema of another dialect inside of this one cannot be read"
            raise ConstraintRefused(FIELD, reason, keyword="$schema", pointer=joined(pointer, "$schema"))

    def _anchor(self, pointer: str, schema: dict[str, Any], base: str) -> None:
        if is_before(self.draft, "2019-09"):
            return
        self._is_recursive |= schema.get("$recursiveAnchor") is True
        for keyword in ("$anchor", "$dynamicAnchor"):
            name = schema.get(keyword)
            if isinstance(name, str):
                self._anchors.setdefault((base, name), pointer)
                if keyword == "$dynamicAnchor":
                    self._dynamic.setdefault(name, []).append(pointer)

    def at(self, pointer: str) -> Place:
        """Give the place that a pointer leads to. Raises LookupError where there is nothing."""
        if pointer in self._places:
            return self._places[pointer]
        schema, base, walked = self.document, self._bases[""], ""
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            schema = _stepped(schema, name)
            walked += "/" + step
            base = self._bases.get(walked, base)
        return self._places.setdefault(pointer, Place(schema, pointer, base))

    def child(self, place: Place, *steps: str | int) -> Place:
        """Give a schema inside of another by its path."""
        pointer = joined(place.key, *steps)
        if pointer in self._places:
            return self._places[pointer]
        schema = place.schema
        for step in steps:
            schema = schema[step]
        if isinstance(schema, Place):
            return schema
        origin = place.pointer if place.is_derived else pointer
        derived = pointer[len(origin) :] if place.is_derived else ""
        made = Place(schema, origin, self._bases.get(origin, place.base), derived=derived)
        return self._places.setdefault(pointer, made)

    def derived(self, place: Place, name: str, schema: dict[str, Any]) -> Place:
        """Give a schema that says in other words what one of the document says. Its inner schemas may be places."""
        key = f"{place.key}#{name}"
        if key not in self._places:
            self._places[key] = Place(schema, place.pointer, place.base, derived=key[len(place.pointer) :])
        return self._places[key]

    def target(self, place: Place, reference: JsonValue, keyword: str = "$ref") -> Place:
        """Give what a reference leads to. Raises ConstraintRefused where it leads out of the document, or nowhere."""
        if not isinstance(reference, str):
            raise place.refusal("a reference is a text", keyword)
        try:
            whole = place.base + reference if reference.startswith("#") else urljoin(place.base, reference)
            uri, fragment = urldefrag(whole)
        except ValueError:
            raise place.refusal(f"{reference!r} is no address", keyword) from None
        if uri not in self._resources:
            self._learn(uri)
        if uri not in self._resources:
            reason = f"{reference!r} is in another document, and none is fetched; put it under $defs"
            raise place.refusal(reason, keyword)
        pointer = self._resources[uri]
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            if (uri, fragment) not in self._anchors:
                raise place.refusal(f"no schema is named {reference!r}", keyword)
            return self._schema_at(self._anchors[uri, fragment], place, reference, keyword)
        return self._schema_at(pointer + fragment, place, reference, keyword)

    def _learn(self, uri: str) -> None:
        """Take in a document that is known everywhere, and those that it leads to."""
        whole = self.document
        is_extended = "meta" in self._dynamic or self._is_recursive or "/meta/" in str(whole)
        if not isinstance(whole, dict) or not (found := known_documents(uri, self.draft, is_extended=is_extended)):
            return
        container = "definitions" if is_before(self.draft, "2019-09") else "$defs"
        inner = dict(whole.get(container, {}))
        for address, document in found.items():
            name = next(name for name in (address + "#" * times for times in count()) if name not in inner)
            inner[name] = document
            self._read(joined("", container, name), document, "")
        self.document = {**whole, container: inner}

    def _schema_at(self, pointer: str, place: Place, reference: str, keyword: str) -> Place:
        try:
            found = self.at(pointer)
        except (LookupError, ValueError):
            raise place.refusal(f"{reference!r} leads nowhere", keyword) from None
        if not isinstance(found.schema, dict | bool):
            raise place.refusal(f"{reference!r} leads to no schema", keyword)
        return found

    def dynamic_target(self, place: Place, reference: JsonValue) -> Place | None:
        """Give what a $dynamicRef leads to; None where that depends on the way that led here."""
        target = self.target(place, reference, "$dynamicRef")
        name = str(reference).partition("#")[2]
        if not isinstance(target.schema, dict) or target.schema.get("$dynamicAnchor") != name:
            return target
        return target if len(self._dynamic.get(name, [])) == 1 else None

    def dynamic_places(self, name: str | None = None) -> list[Place]:
        """Give the schemas that bear a dynamic anchor, of a name or any."""
        named = [self._dynamic.get(name, [])] if name is not None else self._dynamic.values()
        return [self.at(pointer) for pointers in named for pointer in pointers]

    def recursive_target(self, place: Place) -> Place | None:
        """Give what a $recursiveRef leads to; None where that depends on the way that led here."""
        target = self.target(place, "#", "$recursiveRef")
        is_fixed = not isinstance(target.schema, dict) or target.schema.get("$recursiveAnchor") is not True
        return target if is_fixed or len(self._resources) <= 2 else None


def inner_schemas(schema: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], JsonValue]]:
    """Give the schemas directly inside of one, with their paths."""
    for key, value in schema.items():
        if key in MAPS and isinstance(value, dict):
            yield from (((key, name), inner) for name, inner in value.items())
        elif key in LISTS and isinstance(value, list):
            yield from (((key, index), inner) for index, inner in enumerate(value))
        elif key in SINGLES:
            yield (key,), value


def _stepped(schema: Any, name: str) -> JsonValue:
    if isinstance(schema, list):
        if not name.isdecimal():
            raise LookupError(name)
        return schema[int(name)]
    if not isinstance(schema, dict):
        raise LookupError(name)
    return schema[name]
