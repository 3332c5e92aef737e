"""References to the drafts' own schemas."""

from typing import Any

import pytest
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

from flowgen.application.schemas.drafts import DRAFTS
from flowgen.application.schemas.lowering import lower
from flowgen.application.schemas.metaschemas import OLD, documents
from flowgen.application.schemas.walking import allows
from flowgen.domain.errors import ConstraintRefused

_SAYS_NOTHING = ("$schema", "$id", "id", "$vocabulary", "title", "description", "default", "$comment", "deprecated")


def _address(draft: str) -> str:
    return f"http://json-schema.org/draft-0{draft}/" if draft in OLD else f"https://json-schema.org/draft/{draft}/"


def _asked(schema: Any, *, is_schema: bool = True) -> Any:
    """What a schema asks: without what describes it, and with no order where order says nothing."""
    if isinstance(schema, list):
        return [_asked(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _asked(inner, is_schema=not is_schema or name not in ("properties", "definitions", "$defs"))
        for name, inner in schema.items()
        if not is_schema or name not in _SAYS_NOTHING
    }


@pytest.mark.parametrize("draft", DRAFTS)
def test_they_ask_what_the_published_ones_ask(draft: str) -> None:
    for name, document in documents(draft).items():
        address = _address(draft) + (name or "schema") + ("#" if draft in OLD else "")
        published = REGISTRY.contents(address)
        assert _asked(document) == _asked(published), name


def test_none_of_the_published_ones_is_missing() -> None:
    for draft in ("2019-09", "2020-12"):
        published = {str(uri).removeprefix(_address(draft)) for uri in REGISTRY if str(uri).startswith(_address(draft))}
        assert {name for name in published if name.startswith("meta/")} <= documents(draft).keys()


@pytest.mark.parametrize(
    ("schema", "valid", "invalid"),
    [
        ({"$ref": "https://json-schema.org/draft/2020-12/schema"}, {"minLength": 1}, {"properties": {"a": 3}}),
        ({"$ref": "http://json-schema.org/draft-07/schema#"}, {"items": [True]}, {"type": "text"}),
        (
            {
                "$schema": "http://json-schema.org/draft-04/schema#",
                "properties": {"n": {"$ref": "http://json-schema.org/draft-04/schema#/definitions/positiveInteger"}},
            },
            {"n": 3},
            {"n": -3},
        ),
        ({"items": {"$ref": "http://json-schema.org/draft-04/schema#/properties/multipleOf"}}, [0.5], [0]),
    ],
)
def test_a_schema_may_refer_to_them(schema: Any, valid: Any, invalid: Any) -> None:
    lowered = lower(schema)
    assert allows(lowered.root, valid, lowered.definitions)
    assert not allows(lowered.root, invalid, lowered.definitions)
    assert not any(note.keyword.endswith("Ref") and note.kind == "checked" for note in lowered.notes)


def test_what_extends_one_is_judged_by_the_whole() -> None:
    schema = {
        "$id": "https://example.org/mine",
        "$dynamicAnchor": "meta",
        "allOf": [{"$ref": "https://json-schema.org/draft/2020-12/schema"}],
        "properties": {"unit": {"type": "string"}},
    }
    lowered = lower(schema)
    assert any(note.keyword == "$dynamicRef" and note.kind == "checked" for note in lowered.notes)
    assert "https://json-schema.org/draft/2020-12/meta/core" in lowered.source["$defs"]


def test_one_of_another_dialect_is_refused() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "$ref": "https://json-schema.org/draft/2020-12/schema",
    }
    with pytest.raises(ConstraintRefused, match="another document"):
        lower(schema)
