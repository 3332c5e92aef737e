"""Writes constraints as llguidance's grammars. Knows its options; refuses to know vocabularies and masks."""

import json
from typing import Any

from flowgen.adapters.constraints.gbnf import lark_of_gbnf
from flowgen.adapters.constraints.schema_reading import read_schema
from flowgen.domain.constraints import Choice, Constraint, Gbnf, JsonSchema, Lark, LarkPart, Regex
from flowgen.domain.errors import ConstraintRefused

_WHITESPACE = r"[ \n\r\t]{0,100}"
"""Enough for any indentation, and not without end: a model could go on with blanks."""


def field_of(constraint: Constraint) -> str:
    """Give the request's field that errors name, unless the application renames it."""
    return "options.grammar" if isinstance(constraint, Gbnf) else "response_format"


def grammar_of(constraint: Constraint) -> str:
    """Give llguidance's grammar as JSON text. Raises ConstraintRefused for what can be known without it."""
    grammars = [_grammar(constraint)]
    if isinstance(constraint, Lark):
        grammars += [{"name": name, **_part(part)} for name, part in constraint.parts.items()]
    return json.dumps({"grammars": grammars})


def _part(part: LarkPart) -> dict[str, Any]:
    try:
        return _grammar(part.constraint)
    except ConstraintRefused as refusal:
        raise relocated(refusal, part) from refusal


def relocated(refusal: ConstraintRefused, part: LarkPart) -> ConstraintRefused:
    """Give the refusal of a part's constraint in terms of the request."""
    return ConstraintRefused(
        part.field, refusal.reason, keyword=refusal.keyword, pointer=part.pointer + refusal.pointer
    )


def _grammar(constraint: Constraint) -> dict[str, Any]:
    match constraint:
        case JsonSchema():
            return {"json_schema": _schema(constraint)}
        case Regex(pattern=pattern):
            return {"lark_grammar": f"start: TEXT\nTEXT: /{_slashes(pattern)}/"}
        case Choice(options=options):
            return {"lark_grammar": f"start: TEXT\nTEXT: /{_choice(options)}/"}
        case Gbnf(grammar=grammar):
            return {"lark_grammar": _gbnf(grammar)}
        case Lark(grammar=grammar):
            return {"lark_grammar": grammar}


def _schema(constraint: JsonSchema) -> dict[str, Any]:
    options: dict[str, Any] = {
        "item_separator": constraint.item_separator,
        "key_separator": constraint.key_separator,
        "whitespace_flexible": False,
        "json_allow_general_unicode_escapes": True,
    }
    if constraint.whitespace == "any":
        options |= {"whitespace_flexible": True, "whitespace_pattern": _WHITESPACE}
    return {**read_schema(constraint.schema), "x-guidance": options}


def _slashes(pattern: str) -> str:
    """Write a pattern between slashes: `/` and line breaks have escapes, an escaped slash keeps its own."""
    escaped, is_escape = [], False
    for char in pattern:
        if char == "/" and not is_escape:
            char = "\\/"
        elif char == "\n":
            char = "n" if is_escape else "\\n"
        elif char == "\r":
            char = "r" if is_escape else "\\r"
        escaped.append(char)
        is_escape = char == "\\" and not is_escape
    return "".join(escaped)


def _choice(options: tuple[str, ...]) -> str:
    if not options:
        raise ConstraintRefused("response_format", "a choice of no texts cannot be met")
    return "(?:" + "|".join(_literal(option) for option in options) + ")"


def _literal(text: str) -> str:
    return "".join(char if char.isalnum() else f"\\x{{{ord(char):x}}}" for char in text)


def _gbnf(grammar: str) -> str:
    try:
        return lark_of_gbnf(grammar)
    except ValueError as error:
        raise ConstraintRefused("options.grammar", f"it is no grammar that can be read: {error}") from error
