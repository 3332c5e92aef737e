"""Schemas that want to hang, crash or bloat whoever compiles them, by name. Made up here; some kilobytes to 100 KB."""

from collections.abc import Iterator
from typing import Any

Hostile = dict[str, Any]


def hostile_schemas() -> dict[str, Any]:
    """All of them, each small enough for a request."""
    return dict([*_huge(), *_deep(), *_patterns(), *_cycles(), *_numbers(), *_products(), *_names()])


def _huge() -> Iterator[tuple[str, Any]]:
    yield "an enum of 20,000 texts", {"enum": [f"value number {index}" for index in range(20_000)]}
    yield "an enum of 5,000 long texts", {"enum": ["x" * 20 + str(index) for index in range(5_000)]}
    yield "an enum of one text of 100 KB", {"enum": ["y" * 100_000]}
    yield "an enum of 5,000 numbers", {"enum": list(range(0, 50_000, 10))}
    yield "2,000 properties", {"properties": {f"name{index}": {"type": "integer"} for index in range(2_000)}}
    yield (
        "2,000 required properties",
        {
            "properties": {f"name{index}": {"type": "integer"} for index in range(2_000)},
            "required": [f"name{index}" for index in range(2_000)],
        },
    )
    yield "1,000 branches", {"anyOf": [{"type": "object", "properties": {f"p{i}": {}}} for i in range(1_000)]}
    yield "1,000 alternatives of one", {"oneOf": [{"const": index} for index in range(1_000)]}
    yield "300 overlapping alternatives of one", {"oneOf": [{"minLength": index} for index in range(300)]}
    yield "a title of 100 KB", {"title": "z" * 100_000, "type": "null"}
    yield (
        "1,000 definitions",
        {
            "$defs": {
                f"d{i}": {"type": "object", "properties": {"a": {"$ref": f"#/$defs/d{i + 1}"}}} for i in range(1_000)
            }
            | {"d1000": {"type": "null"}},
            "$ref": "#/$defs/d0",
        },
    )
    yield (
        "300 patterns of names",
        {"patternProperties": {f"^{'ab'[i % 2]}.*{i}$": {"type": "null"} for i in range(300)}},
    )


def _deep() -> Iterator[tuple[str, Any]]:
    for depth in (90, 300, 450):
        yield f"properties {depth} deep", _nested(depth, lambda inner: {"properties": {"a": inner}})
        yield f"allOf {depth} deep", _nested(depth, lambda inner: {"allOf": [inner]})
    yield "not 400 deep", _nested(400, lambda inner: {"not": inner})
    yield "items 300 deep", _nested(300, lambda inner: {"type": "array", "items": inner})
    yield "anyOf two wide 12 deep", _nested(12, lambda inner: {"anyOf": [inner, {"items": inner}]})
    yield (
        "if in if 60 deep",
        _nested(60, lambda inner: {"if": inner, "then": {"minLength": 1}, "else": {"maxLength": 9}}),
    )
    yield "const 300 deep", {"const": _nested(300, lambda inner: [inner])}


def _nested(depth: int, wrap: Any) -> Any:
    schema: Any = {"type": "string"}
    for _ in range(depth):
        schema = wrap(schema)
    return schema


def _patterns() -> Iterator[tuple[str, Any]]:
    for pattern in (
        "^(a+)+$", "^(a|a)*b$", "^(.*a){25}$", "(x{1000}){1000}", "^((a{1,100}){1,100}){1,100}$",
        "^.{0,65535}$", "^(?:.*,){30}P", "[a-z]*[0-9]*[a-z]*[0-9]*!" * 30, "^" + "(" * 500 + "a" + ")" * 500 + "$",
        r"^(\w+\s?)*\.$", r"^([\p{L}\p{N}]{1,50}[-_.]?){1,200}$", "(" * 5_000, "a|" * 20_000 + "b", "^(.{1,50}){50}$",
        "^[ab]*a[ab]{200}$", r"^(?=.*a)(?=.*b).{8,}$", r"^(a)\1$",
    ):  # fmt: skip
        yield f"pattern {pattern[:24]}", {"type": "string", "pattern": pattern}
    yield (
        "two patterns",
        {"allOf": [{"type": "string", "pattern": "^[ab]*a[ab]{15}$"}, {"pattern": "^[ab]*b[ab]{14}$"}]},
    )
    yield "ten patterns", {"allOf": [{"type": "string", "pattern": f"a[ab]{{{n}}}b"} for n in range(10)]}
    yield "propertyNames by pattern", {"propertyNames": {"pattern": "^(a|b|ab)*c{0,500}$"}}


