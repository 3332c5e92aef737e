"""What stands nowhere in the document and no grammar says is judged all the same."""

from typing import Any

import pytest

from flowgen.application.schemas.lowering import lower
from flowgen.domain.schemas import Residue, Union


def _root_residues(schema: Any) -> tuple[Residue, ...]:
    root = lower(schema).root
    return () if not hasattr(root, "residues") else root.residues


@pytest.mark.parametrize("size", [{"maxProperties": 2}, {"minProperties": 2}, {"maxItems": 2000}, {"maxProperties": 0}])
def test_sizes_turned_round_are_judged(size: dict[str, int]) -> None:
    judged = [residue.keyword for residue in _root_residues({"not": {**size, "maxLength": 0}, "maximum": 1})]
    assert judged == ["not"]


def test_an_object_that_is_not_without_members_is_said() -> None:
    assert _root_residues({"type": "object", "not": {"minProperties": 1}}) == ()


def test_a_length_turned_round_beside_a_format_judges_the_document() -> None:
    schema = {"type": "string", "format": "email", "not": {"minLength": 101}}
    lowered = lower(schema)
    assert isinstance(lowered.root, Union)
    assert [residue.schema for residue in lowered.root.residues] == [""]
