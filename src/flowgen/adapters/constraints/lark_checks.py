"""Finds what a grammar in Lark asks for and llguidance passes over in silence. Knows where Lark's strings, expressions
and schemas begin and end; refuses to know what rules mean."""

import json
import re

from flowgen.application.schemas.drafts import FIELD
from flowgen.application.schemas.lowering import lower
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.values import JsonValue

_STRING = r'"(?:[^"\\\n]|\\.)*"'
_EXPRESSION = r"/(?![/*])(?:[^/\\\n]|\\.)+/"
_PIECE = re.compile(
    rf"//[^\n]*|\#[^\n]*|{_STRING}|{_EXPRESSION}|%json\s*(?P<json>(?=\{{))"
    rf"|\[(?P<attributes>(?:{_STRING}|{_EXPRESSION}|[^\]\"/])*)\]\s*:"
)
_ATTRIBUTE = re.compile(rf"{_STRING}|{_EXPRESSION}|\b(?P<name>temperature|capture)\b")
_REASONS = {
    "temperature": "an answer has one temperature, `options.temperature`",
    "capture": "an answer has no captured parts",
}


def check_lark(grammar: str) -> None:
    """Raise ConstraintRefused for attributes of rules that nothing comes of, and for schemas (`%json`) with keywords
    that only a look at the value can enforce; keyword and pointer are those within the schema."""
    place = 0
    while found := _PIECE.search(grammar, place):
        place = found.end()
        if found["attributes"] is not None:
            _check_attributes(found["attributes"])
        elif found["json"] is not None:
            try:
                schema, place = json.JSONDecoder().raw_decode(grammar, place)
            except (ValueError, RecursionError):
                continue  # llguidance says what is wrong with it
            _check_schema(schema)


def _check_attributes(attributes: str) -> None:
    for found in _ATTRIBUTE.finditer(attributes):
        if found["name"]:
            raise ConstraintRefused(FIELD, f"the attribute {found['name']!r} of a rule: {_REASONS[found['name']]}")


def _check_schema(schema: JsonValue) -> None:
    if isinstance(schema, dict) and "x-guidance" in schema:
        reason = "a schema inside of a grammar means what JSON Schema says"
        raise ConstraintRefused(FIELD, reason, keyword="x-guidance", pointer="/x-guidance")
    for note in lower(schema).notes:
        if note.kind == "checked":
            reason = "a schema inside of a grammar is not checked beyond what the grammar says; use `json_schema`"
            raise ConstraintRefused(FIELD, reason, keyword=note.keyword, pointer=note.pointer)
