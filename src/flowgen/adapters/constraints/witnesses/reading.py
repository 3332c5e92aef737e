"""Reads schemas as formulas about values of one kind: "null", "boolean", "number", "string", "array" or "object". Knows
keywords; what none of these formulas says is left to the judge."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from flowgen.adapters.constraints.witnesses.formulas import (
    FALSE,
    TRUE,
    All,
    Among,
    Claim,
    Either,
    FewItems,
    Formula,
    Has,
    High,
    Items,
    Low,
    Matches,
    Members,
    Multiple,
    Opaque,
    Size,
    SomeItems,
    Unique,
    negated,
)
from flowgen.application.schemas.drafts import spoken
from flowgen.application.schemas.formats import FORMATS
from flowgen.application.schemas.pattern_reading import NoPattern, read_pattern
from flowgen.application.schemas.pattern_wholes import Whole, whole_of
from flowgen.application.schemas.source import Place, Source
from flowgen.domain.errors import ConstraintRefused

_INTEGER = Multiple(Fraction(1))


class Reader:
    """Reads the schemas of one document."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def read(self, place: Place, kind: str) -> Formula:
        """Give what a schema asks of a value of this kind."""
        schema: Any = place.schema
        if not isinstance(schema, dict):
            return FALSE if schema is False else TRUE
        schema = spoken(schema, self._source.draft)
        try:
            return All((*self._common(place, schema, kind), *self._own(place, schema, kind)))
        except (TypeError, ValueError, AttributeError):  # a keyword's value that is none of its draft's
            return Opaque()

    def _referred(self, place: Place, keyword: str) -> Formula:
        reference = place.schema[keyword] if isinstance(place.schema, dict) else None
        try:
            if keyword == "$ref":
                return Claim(self._source.target(place, reference))
            found = (
                self._source.dynamic_target(place, reference)
                if keyword == "$dynamicRef"
                else self._source.recursive_target(place)
            )
        except ConstraintRefused:
            return Opaque()
        return Opaque() if found is None else Claim(found)

    def _common(self, place: Place, schema: dict[str, Any], kind: str) -> Iterator[Formula]:
        for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            if keyword in schema:
                yield self._referred(place, keyword)
        if "type" in schema:
            yield _of_type(schema["type"], kind)
        if "const" in schema:
            yield Among((schema["const"],))
        if "enum" in schema:
            yield Among(tuple(schema["enum"]))
        yield from self._claims(place, schema, "allOf")
        if "anyOf" in schema:
            yield Either(tuple(self._claims(place, schema, "anyOf")))
        if "oneOf" in schema:
            yield _one_of(list(self._claims(place, schema, "oneOf")))
        if "not" in schema:
            yield Claim(self._source.child(place, "not"), holds=False)
        if "if" in schema:
            yield self._conditional(place)

    def _claims(self, place: Place, schema: dict[str, Any], keyword: str) -> Iterator[Claim]:
        return (Claim(self._source.child(place, keyword, index)) for index in range(len(schema.get(keyword, ()))))

    def _inner(self, place: Place, *steps: str | int) -> Claim:
        return Claim(self._source.child(place, *steps))

    def _conditional(self, place: Place) -> Formula:
        schema: Any = place.schema
        condition = self._inner(place, "if")
        then = self._inner(place, "then") if "then" in schema else TRUE
        otherwise = self._inner(place, "else") if "else" in schema else TRUE
        return Either((All((condition, then)), All((negated(condition), otherwise))))

    def _own(self, place: Place, schema: dict[str, Any], kind: str) -> Iterator[Formula]:
        if kind == "number":
            yield from _number(schema)
        elif kind == "string":
            yield from _string(schema)
        elif kind == "array":
            yield from self._array(place, schema)
        elif kind == "object":
            yield from self._object(place, schema)

    def _array(self, place: Place, schema: dict[str, Any]) -> Iterator[Formula]:
        yield _size(schema, "minItems", "maxItems")
        listed = "prefixItems" if isinstance(schema.get("prefixItems"), list) else "items"
        rest = "items" if listed == "prefixItems" else "additionalItems"
        prefix = schema[listed] if isinstance(schema.get(listed), list) else []
        yield from (Items(self._inner(place, listed, index), index, index + 1) for index in range(len(prefix)))
        if prefix and rest in schema:
            yield Items(self._inner(place, rest), len(prefix))
        elif isinstance(schema.get("items"), dict | bool):
            yield Items(self._inner(place, "items"))
        if "contains" in schema:
            item = self._inner(place, "contains")
            least = int(schema.get("minContains", 1))
            yield from [SomeItems(item, count=least)] if least else []
            yield from [FewItems(item, int(schema["maxContains"]))] if "maxContains" in schema else []
        if schema.get("uniqueItems") is True:
            yield Unique()
        if "unevaluatedItems" in schema:
            yield Opaque()

    def _object(self, place: Place, schema: dict[str, Any]) -> Iterator[Formula]:
        yield _size(schema, "minProperties", "maxProperties")
        if isinstance(schema.get("required"), list):
            yield from map(Has, schema["required"])
        names, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        yield from (Members(Among((name,)), self._inner(place, "properties", name)) for name in names)
        yield from (Members(_found(name), self._inner(place, "patternProperties", name)) for name in patterns)
        if "additionalProperties" in schema:
            listed = Either((*([Among(tuple(names))] if names else []), *map(_found, patterns)))
            yield Members(negated(listed), self._inner(place, "additionalProperties"))
        if "propertyNames" in schema:
            yield Members(negated(self._inner(place, "propertyNames")), FALSE)
        if "unevaluatedProperties" in schema:
            yield Opaque()
        yield from self._dependent(place, schema)

    def _dependent(self, place: Place, schema: dict[str, Any]) -> Iterator[Formula]:
        for keyword in ("dependencies", "dependentRequired", "dependentSchemas"):
            for name, needed in schema.get(keyword, {}).items():
                if isinstance(needed, dict | bool):
                    yield Either((Has(name, holds=False), self._inner(place, keyword, name)))
                else:
                    names = [needed] if isinstance(needed, str) else needed
                    yield Either((Has(name, holds=False), All(tuple(map(Has, names)))))


