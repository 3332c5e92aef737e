"""Everyday tools: what a request says is what its call holds."""

import pytest
from training.families import _FAMILIES, Family


@pytest.mark.parametrize("family", _FAMILIES, ids=lambda family: family.names[0])
def test_each_request_names_every_required_value(family: Family) -> None:
    number = len(family.parameters) - len(family.suffixes)
    assert number >= 0
    for text in family.requests:
        assert [index for index in range(number) if f"{{{index}}}" not in text] == [], text
    for index, endings in family.suffixes.items():
        assert number <= index < len(family.parameters)
        assert all(f"{{{index}}}" in text for text in endings)
