"""What the drafts' own schemas ask, by the addresses under which they are published: schemas refer to them, and no
network is needed to know them. Leaves their descriptions and defaults out; refuses to know who refers to them."""

from typing import Any

from flowgen.domain.values import JsonValue

OLD = ("4", "6", "7")
"""The drafts whose metaschema is one document."""
SELF = "<self>"
"""Stands, in what is private here, for the reference of a schema to whatever schemas are."""

_Schema = dict[str, Any]
_TEXT: _Schema = {"type": "string"}
_NUMBER: _Schema = {"type": "number"}
_FLAG: _Schema = {"type": "boolean"}
_URI: _Schema = {"type": "string", "format": "uri"}
_URI_REFERENCE: _Schema = {"type": "string", "format": "uri-reference"}
_REGEX: _Schema = {"type": "string", "format": "regex"}
_COUNT: _Schema = {"type": "integer", "minimum": 0}
_TYPES: _Schema = {"enum": ["array", "boolean", "integer", "null", "number", "object", "string"]}
_TEXTS: _Schema = {"type": "array", "items": _TEXT, "uniqueItems": True}
_SCHEMAS: _Schema = {"type": "array", "minItems": 1, "items": SELF}
_BY_NAME: _Schema = {"type": "object", "additionalProperties": SELF}
_NUMBERS = ("maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum")
_IN_PLACE = ("if", "then", "else")
_LISTS = ("allOf", "anyOf", "oneOf")


def documents(draft: str, whole: str | None = None) -> dict[str, _Schema]:
    """Give a draft's documents by their address, relative to that of the metaschema, which is empty. They bear no
    identifiers, and refer to one another by those addresses; schemas inside of a schema are what `whole` leads to,
    without it whatever the schema is that asks (as published: $dynamicRef, $recursiveRef)."""
    if draft in OLD:
        return {"": _filled(_old(draft), {"$ref": "#"})}
    is_latest = draft == "2020-12"
    parts = {f"meta/{name}": part for name, part in _vocabularies(is_latest=is_latest).items()}
    listed = [{"$ref": name} for name in parts if name != "meta/format-assertion"]
    parts[""] = {"allOf": listed, "properties": _gone(is_latest=is_latest)}
    anchor: _Schema = {"$dynamicAnchor": "meta"} if is_latest else {"$recursiveAnchor": True}
    reference: _Schema = {"$dynamicRef": "#meta"} if is_latest else {"$recursiveRef": "#"}
    if whole is not None:
        anchor, reference = {}, {"$ref": whole}
    return {name: _filled({**anchor, "type": ["object", "boolean"], **part}, reference) for name, part in parts.items()}


def _filled(schema: Any, reference: _Schema) -> Any:
    """A copy in which schemas refer to what they are."""
    if schema == SELF:
        return dict(reference)
    if isinstance(schema, dict):
        return {name: _filled(inner, reference) for name, inner in schema.items()}
    return [_filled(inner, reference) for inner in schema] if isinstance(schema, list) else schema


def _named(names: tuple[str, ...], schema: JsonValue) -> _Schema:
    return dict.fromkeys(names, schema)


def _counts(count: str, names: tuple[str, ...]) -> _Schema:
    most, least = {"$ref": f"#/{count}"}, {"$ref": f"#/{count}Default0"}
    return {f"{bound}{name}": most if bound == "max" else least for name in names for bound in ("max", "min")}


def _kinds(types: str) -> _Schema:
    listed = {"type": "array", "items": {"$ref": types}, "minItems": 1, "uniqueItems": True}
    return {"type": {"anyOf": [{"$ref": types}, listed]}}


def _old(draft: str) -> _Schema:
    count = "positiveInteger" if draft == "4" else "nonNegativeInteger"
    schemas, texts = {"$ref": "#/definitions/schemaArray"}, {"$ref": "#/definitions/stringArray"}
    properties: _Schema = {
        **_named(("title", "description", "format"), _TEXT),
        **_named(("multipleOf", *_NUMBERS), _NUMBER),
        **_named(("default",), {}),
        **_counts(f"definitions/{count}", ("Length", "Items", "Properties")),
        **_named(_LISTS, schemas),
        **_named(("definitions", "properties", "patternProperties"), _BY_NAME),
        **_named(("not",), SELF),
        **_kinds("#/definitions/simpleTypes"),
        "pattern": _REGEX,
        "items": {"anyOf": [SELF, schemas]},
        "uniqueItems": _FLAG,
        "required": texts,
        "dependencies": {"type": "object", "additionalProperties": {"anyOf": [SELF, texts]}},
        **(_only_4() if draft == "4" else _since_6()),
        **(_since_7() if draft == "7" else {}),
    }
    definitions = {
        "schemaArray": _SCHEMAS,
        count: _COUNT,
        f"{count}Default0": {"allOf": [{"$ref": f"#/definitions/{count}"}, {}]},
        "simpleTypes": _TYPES,
        "stringArray": {**_TEXTS, "minItems": 1} if draft == "4" else _TEXTS,
    }
    whole: _Schema = {"type": ["object", "boolean"], "definitions": definitions, "properties": properties}
    beside = {"exclusiveMaximum": ["maximum"], "exclusiveMinimum": ["minimum"]}
    return whole | {"type": "object", "dependencies": beside} if draft == "4" else whole


def _only_4() -> _Schema:
    return {
        **_named(("id", "$schema"), _TEXT),
        **_named(("exclusiveMaximum", "exclusiveMinimum"), _FLAG),
        **_named(("additionalItems", "additionalProperties"), {"anyOf": [_FLAG, SELF]}),
        "multipleOf": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        "enum": {"type": "array", "minItems": 1, "uniqueItems": True},
    }


