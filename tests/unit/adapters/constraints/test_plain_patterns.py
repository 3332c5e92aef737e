"""Patterns that one reader takes and another does not."""

import jsonschema_rs
import pytest

from flowgen.adapters.constraints.checking.judges import Judges
from flowgen.adapters.constraints.plain_patterns import with_plain_names, with_plain_patterns
from flowgen.adapters.constraints.schema_faults import check_schema
from flowgen.adapters.constraints.schema_texts import moved
from flowgen.application.schemas.lowering import lower
from flowgen.domain.errors import ConstraintRefused

_DRAFT_7 = "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize(
    ("pattern", "text", "other"),
    [
        (r"^x\{d}$", "x{d}", "x{d"),
        ("^a]$", "a]", "a"),
        ("a{,2}", "xa{,2}", "aa"),
        (r"^[\w-.]+$", "a-b.c", "a b"),
    ],
)
def test_what_only_annex_b_reads_is_written_anew(pattern: str, text: str, other: str) -> None:
    schema = {"$schema": _DRAFT_7, "properties": {"pattern": {"pattern": pattern}}, "default": {"pattern": pattern}}
    check_schema(schema, None)
    plain = with_plain_patterns(schema)
    assert plain["default"] == {"pattern": pattern}  # data stays as it is
    validator = jsonschema_rs.Draft7Validator(plain)
    assert validator.is_valid({"pattern": text})
    assert not validator.is_valid({"pattern": other})


def test_judges_read_them_too() -> None:
    schema = {"type": "array", "items": {"pattern": r"^[\w-.]+$"}, "uniqueItems": True}
    judge = Judges(lower(schema), "response_format").of_root
    assert judge.complaint(["a-b", "c."]) is None
    assert judge.complaint(["a-b", "c d"]) is not None


@pytest.mark.parametrize("pointer", ["", "/properties/a"])
def test_a_keyword_that_needs_another_is_named(pointer: str) -> None:
    schema = {"exclusiveMaximum": True}
    with pytest.raises(ConstraintRefused, match="maximum") as refused:
        check_schema({"properties": {"a": schema}} if pointer else schema, "4")
    assert refused.value.keyword == "exclusiveMaximum"
    assert refused.value.pointer == f"{pointer}/exclusiveMaximum"


def test_a_fault_is_named_where_it_is() -> None:
    schema = {"$schema": _DRAFT_7, "items": {"anyOf": [{"properties": {"a": {"pattern": "("}}}]}}
    with pytest.raises(ConstraintRefused, match="regex") as refused:
        check_schema(schema, None)
    assert refused.value.keyword == "pattern"
    assert refused.value.pointer == "/items/anyOf/0/properties/a/pattern"


@pytest.mark.parametrize("pattern", [r"^[\w-.]+$", r"^(?=[\w-.])[a-z].*$"])
def test_names_of_members_are_read_too(pattern: str) -> None:
    inner = {"type": "array", "uniqueItems": True}
    judges = Judges(lower({"patternProperties": {"^x": {}, pattern: inner}, "minProperties": 2}), "response_format")
    assert judges.takes("", {"a": [1], "b": []})
    assert not judges.takes("", {"a": [1, 1], "b": []})
    assert not judges.takes("", {"a": []})
    (unique,) = judges.grown([residue for residue in judges.residues if residue.keyword == "uniqueItems"])
    assert unique.complaint([1, 1]) is not None
    assert unique.complaint([1]) is None


@pytest.mark.parametrize("number", [1, 2, 3])
def test_names_that_would_come_to_the_same_stay_apart(number: int) -> None:
    names = ["[a]]", "[a]\\]", r"(?:[a])]"][:number]
    schema = {"patternProperties": {name: {"minimum": least} for least, name in enumerate(names)}}
    plain = with_plain_names(schema)
    assert [inner["minimum"] for inner in plain["patternProperties"].values()] == list(range(number))
    for least, name in enumerate(names):
        pointer = moved(f"/patternProperties/{name}", schema, plain)
        assert plain["patternProperties"][pointer.split("/")[2]] == {"minimum": least}


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [
        (r"\bcat\b", "\u00e9cat", True),  # ECMA-262: a letter that is no \w ends no word
        (r"\Bcat", "\u00e9cat", False),
        (r"(?<=\w)$", "\u03bb", False),
        (r"(?=\d)\d|a(?!\w)", "a\u03bb", True),
        (r"(?:(?!a))+?b", "b", True),
        (r"^(?=[^]x)..$", "\nx", False),
        (r"^(?=[^]x)[^].$", "\nx", True),
        (r"(a|b)\1", "ab", False),
        (r"(a|b)\1", "abb", True),
        (r"(?:$|^){2}b", "b", True),
    ],
)
def test_what_looks_around_means_what_it_does_in_ecma_262(pattern: str, text: str, is_match: bool) -> None:
    plain = with_plain_patterns({"pattern": pattern})
    assert jsonschema_rs.Draft202012Validator(plain).is_valid(text) == is_match


@pytest.mark.parametrize("draft", ["4", "6", "7", "2019-09", "2020-12"])
def test_names_are_patterns_in_every_draft(draft: str) -> None:
    names = {"(?i)a": {"type": "null"}, r"\Ab\Z": {}}
    check_schema({"items": {"patternProperties": names}}, draft)
    with pytest.raises(ConstraintRefused) as refused:
        check_schema({"patternProperties": {**names, "(?i)a": {"patternProperties": {"(?i)c": {"type": 5}}}}}, draft)
    assert refused.value.keyword == "type"
    assert refused.value.pointer == "/patternProperties/(?i)a/patternProperties/(?i)c/type"
