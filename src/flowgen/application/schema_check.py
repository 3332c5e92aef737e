"""Judges documents, as values, by the constraint that an engine would run: what can be written under it. Refuses to
know where schemas come from and what a grammar is."""

from collections.abc import Sequence

from flowgen.application.rehearsal import Speller, rehearse
from flowgen.application.schemas.lowering import lower
from flowgen.application.schemas.ordering import ordered
from flowgen.application.spellings import spellings
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.errors import EngineFailed
from flowgen.domain.model import Vocabulary
from flowgen.domain.ports import CompiledConstraint, ConstraintCheck, SchemaConstrainer
from flowgen.domain.schemas import Lowered, SchemaNote
from flowgen.domain.values import JsonValue, Value


class CheckedDocuments(Value, frozen=True):
    """`accepted` by place: an answer with this value can be written. `checked` is what no grammar says."""

    accepted: tuple[bool, ...]
    checked: tuple[SchemaNote, ...]
    warnings: tuple[str, ...] = ()


class SchemaCheck(Value, frozen=True):
    """What becomes of a schema, keyword by keyword."""

    notes: tuple[SchemaNote, ...]
    warnings: tuple[str, ...]


class SchemaChecker:
    """Checks schemas for one vocabulary; holds no more than the constrainer's cache. `trial` says first whether a
    schema compiles within its limits."""

    def __init__(self, trial: ConstraintCheck, constrainer: SchemaConstrainer, vocabulary: Vocabulary) -> None:
        self._trial = trial
        self._constrainer = constrainer
        self._speller = Speller(vocabulary)

    def check(self, constraint: JsonSchema) -> SchemaCheck:
        """Raise ConstraintRefused with keyword and JSON pointer."""
        self._compiled(constraint)
        lowered = lower(constraint.schema, constraint.draft)
        return SchemaCheck(notes=lowered.notes, warnings=lowered.warnings)

    def judge(self, constraint: JsonSchema, documents: Sequence[JsonValue]) -> CheckedDocuments:
        """Raise ConstraintRefused with keyword and JSON pointer."""
        compiled = self._compiled(constraint)
        lowered = lower(constraint.schema, constraint.draft)
        return CheckedDocuments(
            accepted=tuple(self._is_accepted(compiled, lowered, document) for document in documents),
            checked=tuple(note for note in lowered.notes if note.kind == "checked"),
            warnings=lowered.warnings,
        )

    def _compiled(self, constraint: JsonSchema) -> CompiledConstraint:
        self._trial.check(constraint)
        return self._constrainer.compile(constraint, self._speller.vocabulary)

    def _is_accepted(self, compiled: CompiledConstraint, lowered: Lowered, document: JsonValue) -> bool:
        texts = spellings(ordered(document, lowered))
        try:
            return any(rehearse(compiled, self._speller, text).is_written for text in texts)
        except EngineFailed:  # an answer would end here too
            return False
