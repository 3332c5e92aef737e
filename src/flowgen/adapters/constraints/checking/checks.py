"""What of a constraint is checked beyond its grammar, made once. Refuses to know tokens and how grammars are."""

from collections.abc import Callable

from flowgen.adapters.constraints.checking.answer_follower import AnswerFollower, AnswerText, CheckedPart, Parts
from flowgen.adapters.constraints.checking.followers import DocumentFollower, Follower
from flowgen.adapters.constraints.checking.judges import Judges, has_residues
from flowgen.adapters.constraints.checking.value_checker import ValueChecker
from flowgen.adapters.constraints.checking.ways import COMPACT, Style
from flowgen.application.schemas.lowering import lower
from flowgen.domain.constraints import AnswerReading, JsonSchema, LarkPart
from flowgen.domain.errors import ConstraintRefused, EngineFailed, UnknownPlugin
from flowgen.domain.schemas import Lowered
from flowgen.domain.values import JsonValue

Follow = Callable[[], Follower]
ReadAnswer = Callable[[AnswerReading], AnswerText]
"""Makes a fresh reader of an answer's text."""


def document_checks(lowered: Lowered, field: str, style: Style = COMPACT) -> Follow | None:
    """The checks of an answer that is one document; None where its grammar says all. Raises ConstraintRefused."""
    part = _part(lowered, field, style)
    return None if part is None else lambda: DocumentFollower(part.checker, part.field, part.style)


def answer_checks(reading: AnswerReading, read_answer: ReadAnswer | None) -> Follow | None:
    """The checks of an answer of several parts; None where its grammar says all. Raises ConstraintRefused."""
    found = {
        checked.tool.name: _tool(checked.tool.parameters, checked.field)
        for checked in reading.tools
        if not checked.is_exact
    }
    calls = {name: part for name, part in found.items() if part is not None}
    document = _document(reading.document)
    if not calls and document is None:
        return None
    parts = Parts(calls=calls, document=document)
    if read_answer is not None:
        _try(read_answer, reading, parts)

    def follow() -> Follower:
        if read_answer is None:
            raise EngineFailed("Nothing reads answers here, so their values cannot be checked.")
        return AnswerFollower(lambda: read_answer(reading), parts)

    return follow


def style_of(schema: JsonSchema) -> Style:
    """Give the separators of a document; bare where white space is the model's."""
    return COMPACT if schema.whitespace == "any" else (schema.item_separator, schema.key_separator)


def _try(read_answer: ReadAnswer, reading: AnswerReading, parts: Parts) -> None:
    """Raises ConstraintRefused, naming what would have to be checked, where this process has no reader for answers."""
    try:
        read_answer(reading)
    except UnknownPlugin as error:
        part = next((part for part in (*parts.calls.values(), parts.document) if part is not None), None)
        reason = (
            f"no grammar says all of it, and the engine cannot read calls in the format {reading.format!r} to check "
            "the rest while they are written; a format that the server ships can be chosen for the model instead"
        )
        residue = None if part is None else part.checker.first_residue
        raise ConstraintRefused(
            "tools" if part is None else part.field,
            reason,
            keyword=None if residue is None else residue.keyword,
            pointer="" if residue is None else residue.pointer,
        ) from error


def _part(lowered: Lowered, field: str, style: Style = COMPACT) -> CheckedPart | None:
    if not has_residues(lowered):
        return None
    return CheckedPart(checker=ValueChecker(lowered, Judges(lowered, field)), field=field, style=style)


def _tool(parameters: JsonValue, field: str) -> CheckedPart | None:
    return _part(_lowered(parameters, None, field, ""), field)


def _document(part: LarkPart | None) -> CheckedPart | None:
    if part is None or not isinstance(part.constraint, JsonSchema):
        return None
    schema = part.constraint
    return _part(_lowered(schema.schema, schema.draft, part.field, part.pointer), part.field, style_of(schema))


def _lowered(schema: JsonValue, draft: str | None, field: str, pointer: str) -> Lowered:
    try:
        return lower(schema, draft)
    except ConstraintRefused as refusal:
        raise ConstraintRefused(
            field, refusal.reason, keyword=refusal.keyword, pointer=pointer + refusal.pointer
        ) from refusal
