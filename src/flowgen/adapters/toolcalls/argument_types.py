"""Gives the texts of arguments their JSON values, by the tool's schema. Knows JSON Schema's words for types; refuses to
know any syntax of calls."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from flowgen.adapters.toolcalls.broken import BrokenCall
from flowgen.adapters.toolcalls.json_text import decoded, decoded_leniently
from flowgen.adapters.toolcalls.numerals import PADDED
from flowgen.domain.messages import Tool
from flowgen.domain.values import JsonObject, JsonValue

Kind = Literal["text", "json", "either"]
"""How an argument is written: as it is, as JSON, or as JSON where it is some and else as it is."""

_ALIASES = {
    "str": "string", "text": "string", "varchar": "string", "char": "string", "enum": "string",
    "int": "integer", "long": "integer", "short": "integer",
    "float": "number", "double": "number", "decimal": "number", "num": "number",
    "bool": "boolean", "binary": "boolean",
    "list": "array", "tuple": "array", "set": "array", "arr": "array",
    "dict": "object", "map": "object", "obj": "object", "struct": "object",
    "none": "null",
}  # fmt: skip
_KNOWN = frozenset(("string", "integer", "number", "boolean", "array", "object", "null"))
_SIZED = re.compile(r"(u?int|float|list|dict|array)\W?.*|unsigned.*")
_MAX_DEPTH = 8
PYTHON_WORDS: dict[str, JsonValue] = {"True": True, "False": False, "None": None}
_CASELESS_WORDS: dict[str, JsonValue] = {"true": True, "false": False, "null": None, "none": None}


class ToolTypes:
    """The types of all tools' arguments, each tool's looked up once."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = tools
        self.has_tools = bool(tools)
        self._found: dict[str, ArgumentTypes] = {}

    def of(self, name: str) -> "ArgumentTypes":
        """The types of the arguments of the tool with that name."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = ArgumentTypes(name, self._tools)
        return found


class ArgumentTypes:
    """The types of one tool's arguments; of an unknown tool, and of arguments that no schema names, nothing is
    known."""

    def __init__(self, name: str, tools: Sequence[Tool]) -> None:
        schemas = [tool.parameters for tool in tools if tool.name == name]
        self.is_known = bool(schemas)
        self.root: JsonObject = schemas[0] if schemas else {}
        self._kinds: dict[str, Kind] = {}

    def kind(self, key: str) -> Kind:
        """How a value of this argument is written."""
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = self._kind(key)
        return found

    def _kind(self, key: str) -> Kind:
        schema = self.schema(key)
        if schema is None:
            return "text"
        kinds = types_of(schema, self.root)
        if not kinds:
            return "either"
        if "string" not in kinds:
            return "json"
        return "text" if kinds == {"string"} else "either"

    def schema(self, key: str) -> JsonValue:
        """The argument's schema, None where there is none."""
        return _property(self.root, key, self.root, 0)

    def value(self, key: str, text: str) -> JsonValue:
        """The JSON value of an argument's text; what is none stays text."""
        schema = self.schema(key)
        return text if schema is None else self.of_schema(schema, text)

    def of_schema(self, schema: JsonValue, text: str) -> JsonValue:
        """The JSON value of a text by a schema."""
        kinds = self.types_of(schema)
        return text if kinds == {"string"} else _read(text, kinds)

    def types_of(self, schema: JsonValue) -> set[str]:
        """The types that a schema names; empty where it names none."""
        return types_of(schema, self.root)


def _read(text: str, kinds: frozenset[str] | set[str]) -> JsonValue:
    """The value that a text is in JSON; the text where it is none, or one of a type that is not asked for."""
    word = text.strip()
    try:
        value = decoded(word)
    except BrokenCall:
        return _mended(word, text, kinds)
    if (
        kinds
        and "string" in kinds
        and type_of(value) not in kinds
        and not ("number" in kinds and type_of(value) == "integer")
    ):
        return text
    return value


