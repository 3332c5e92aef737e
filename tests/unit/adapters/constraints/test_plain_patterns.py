"""Patterns that one reader takes and another does not."""

import jsonschema_rs
import pytest

from flowgen.adapters.constraints.checking.judges import Judges
from flowgen.adapters.constraints.plain_patterns import with_plain_patterns
from flowgen.adapters.constraints.schema_faults import check_schema
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


def test_a_fault_is_named_where_it_is() -> None:
    schema = {"$schema": _DRAFT_7, "items": {"anyOf": [{"properties": {"a": {"pattern": "("}}}]}}
    with pytest.raises(ConstraintRefused, match="regex") as refused:
        check_schema(schema, None)
    assert refused.value.keyword == "pattern"
    assert refused.value.pointer == "/items/anyOf/0/properties/a/pattern"
