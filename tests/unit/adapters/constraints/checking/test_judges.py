"""Judges over a schema's residues: what they complain about, where, and references that lead through the source."""

import time
from typing import Any

import pytest

from flowgen.adapters.constraints.checking.inner_places import starts_of
from flowgen.adapters.constraints.checking.judges import Complaint, Judges
from flowgen.application.schemas.formats import FORMATS
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.schemas import Anything, Lowered, Residue


def judges_of(source: dict[str, Any], *residues: Residue, draft: str = "2020-12") -> Judges:
    return Judges(Lowered(root=Anything(residues=residues), definitions={}, source=source, draft=draft), "a")


def residue(kind: Any, keyword: str, schema: str = "") -> Residue:
    return Residue(kind=kind, keyword=keyword, pointer=f"{schema}/{keyword}", schema=schema)


@pytest.mark.parametrize(
    "identity", [None, "https://example.com/s.json", "relative.json", "/up/and/down.json", "urn:a:b", ""]
)
def test_references_lead_into_the_source(identity: str | None) -> None:
    source: dict[str, Any] = {"$defs": {"a~b": {"not": {"$ref": "#/$defs/x y"}}, "x y": {"type": "string"}}}
    source = source if identity is None else {"$id": identity, **source}
    where = residue("whole", "not", "/$defs/a~0b")
    (judge,) = judges_of(source, where).of([where])
    assert judge.complaint(1) is None
    complaint = judge.complaint("s")
    assert complaint is not None
    assert (complaint.keyword, complaint.pointer, complaint.is_owed) == ("not", "/$defs/a~0b/not", False)


def test_what_is_owed_can_be_mended_by_more() -> None:
    where = (residue("owed", "minProperties"), residue("whole", "oneOf"))
    source = {"minProperties": 2, "oneOf": [{"required": ["a"]}, {"properties": {"b": {"type": "null"}}}]}
    judge = judges_of(source, *where).of(where)[0]
    few = judge.complaint({"b": 1, "a": 1, "c": 2} | {}) or judge.complaint({"b": None})
    assert few is not None
    assert few.is_owed
    both = judge.complaint({"a": 1, "b": None})
    assert both is not None
    assert (both.keyword, both.is_owed) == ("oneOf", False)


def test_errors_say_which_parts_are_to_blame() -> None:
    where = residue("whole", "if")
    source = {"if": {"required": ["a"]}, "then": {"properties": {"b": {"items": {"minimum": 3}}}}}
    complaint = judges_of(source, where).of([where])[0].complaint({"a": 1, "b": [5, 1]})
    assert complaint is not None
    assert (complaint.keyword, complaint.places) == ("if", (("b", 1),))
    assert starts_of(b'{"a": 1, "b": [5, 1]}', complaint.places) == (18,)


def test_what_grows_is_judged_by_its_keyword_alone() -> None:
    where = (residue("grown", "uniqueItems"), residue("grown", "maxContains"))
    source = {"uniqueItems": True, "minItems": 5, "contains": {"$ref": "#/$defs/a"}, "maxContains": 1}
    source |= {"minContains": 1, "$defs": {"a": {"type": "string"}}}
    unique, contains = judges_of(source, *where).grown(where)
    assert unique.complaint([1, 2]) is None
    assert unique.complaint([1, 1.0]) is not None
    assert contains.complaint([]) is None
    assert contains.complaint(["a", "b"]) is not None
    (most,) = judges_of({"maxProperties": 2}, residue("grown", "maxProperties")).grown(
        [residue("grown", "maxProperties")]
    )
    assert most.most_members == 2


@pytest.mark.parametrize("value", ["\ud800", float("inf"), 10**400])
def test_what_the_validator_has_no_form_for_is_not_taken(value: Any) -> None:
    where = residue("whole", "not")
    source = {"not": {"const": 1}, "anyOf": [{"type": "number", "maximum": 1e300}, {"type": "string"}]}
    assert judges_of(source, where).of([where])[0].complaint(value) is not None


