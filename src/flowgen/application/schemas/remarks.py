"""Remembers what has become of each keyword, and what a schema says in vain. Refuses to know how schemas are
lowered."""

from collections import Counter

from flowgen.application.schemas.drafts import keywords_of
from flowgen.application.schemas.source import Place, joined
from flowgen.domain.schemas import NoteKind, Residue, ResidueKind, SchemaNote

_WORSE: dict[NoteKind, int] = {"exact": 0, "lowered": 1, "checked": 2, "refused": 3}
MAX_WARNINGS = 20
UNPLACED = "#"
"""The schema of a residue that stands nowhere in the document: no pointer."""


class Remarks:
    """The notes of one schema, by keyword and place: what is worst counts."""

    def __init__(self, draft: str) -> None:
        self._known = keywords_of(draft)
        self._notes: dict[str, SchemaNote] = {}
        self._unknown: Counter[str] = Counter()
        self._first: dict[str, str] = {}
        self._others: dict[str, None] = {}
        self.has_residues = False
        self.has_unplaced = False

    def note(self, place: Place, keyword: str, kind: NoteKind, reason: str = "") -> None:
        if place.is_derived:
            return
        pointer = joined(place.pointer, keyword)
        known = self._notes.get(pointer)
        if known is None or _WORSE[known.kind] < _WORSE[kind]:
            self._notes[pointer] = SchemaNote(pointer=pointer, keyword=keyword, kind=kind, reason=reason)

    def residue(self, place: Place, keyword: str, kind: ResidueKind, reason: str = "") -> tuple[Residue, ...]:
        """Give the residue of a keyword, and note it. What is derived stands nowhere, so that no validator can be sent
        there: the whole document has to be judged for it."""
        if place.is_derived:
            self.has_unplaced = True
            return (Residue(kind="whole", keyword=keyword, pointer=place.pointer, schema=UNPLACED),)
        self.note(place, keyword, "checked", reason or _REASONS[kind])
        self.has_residues = True
        pointer = joined(place.pointer, keyword)
        return (Residue(kind=kind, keyword=keyword, pointer=pointer, schema=place.pointer),)

    def is_known(self, place: Place, keyword: str) -> bool:
        """Say whether the draft knows a keyword, and remember it where not."""
        if keyword in self._known or place.is_derived:
            return True
        self._unknown[keyword] += 1
        self._first.setdefault(keyword, joined(place.pointer, keyword))
        return False

    def warn(self, sentence: str) -> None:
        self._others.setdefault(sentence)

    def notes(self) -> tuple[SchemaNote, ...]:
        return tuple(self._notes.values())

    def warnings(self) -> tuple[str, ...]:
        told = [
            f"The keyword {keyword!r} says nothing in this draft ({self._first[keyword]}"
            + (f" and {times - 1} more)." if times > 1 else ").")
            for keyword, times in self._unknown.items()
        ]
        whole = [*self._others, *told]
        more = len(whole) - MAX_WARNINGS
        return tuple(whole if more <= 0 else [*whole[:MAX_WARNINGS], f"{more} more warnings of this kind."])


_REASONS: dict[ResidueKind, str] = {
    "owed": "the value stays open until it is kept",
    "grown": "each part is judged when it closes",
    "whole": "the value is judged when it closes",
}
