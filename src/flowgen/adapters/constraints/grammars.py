"""Writes constraints as llguidance's grammars. Knows its options; refuses to know vocabularies and masks."""

import json
from collections.abc import Mapping
from typing import Any

from flowgen.adapters.constraints.gbnf import lark_of_gbnf
from flowgen.adapters.constraints.json_rules import JsonStyle, json_grammar
from flowgen.adapters.constraints.lark_checks import check_lark
from flowgen.adapters.constraints.schema_faults import check_schema
from flowgen.application.schemas.lowering import lower
from flowgen.domain.constraints import Choice, Constraint, Gbnf, JsonSchema, Lark, LarkPart, Regex
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.schemas import Lowered
from flowgen.domain.values import Value

_Written = tuple[dict[str, Any], Lowered | None]


def field_of(constraint: Constraint) -> str:
    """Give the request's field that errors name, unless the application renames it."""
    return "options.grammar" if isinstance(constraint, Gbnf) else "response_format"


class WrittenGrammar(Value, frozen=True):
    """A constraint as llguidance reads it, as JSON text. `lowered` is the normal form of a JSON Schema, `parts`
    those of the parts of a grammar that are JSON Schemas, by name. `larks` are the
    grammars in Lark: the constraint's own under the empty name, those of its parts under theirs."""

    text: str
    larks: Mapping[str, str]
    lowered: Lowered | None = None
    parts: Mapping[str, Lowered] = {}


def grammar_of(constraint: Constraint) -> WrittenGrammar:
    """Write a constraint. Raises ConstraintRefused for what can be known without llguidance."""
    own, lowered = _grammar(constraint)
    grammars, parts = [own], {}
    if isinstance(constraint, Lark):
        for name, part in constraint.parts.items():
            written, inner = _part(part)
            grammars.append({"name": name, **written})
            if inner is not None:
                parts[name] = inner
    return WrittenGrammar(
        text=json.dumps({"grammars": grammars}),
        larks={str(grammar.get("name", "")): grammar["lark_grammar"] for grammar in grammars},
        lowered=lowered,
        parts=parts,
    )


def _part(part: LarkPart) -> _Written:
    try:
        return _grammar(part.constraint)
    except ConstraintRefused as refusal:
        raise relocated(refusal, part) from refusal


def relocated(refusal: ConstraintRefused, part: LarkPart) -> ConstraintRefused:
    """Give the refusal of a part's constraint in terms of the request."""
    return ConstraintRefused(
        part.field, refusal.reason, keyword=refusal.keyword, pointer=part.pointer + refusal.pointer
    )


def _grammar(constraint: Constraint) -> _Written:
    match constraint:
        case JsonSchema():
            return _schema(constraint)
        case Regex(pattern=pattern):
            return {"lark_grammar": f"start: TEXT\nTEXT: /{_slashes(pattern)}/"}, None
        case Choice(options=options):
            return {"lark_grammar": f"start: TEXT\nTEXT: /{_choice(options)}/"}, None
        case Gbnf(grammar=grammar):
            return {"lark_grammar": _gbnf(grammar)}, None
        case Lark(grammar=grammar):
            check_lark(grammar)
            return {"lark_grammar": grammar}, None


def _schema(constraint: JsonSchema) -> _Written:
    check_schema(constraint.schema, constraint.draft)
    lowered = lower(constraint.schema, constraint.draft)
    style = JsonStyle(
        item_separator=constraint.item_separator,
        key_separator=constraint.key_separator,
        is_loose=constraint.whitespace == "any",
    )
    return {"lark_grammar": json_grammar(lowered, style)}, lowered


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