def _since_6() -> _Schema:
    return {
        **_named(("$id", "$ref"), _URI_REFERENCE),
        **_named(("additionalItems", "contains", "additionalProperties", "propertyNames"), SELF),
        "$schema": _URI,
        "examples": {"type": "array", "items": {}},
        "multipleOf": {"type": "number", "exclusiveMinimum": 0},
        "patternProperties": {**_BY_NAME, "propertyNames": {"format": "regex"}},
        "const": {},
        "enum": {"type": "array"},
    }


def _since_7() -> _Schema:
    return {
        **_named(("$comment", "contentMediaType", "contentEncoding"), _TEXT),
        **_named(("readOnly",), _FLAG),
        **_named(_IN_PLACE, SELF),
        **_named(("default", "const"), True),
        **_named(("examples", "enum"), {"type": "array", "items": True}),
    }


def _vocabularies(*, is_latest: bool) -> dict[str, _Schema]:
    found = {"core": _core(is_latest=is_latest), "applicator": _applicator(is_latest=is_latest)}
    around = _named(("unevaluatedItems", "unevaluatedProperties"), SELF)
    if is_latest:
        found["unevaluated"] = {"properties": around}
    else:
        found["applicator"]["properties"] |= around
    texts, flags = ("title", "description"), ("deprecated", "readOnly", "writeOnly")
    listed = {"default": True, "examples": {"type": "array", "items": True}}
    content = _named(("contentMediaType", "contentEncoding"), _TEXT) | {"contentSchema": SELF}
    found["validation"] = _validation()
    found["meta-data"] = {"properties": {**_named(texts, _TEXT), **_named(flags, _FLAG), **listed}}
    for name in ("format-annotation", "format-assertion") if is_latest else ("format",):
        found[name] = {"properties": {"format": _TEXT}}
    return found | {"content": {"properties": content}}


def _core(*, is_latest: bool) -> _Schema:
    common: _Schema = {"$comment": _TEXT, "$defs": _BY_NAME}
    flags: _Schema = {"type": "object", "additionalProperties": _FLAG}
    if not is_latest:
        name = {"type": "string", "pattern": "^[A-Za-z][-A-Za-z0-9.:_]*$"}
        own: _Schema = {
            **_named(("$ref", "$recursiveRef"), _URI_REFERENCE),
            "$id": {**_URI_REFERENCE, "pattern": "^[^#]*#?$"},
            "$schema": _URI,
            "$anchor": name,
            "$recursiveAnchor": _FLAG,
            "$vocabulary": {**flags, "propertyNames": _URI},
        }
        return {"properties": own | common}
    named, uri = {"$ref": "#/$defs/anchorString"}, {"$ref": "#/$defs/uriString"}
    reference = {"$ref": "#/$defs/uriReferenceString"}
    own = {
        **_named(("$ref", "$dynamicRef"), reference),
        **_named(("$anchor", "$dynamicAnchor"), named),
        "$id": {**reference, "pattern": "^[^#]*#?$"},
        "$schema": uri,
        "$vocabulary": {**flags, "propertyNames": uri},
    }
    definitions = {
        "anchorString": {"type": "string", "pattern": "^[A-Za-z_][-A-Za-z0-9._]*$"},
        "uriString": _URI,
        "uriReferenceString": _URI_REFERENCE,
    }
    return {"properties": own | common, "$defs": definitions}


def _applicator(*, is_latest: bool) -> _Schema:
    schemas = {"$ref": "#/$defs/schemaArray"}
    alone = ("contains", "additionalProperties", "propertyNames", *_IN_PLACE, "not")
    own = {"prefixItems": schemas, "items": SELF} if is_latest else {"items": {"anyOf": [SELF, schemas]}}
    properties = {
        **own,
        **({} if is_latest else {"additionalItems": SELF}),
        **_named(alone, SELF),
        **_named(("properties", "dependentSchemas"), _BY_NAME),
        **_named(_LISTS, schemas),
        "patternProperties": {**_BY_NAME, "propertyNames": {"format": "regex"}},
    }
    return {"properties": properties, "$defs": {"schemaArray": _SCHEMAS}}


def _validation() -> _Schema:
    texts, count = {"$ref": "#/$defs/stringArray"}, {"$ref": "#/$defs/nonNegativeInteger"}
    properties = {
        **_named(_NUMBERS, _NUMBER),
        **_counts("$defs/nonNegativeInteger", ("Length", "Items", "Properties")),
        **_named(("maxContains", "minContains"), count),
        **_kinds("#/$defs/simpleTypes"),
        "multipleOf": {"type": "number", "exclusiveMinimum": 0},
        "pattern": _REGEX,
        "uniqueItems": _FLAG,
        "required": texts,
        "dependentRequired": {"type": "object", "additionalProperties": texts},
        "const": True,
        "enum": {"type": "array", "items": True},
    }
    definitions = {
        "nonNegativeInteger": _COUNT,
        "nonNegativeIntegerDefault0": count,
        "simpleTypes": _TYPES,
        "stringArray": _TEXTS,
    }
    return {"properties": properties, "$defs": definitions}


def _gone(*, is_latest: bool) -> _Schema:
    """What later drafts have in place of keywords that the metaschema still describes."""
    texts = {"$ref": "meta/validation#/$defs/stringArray"}
    found = {
        "definitions": _BY_NAME,
        "dependencies": {"type": "object", "additionalProperties": {"anyOf": [SELF, texts]}},
    }
    return (
        found
        if not is_latest
        else found
        | {
            "$recursiveAnchor": {"$ref": "meta/core#/$defs/anchorString"},
            "$recursiveRef": {"$ref": "meta/core#/$defs/uriReferenceString"},
        }
    )