def _mended(word: str, text: str, kinds: frozenset[str] | set[str]) -> JsonValue:
    if word in PYTHON_WORDS and ("boolean" in kinds or "null" in kinds):
        return PYTHON_WORDS[word]
    if word.lower() in _CASELESS_WORDS and "string" not in kinds and kinds:
        return _CASELESS_WORDS[word.lower()]
    if kinds & {"integer", "number"} and "string" not in kinds and PADDED.fullmatch(word):
        return int(word)
    if "array" in kinds and "string" not in kinds and word[:1] == "(" and word[-1:] == ")":
        word = f"[{word[1:-1]}]"
    if kinds & {"array", "object"} and '\\"' in word:
        try:
            return decoded(word.replace('\\"', '"'))
        except BrokenCall:
            pass
    if kinds & {"array", "object"} and "string" not in kinds and word[:1] in ("[", "{"):
        try:
            return decoded_leniently(word)
        except BrokenCall:
            return text
    return text


def type_of(value: JsonValue) -> str:
    """The name of a JSON value's type."""
    names = {bool: "boolean", str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")


def types_of(schema: JsonValue, root: Mapping[str, JsonValue]) -> set[str]:
    """The types that a schema names, itself or in its branches; empty where it names none."""
    return set(_types(schema, root, 0))


def _types(schema: JsonValue, root: Mapping[str, JsonValue], depth: int) -> Iterator[str]:
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return
    named = schema.get("type")
    for word in named if isinstance(named, list) else [named]:
        if isinstance(word, str):
            yield from _type(word.lower())
    if named is None:
        yield from _unnamed_types(schema, root, depth)


def _unnamed_types(schema: JsonObject, root: Mapping[str, JsonValue], depth: int) -> Iterator[str]:
    """The types of a schema without the keyword `type`."""
    for value in (*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())):
        yield type_of(value)
    for keyword in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(keyword) or ():
            yield from _types(branch, root, depth + 1)
    if isinstance(schema.get("$ref"), str):
        yield from _types(_referred(schema["$ref"], root), root, depth + 1)
    if "properties" in schema:
        yield "object"
    if "items" in schema:
        yield "array"


def _type(word: str) -> Iterator[str]:
    if word in _KNOWN:
        yield word
    elif word in _ALIASES:
        yield _ALIASES[word]
    elif match := _SIZED.fullmatch(word):
        start = (match[1] or "int").removeprefix("u")
        yield {"int": "integer", "float": "number", "list": "array", "array": "array", "dict": "object"}[start]


def _referred(reference: str, root: JsonValue) -> JsonValue:
    found = root
    for step in reference.removeprefix("#").split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        found = found.get(key) if isinstance(found, dict) else None
    return found


def branch_with(schema: JsonValue, kind: str, root: JsonValue) -> JsonValue:
    """The branch of a union, or the schema itself, that allows a type; None where there is none."""
    for _ in range(_MAX_DEPTH):
        if not isinstance(schema, dict) or kind not in types_of(schema, root):
            return None
        if isinstance(schema.get("$ref"), str):
            schema = _referred(schema["$ref"], root)
            continue
        branches = [branch for word in ("anyOf", "oneOf", "allOf") for branch in schema.get(word) or ()]
        fitting = [branch for branch in branches if kind in types_of(branch, root)]
        if not fitting or "properties" in schema or "items" in schema:
            return schema
        schema = fitting[0]
    return None


def member_schema(schema: JsonValue, key: str, root: JsonValue) -> JsonValue:
    """The schema of an object's property, None where there is none."""
    if not isinstance(schema, dict):
        return None
    properties = schema.get("properties")
    if isinstance(properties, dict) and key in properties:
        return properties[key]
    others = schema.get("additionalProperties")
    return others if isinstance(others, dict) else None


def item_schema(schema: JsonValue, root: JsonValue) -> JsonValue:
    """The schema of a list's items, None where there is none."""
    return schema.get("items") if isinstance(schema, dict) else None


def _property(schema: JsonValue, key: str, root: JsonValue, depth: int) -> JsonValue:
    """A property's schema, of the schema itself or of one of its branches."""
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return None
    properties = schema.get("properties")
    if isinstance(properties, dict) and key in properties:
        return properties[key]
    branches = [branch for word in ("anyOf", "oneOf", "allOf") for branch in schema.get(word) or ()]
    if isinstance(schema.get("$ref"), str):
        branches.append(_referred(schema["$ref"], root))
    found = (_property(branch, key, root, depth + 1) for branch in branches)
    return next((inner for inner in found if inner is not None), None)
