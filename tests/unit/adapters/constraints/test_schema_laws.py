"""Laws over schemas and documents that are made up: no document that can be written is invalid, and no valid document
of a schema that a grammar says in full is refused. The judge is another validator than the one at work."""

import json
from random import Random
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.application.rehearsal import Speller, rehearse
from flowgen.application.schemas.lowering import lower
from flowgen.application.schemas.ordering import ordered
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.errors import ConstraintRefused, EngineFailed
from flowgen.domain.ports import CompiledConstraint
from flowgen.testing.byte_vocabulary import allowed, byte_vocabulary

VOCABULARY = byte_vocabulary()
SPELLER = Speller(VOCABULARY)
CONSTRAINER = LlguidanceConstrainer()
NAMES = st.sampled_from(["a", "b", "name", "é"])


def _strings() -> st.SearchStrategy[Any]:
    patterns = st.sampled_from(["^[a-c]+$", "b", "^x?[0-9]{1,3}$", "^(ab|c)*$"])
    bounds = st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={"minLength": st.integers(0, 2), "maxLength": st.integers(2, 6)},
    )
    patterned = st.fixed_dictionaries({"type": st.just("string"), "pattern": patterns})
    formatted = st.fixed_dictionaries({"type": st.just("string"), "format": st.sampled_from(["date", "ipv4", "uuid"])})
    return st.one_of(bounds, patterned, formatted)


def _numbers() -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={
            "minimum": st.integers(-20, 5),
            "maximum": st.integers(5, 300),
            "multipleOf": st.sampled_from([1, 2, 5]),
        },
    )


_SCALARS = st.one_of(
    _strings(),
    _numbers(),
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"const": {"k": [1]}}, {"enum": [1, "1", None, [2]]}]),
)


def _arrays(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": st.just("array"), "items": inner},
        optional={"minItems": st.integers(0, 2), "maxItems": st.integers(2, 4)},
    )


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(NAMES, inner, max_size=3)},
        optional={
            "required": st.lists(NAMES, unique=True, max_size=2),
            "additionalProperties": st.one_of(st.booleans(), inner),
        },
    )


EXACT = st.recursive(_SCALARS, lambda inner: st.one_of(_arrays(inner), _objects(inner)), max_leaves=6)
"""Schemas of keywords that a grammar says in full."""


def _harder(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    branches = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        _arrays(inner),
        _objects(inner),
        st.fixed_dictionaries({"type": st.just("array"), "items": inner, "uniqueItems": st.just(True)}),
        st.fixed_dictionaries({"type": st.just("array"), "contains": inner, "maxContains": st.integers(1, 2)}),
        st.fixed_dictionaries({"type": st.just("object"), "minProperties": st.just(1), "maxProperties": st.just(2)}),
        st.fixed_dictionaries({"type": st.just("object"), "propertyNames": st.just({"pattern": "^[ab]"})}),
        st.fixed_dictionaries({"anyOf": branches}),
        st.fixed_dictionaries({"oneOf": branches}),
        st.fixed_dictionaries({"allOf": branches}),
        st.fixed_dictionaries({"not": inner, "type": st.sampled_from(["integer", "string", "array"])}),
        st.fixed_dictionaries({"if": inner, "then": inner, "else": inner}),
    )


ANY = st.recursive(_SCALARS, _harder, max_leaves=6)


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-30, 310), st.sampled_from([0.5, "", "a", "ab", "1", "2024-02-29"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=5,
)


def valid(schema: Any) -> st.SearchStrategy[Any]:
    """Documents of an exact schema. hypothesis-jsonschema gives the scalars: its arrays and objects need an older
    Hypothesis than the one that is pinned."""
    if schema.get("type") == "array":
        return st.lists(valid(schema["items"]), min_size=schema.get("minItems", 0), max_size=schema.get("maxItems", 3))
    if schema.get("type") != "object":
        return from_schema(schema) if "type" in schema else st.sampled_from(schema.get("enum", [{"k": [1]}]))
    others = schema.get("additionalProperties", True)
    other = JSON if others is True else st.nothing() if others is False else valid(others)
    known = {name: valid(inner) for name, inner in schema["properties"].items()}
    required = {name: known.get(name, other) for name in schema.get("required", [])}
    optional = {name: inner for name, inner in known.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


def compiled_of(schema: Any) -> CompiledConstraint:
    try:
        return CONSTRAINER.compile(JsonSchema(schema=schema), VOCABULARY)
    except ConstraintRefused:
        assume(False)
        raise


def is_valid(schema: Any, document: Any) -> bool:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(schema, format_checker=checker).is_valid(document)


def drawn(compiled: CompiledConstraint, random: Random, limit: int = 300) -> str | None:
    """A way through a constraint by chance, taken back where it has to be; None where it does not end."""
    matcher, tokens = compiled.matcher(), list[int]()
    for _ in range(limit):
        choices = allowed(matcher, VOCABULARY)
        ends = [token for token in choices if token in VOCABULARY.end_tokens]
        others = [token for token in choices if token not in VOCABULARY.end_tokens]
        token = random.choice(ends if ends and (not others or random.random() < 0.4) else others)
        verdict = matcher.accept(token)
        if verdict:
            if token in ends:
                return b"".join(VOCABULARY.tokens[taken] for taken in tokens).decode()
            tokens.append(token)
        elif verdict.num_back:
            del tokens[-verdict.num_back :]
    return None


@given(schema=ANY, seed=st.integers(0, 2**32))
@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_what_can_be_written_is_valid(schema: Any, seed: int) -> None:
    compiled = compiled_of(schema)
    try:
        text = drawn(compiled, Random(seed))
    except EngineFailed:  # nothing satisfies what is left to check: an error, and no document
        text = None
    assume(text is not None)
    assert text is not None
    assert is_valid(schema, json.loads(text)), text


@given(data=st.data(), schema=EXACT)
@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_a_valid_document_of_an_exact_schema_can_be_written(data: st.DataObject, schema: Any) -> None:
    compiled, lowered = compiled_of(schema), lower(schema)
    assume(not any(note.kind == "checked" for note in lowered.notes))
    document = data.draw(valid(schema))
    assume(is_valid(schema, document))
    value = ordered(document, lowered)
    for is_ascii in (False, True):
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=is_ascii).encode()
        assert rehearse(compiled, SPELLER, text).is_written, text


@given(data=st.data(), schema=ANY)
@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_documents_of_any_schema_are_judged_as_by_the_other_validator(data: st.DataObject, schema: Any) -> None:
    compiled, lowered = compiled_of(schema), lower(schema)
    document = data.draw(JSON)
    text = json.dumps(ordered(document, lowered), separators=(",", ":"), ensure_ascii=False).encode()
    assert rehearse(compiled, SPELLER, text).is_written == is_valid(schema, document), text


@pytest.mark.parametrize("is_ascii", [False, True])
@given(text=st.text(max_size=12))
def test_every_text_can_be_written_in_both_spellings(is_ascii: bool, text: str) -> None:
    compiled = compiled_of({"type": "string"})
    assert rehearse(compiled, SPELLER, json.dumps(text, ensure_ascii=is_ascii).encode()).is_written