@pytest.mark.parametrize("identity", ["https://example.com/a/s.json", "/a/s.json", "a/s.json"])
def test_names_are_relative_to_the_document(identity: str) -> None:
    where = residue("whole", "not", "/$defs/in")
    inner = {"$id": "in.json", "not": {"$ref": "out.json#/$defs/x"}}
    outer = {"$id": "out.json", "$defs": {"x": {"type": "string"}}}
    source: dict[str, Any] = {"$id": identity, "$defs": {"in": inner, "out": outer}}
    (judge,) = judges_of(source, where).of([where])
    assert judge.takes(1)
    assert not judge.takes("s")


def test_what_the_validator_cannot_take_is_refused() -> None:
    where = residue("whole", "not")
    with pytest.raises(ConstraintRefused, match="another document") as caught:
        judges_of({"not": {"items": {"$ref": "https://example.com/elsewhere"}}}, where)
    assert (caught.value.keyword, caught.value.pointer) == ("$ref", "/not/items/$ref")
    with pytest.raises(ConstraintRefused, match="Unexpected type") as caught:
        judges_of({"not": {"type": "strin"}}, where)
    assert (caught.value.keyword, caught.value.pointer) == ("not", "/not")


@pytest.mark.parametrize("keyword", ["$defs", "definitions"])
def test_what_nothing_leads_to_may_lead_anywhere(keyword: str) -> None:
    where = residue("whole", "not")
    elsewhere = {"$ref": "https://example.com/elsewhere"}
    parts = {"unused": elsewhere, "half": {keyword: {"used": {"type": "string"}, "unused": elsewhere}}}
    source: dict[str, Any] = {"not": {"$ref": f"#/{keyword}/half/{keyword}/used"}, keyword: parts}
    (judge,) = judges_of(source, where).of([where])
    assert judge.takes(1)
    assert not judge.takes("s")


def test_a_definition_that_takes_anything_is_not_unused() -> None:
    where = residue("grown", "uniqueItems")
    source: dict[str, Any] = {"uniqueItems": True, "items": {"$ref": "#/$defs/any"}}
    source["$defs"] = {"any": True, "unused": {"$ref": "https://example.com/elsewhere"}}
    judge = judges_of(source, where).of([where])[0]
    assert judge.takes([1, 2])
    assert not judge.takes([1, 1])


@pytest.mark.parametrize(
    ("keyword", "source", "taken", "refused"),
    [
        ("not", {"not": {"pattern": "\\bcat"}}, ["\u00e9cart"], ["\u00e9cat", "cat"]),
        ("oneOf", {"oneOf": [{"pattern": "\\bcat"}, {"minLength": 4}]}, ["cat", "long"], ["\u00e9cat", "no"]),
        ("contains", {"contains": {"pattern": "\\bcat"}}, [["\u00e9cat"]], [["bobcat"]]),
        ("not", {"not": {"pattern": "^(a)\\1\\W$"}}, ["aab", "ab\u00e9"], ["aa\u00e9", "aa!"]),
        ("not", {"not": {"patternProperties": {"\\bcat": False}}}, [{"\u00e9cat": 1}], [{"bobcat": 1}]),
    ],
)
def test_patterns_mean_what_ecma_262_says_wherever_they_are_judged(
    keyword: str, source: dict[str, Any], taken: list[Any], refused: list[Any]
) -> None:
    where = residue("whole", keyword)
    judge = judges_of(source, where).of([where])[0]
    assert [judge.takes(value) for value in taken] == [True] * len(taken)
    assert [judge.takes(value) for value in refused] == [False] * len(refused)


@pytest.mark.parametrize("identity", [None, "s.json", "https://example.com/s.json"])
def test_the_document_is_the_outermost_schema(identity: str | None) -> None:
    """As the test suite of 2019-09 has it: "$recursiveRef with nesting"."""
    again = {"type": "object", "additionalProperties": {"$recursiveRef": "#"}}
    inner = {"$id": "inner.json", "$recursiveAnchor": True, "anyOf": [{"type": "string"}, again]}
    source: dict[str, Any] = {"$recursiveAnchor": True, "$defs": {"inner": inner}}
    source |= {"anyOf": [{"type": "integer"}, {"$ref": "inner.json"}]} | ({"$id": identity} if identity else {})
    where = residue("whole", "anyOf")
    (judge,) = judges_of(source, where, draft="2019-09").of([where])
    assert judge.complaint({"a": {"b": 1}}) is None
    complaint = judge.complaint({"a": {"b": None}})
    assert complaint is not None
    assert (complaint.keyword, complaint.pointer) == ("anyOf", "/anyOf")


