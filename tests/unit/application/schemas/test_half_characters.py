"""Half a character is found where it stands, and neither keyword nor pointer has it."""

from typing import Any

import pytest

from flowgen.application.schemas.half_characters import half_character


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({"properties": {"a": {"enum": ["x", "\ud800"]}}}, ("enum", "/properties/a/enum/1")),
        ({"properties": {"a": {"type": "null"}, "b\udc00": {"type": "string"}}}, ("properties", "/properties")),
        ({"$defs": {"x": {"pattern": "\ud800"}}}, ("pattern", "/$defs/x/pattern")),
        ({"allOf": [{}, {"const": {"k": ["\ud83d"]}}]}, ("const", "/allOf/1/const/k/0")),
        ({"title": "\ud800", "enum": ["\ud800"]}, ("title", "/title")),
        ({"\ud800": 1}, (None, "")),
        ({"enum": ["\U0001f600", "é"]}, None),
        (True, None),
    ],
)
def test_it_is_found_where_it_stands(schema: Any, found: tuple[str | None, str] | None) -> None:
    assert half_character(schema) == found


def test_depth_is_no_matter() -> None:
    schema: Any = {"const": "\ud800"}
    for _ in range(5_000):
        schema = {"not": schema}
    keyword, pointer = half_character(schema) or ("", "")
    assert (keyword, pointer[-14:]) == ("const", "/not/not/const")