def _cycles() -> Iterator[tuple[str, Any]]:
    yield "a reference to itself", {"$ref": "#"}
    yield (
        "two references in a ring",
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
    )
    yield "allOf of itself", {"allOf": [{"$ref": "#"}]}
    yield "anyOf of itself", {"anyOf": [{"$ref": "#"}, {"type": "null"}]}
    yield "not itself", {"not": {"$ref": "#"}}
    yield "if itself", {"if": {"$ref": "#"}, "then": {"type": "null"}}
    yield "endless objects", {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}
    yield "endless lists", {"type": "array", "items": {"$ref": "#"}, "minItems": 1}
    yield "a tree", {"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}, "minProperties": 1}
    yield "a dynamic ring", {"$dynamicAnchor": "x", "$dynamicRef": "#x"}
    yield "a reference to nothing", {"$ref": "#/$defs/none"}
    yield "a reference abroad", {"$ref": "http://example.com/schema.json"}
    yield "a reference to a file", {"$ref": "file:///etc/passwd"}


def _numbers() -> Iterator[tuple[str, Any]]:
    for many in (10_000, 10**6, 10**9, 2**63, 10**30):
        yield f"minItems {many}", {"type": "array", "items": {"type": "null"}, "minItems": many}
        yield f"maxItems {many}", {"type": "array", "items": {"type": "null"}, "maxItems": many}
        yield f"minLength {many}", {"type": "string", "minLength": many}
        yield f"maxLength {many}", {"type": "string", "maxLength": many}
        yield f"maxProperties {many}", {"type": "object", "maxProperties": many}
        yield f"minProperties {many}", {"type": "object", "minProperties": many}
        yield f"minContains {many}", {"type": "array", "contains": {"const": 1}, "minContains": many}
    yield "a multiple of a tiny number", {"type": "number", "multipleOf": 1e-300}
    yield "a multiple of a large prime", {"type": "integer", "multipleOf": 999_999_937}
    yield (
        "multiples of three primes",
        {"allOf": [{"type": "integer", "multipleOf": n} for n in (99_991, 99_989, 99_971)]},
    )
    yield "bounds of 300 digits", {"type": "integer", "minimum": 10**300, "maximum": 10**301}
    yield "bounds beyond floats", {"type": "number", "minimum": -(10**400), "maximum": 10**400}
    yield "a strange length", {"type": "string", "maxLength": 1e30}
    yield "a length below 0", {"type": "string", "maxLength": -1}
    yield "items with many bounds", {"items": {"items": {"items": {"maxItems": 500}, "maxItems": 500}, "maxItems": 500}}


def _products() -> Iterator[tuple[str, Any]]:
    pairs = [{"anyOf": [{"minimum": -index}, {"maxLength": index}]} for index in range(20)]
    yield "allOf of 20 anyOf", {"allOf": pairs}
    objects = [{"anyOf": [{"required": [f"a{i}"]}, {"required": [f"b{i}"]}]} for i in range(24)]
    yield "allOf of 24 choices of names", {"type": "object", "allOf": objects}
    yield "allOf of 16 oneOf", {"allOf": [{"oneOf": [{"const": i}, {"minimum": i}]} for i in range(16)]}
    yield (
        "30 if",
        {
            "type": "object",
            "properties": {f"k{i}": {"enum": [0, 1]} for i in range(30)},
            "allOf": [
                {"if": {"properties": {f"k{i}": {"const": 1}}}, "then": {"required": [f"v{i}"]}} for i in range(30)
            ],
        },
    )
    yield (
        "doubling definitions",
        {
            "$ref": "#/$defs/d0",
            "$defs": {
                **{f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(25)},
                "d25": {"type": "string"},
            },
        },
    )
    yield (
        "doubling unions",
        {
            "$ref": "#/$defs/d0",
            "$defs": {
                **{
                    f"d{i}": {"anyOf": [{"$ref": f"#/$defs/d{i + 1}"}, {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}]}]}
                    for i in range(22)
                },
                "d22": {"type": "string"},
            },
        },
    )
    yield "dependencies of 40", {"dependentRequired": {f"a{i}": [f"a{j}" for j in range(40)] for i in range(40)}}
    yield "dependent schemas", {"dependentSchemas": {f"a{i}": {"minProperties": i} for i in range(60)}}
    yield "negations of 40", {"not": {"anyOf": [{"required": [f"a{i}"]} for i in range(40)]}}


def _names() -> Iterator[tuple[str, Any]]:
    yield "a name of 100 KB", {"properties": {"n" * 100_000: {"type": "null"}}}
    yield "unknown keywords", {f"x-{index}": index for index in range(5_000)}
    yield "a keyword of a wrong type", {"properties": ["a"]}
    yield "a type that is a number", {"type": 5}
    yield (
        "names that are letters of JSON",
        {"properties": {'"\\/{}[],:': {"type": "null"}, "\x00\x1f": {}, "\ud7ff": {}}},
    )
    yield "an anchor twice", {"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}, "$ref": "#x"}
    yield "another draft", {"$schema": "http://example.com/draft", "type": "null"}
    yield "guidance's own options", {"x-guidance": {"lenient": True}, "type": "object"}