def _of_type(asked: Any, kind: str) -> Formula:
    kinds = asked if isinstance(asked, list) else [asked]
    if kind in kinds:
        return TRUE
    return _INTEGER if kind == "number" and "integer" in kinds else FALSE


def _one_of(branches: list[Claim]) -> Formula:
    options = []
    for index, branch in enumerate(branches):
        others = (negated(other) for place, other in enumerate(branches) if place != index)
        options.append(All((branch, *others)))
    return Either(tuple(options))


def _size(schema: dict[str, Any], least: str, most: str) -> Formula:
    if least not in schema and most not in schema:
        return TRUE
    return Size(int(schema.get(least, 0)), int(schema[most]) if most in schema else None)


def _number(schema: dict[str, Any]) -> Iterator[Formula]:
    for keyword, make in (("minimum", Low), ("maximum", High)):
        beyond = schema.get("exclusive" + keyword.capitalize())
        if keyword in schema:
            yield make(fraction(schema[keyword]), is_open=beyond is True)
        if beyond is not None and not isinstance(beyond, bool):
            yield make(fraction(beyond), is_open=True)
    if "multipleOf" in schema:
        yield Multiple(fraction(schema["multipleOf"]))


def fraction(value: float) -> Fraction:
    """Give a number as it is written. Raises ValueError for what is none."""
    return Fraction(repr(value))


def _string(schema: dict[str, Any]) -> Iterator[Formula]:
    yield _size(schema, "minLength", "maxLength")
    if "pattern" in schema:
        yield _found(schema["pattern"])
    known = FORMATS.get(schema["format"]) if isinstance(schema.get("format"), str) else None
    if known is not None:
        yield from (Matches(Whole((read_pattern(pattern),))) for pattern in known.patterns)
        yield from [] if known.is_exact else [Opaque()]


def _found(pattern: str) -> Formula:
    """A text in which a pattern is found."""
    try:
        return Matches(whole_of(pattern))
    except NoPattern:
        return Opaque()