@pytest.mark.parametrize("name", ["a%b", "a b", "100%", "%zz"])
def test_references_may_hold_any_letters(name: str) -> None:
    where = residue("whole", "not")
    (judge,) = judges_of({"not": {"$ref": f"#/$defs/{name}"}, "$defs": {name: {"type": "string"}}}, where).of([where])
    assert judge.takes(1)
    assert not judge.takes("s")


def _doubling(depth: int) -> dict[str, Any]:
    """Each definition leads to the next on two ways, at the same value."""
    ways = {
        f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}]}]}
        for n in range(depth)
    }
    return {"$ref": "#/$defs/d0", "$defs": {**ways, f"d{depth}": {"type": "string"}}}


def _nested(depth: int, inner: Any) -> Any:
    for _ in range(depth):
        inner = [inner]
    return inner


@pytest.mark.parametrize("depth", [14, 17])
def test_blaming_is_bounded_where_errors_multiply(depth: int) -> None:
    """Told, the errors would take seconds, or minutes and gigabytes."""
    where = residue("whole", "anyOf", "/$defs/d0")
    judge = judges_of(_doubling(depth), where).of_root
    began = time.thread_time()
    assert judge.complaint("s") is None
    assert judge.complaint(1) == Complaint(keyword="anyOf", pointer="/$defs/d0/anyOf")
    assert time.thread_time() - began < 0.5


def test_what_branches_too_much_for_any_value_is_refused() -> None:
    with pytest.raises(ConstraintRefused, match="too many ways") as caught:
        judges_of(_doubling(30), residue("whole", "anyOf", "/$defs/d0"))
    assert (caught.value.keyword, caught.value.pointer) == ("anyOf", "/$defs/d0/anyOf")


@pytest.mark.parametrize("inner", [None, 1])
def test_a_value_that_multiplies_the_ways_with_its_depth_is_not_taken(inner: Any) -> None:
    where = residue("whole", "anyOf")
    again = {"items": {"$ref": "#"}}
    source = {"anyOf": [again, {"allOf": [again]}, {"type": "null"}], "not": {"const": 1}}
    (judge,) = judges_of(source, where).of([where])
    began = time.thread_time()
    assert judge.complaint(_nested(10, None)) is None
    assert judge.complaint(_nested(100, inner)) == Complaint(keyword="anyOf", pointer="/anyOf")
    assert time.thread_time() - began < 0.5


def test_a_tree_is_judged_however_deep_it_is() -> None:
    """Branches that are told apart at a glance, and one way to each part."""
    where = residue("whole", "oneOf")
    sides = {"left": {"$ref": "#"}, "right": {"$ref": "#"}}
    kinds = [
        {"type": "object", "required": ["kind"], "properties": {"kind": {"const": name}, **sides}}
        for name in ("and", "or", "xor")
    ]
    judge = judges_of({"oneOf": [*kinds, {"type": "boolean"}]}, where).of_root
    value: Any = True
    for _ in range(60):
        value = {"kind": "or", "left": value, "right": False}
    assert judge.complaint(value) is None
    assert judge.complaint({**value, "right": 1}) is not None


@pytest.mark.parametrize("draft", ["4", "6", "7", "2019-09", "2020-12"])
def test_every_format_is_judged_in_every_draft(draft: str) -> None:
    wrong = {"json-pointer": "a", "regex": "(", "uri-template": "{", "uri-reference": "\\ ", "iri-reference": "\\ "}
    for name in FORMATS:
        source = {"not": {"format": name}}
        (judge,) = judges_of(source, residue("whole", "not"), draft=draft).of([residue("whole", "not")])
        assert judge.complaint(wrong.get(name, "é !")) is None, name
