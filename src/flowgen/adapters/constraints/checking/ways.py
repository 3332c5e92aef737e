"""Finds texts that a checked value may be where its own writer finds none: what there is of it, cut shorter or grown,
or a small value made from the schema. Refuses to know tokens and when it is time for that."""

import json
import logging
from collections.abc import Iterator, Sequence
from itertools import islice
from threading import Lock

import msgspec

from flowgen.adapters.constraints.checking.json_reader import START, What, read, value_of
from flowgen.adapters.constraints.checking.judges import Judge, Judges
from flowgen.adapters.constraints.witnesses.finder import Finder
from flowgen.adapters.constraints.witnesses.formulas import All, Claim, Either, Formula
from flowgen.application.schemas import walking
from flowgen.application.schemas.ordering import ordered
from flowgen.application.schemas.source import Source
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.schemas import Lowered, Union
from flowgen.domain.values import JsonValue

_LOGGER = logging.getLogger(__name__)
_MOST_CUTS = 40
_MOST_FOUND = 2
_MOST_TRIED = 20
"""Values that are found and not taken."""

Style = tuple[str, str]
"""What stands between items, and behind a key."""
COMPACT: Style = (",", ":")


class Ways:
    """One per schema, shared by all answers: what it found stays found."""

    def __init__(self, lowered: Lowered, judges: Judges) -> None:
        self._lowered = lowered
        self._judges = judges
        self._source = Source(lowered.source, lowered.draft)
        self._finder = Finder(self._source, lowered.definitions, self._takes)
        self._found: dict[walking.Spot, tuple[JsonValue, ...]] = {}
        self._lock = Lock()

    def of(
        self, spot: walking.Spot, judges: Sequence[Judge], text: bytes, style: Style, *, is_root: bool
    ) -> Iterator[bytes]:
        """Give texts of whole values in place of the one that has begun with `text`: those that keep most of it
        first."""
        yield from self._cut(spot, judges, text)
        values = self._values(spot, judges, is_root=is_root)
        for value in values:
            yield from (whole for whole in _grown(text, value, style) if self._is_taken(value_of(whole), spot, judges))
        for value in values:
            yield json.dumps(value, ensure_ascii=False, separators=style).encode()

    def _cut(self, spot: walking.Spot, judges: Sequence[Judge], text: bytes) -> Iterator[bytes]:
        for whole in islice(_cuts(text), _MOST_CUTS):
            if self._is_taken(value_of(whole), spot, judges):
                yield whole
                return

    def _is_taken(self, value: JsonValue, spot: walking.Spot, judges: Sequence[Judge]) -> bool:
        return any(walking.allows(node, value, self._lowered.definitions) for node in spot.nodes) and not any(
            judge.complaint(value) for judge in judges
        )

    def _values(self, spot: walking.Spot, judges: Sequence[Judge], *, is_root: bool) -> tuple[JsonValue, ...]:
        with self._lock:
            if spot not in self._found:
                self._found[spot] = tuple(self._search(spot, judges, is_root=is_root))
            return self._found[spot]

    def _search(self, spot: walking.Spot, judges: Sequence[Judge], *, is_root: bool) -> list[JsonValue]:
        here = self._lowered if is_root else msgspec.structs.replace(self._lowered, root=Union(options=spot.nodes))
        found: list[JsonValue] = []
        try:
            for value in islice(self._finder.values(self._formula(spot, is_root=is_root)), _MOST_TRIED):
                if self._is_taken(value, spot, judges):
                    found.append(ordered(value, here))
                if len(found) == _MOST_FOUND:
                    break
        except Exception:  # a border: the search only helps, and an answer can do without
            _LOGGER.exception("the search for a value of the schema failed")
        return found

    def _takes(self, pointer: str, value: JsonValue) -> bool:
        """What the validator cannot take alone is judged with the whole."""
        try:
            return self._judges.takes(pointer, value)
        except ConstraintRefused:
            return True

    def _formula(self, spot: walking.Spot, *, is_root: bool) -> Formula:
        if is_root:
            return Claim(self._source.root)
        schemas = dict.fromkeys(residue.schema for residue in spot.all_residues())
        asked = (Claim(self._source.at(pointer)) for pointer in schemas)
        return All((*asked, Either(tuple(Claim(node) for node in spot.nodes))))


def _cuts(text: bytes) -> Iterator[bytes]:
    """Give the texts that are whole once brackets are closed behind one of the parts, the longest first."""
    return (text[:end] + rest for end, rest in _places(text) if rest)


def _places(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the places behind a bracket or a part, the last first, with what closes all that is open there."""
    closers: list[bytes] = []
    cuts = []
    for event in read(START, text, 0)[1]:
        if event.what is What.OPEN and event.first in b"[{":
            closers.append(b"]" if event.first == b"["[0] else b"}")
            cuts.append((event.seen, b"".join(reversed(closers))))
        elif event.what is What.CLOSE:
            if event.start < 0:
                closers.pop()
            cuts.append((event.end, b"".join(reversed(closers))))
    return reversed(cuts)


def _grown(text: bytes, more: JsonValue, style: Style) -> Iterator[bytes]:
    """Give the text whose bracket is closed behind its last whole part and the parts of another value, less those whose
    names it has."""
    end = next((end for end, rest in _places(text) if len(rest) == 1), None)
    if end is None:
        return
    begun = text[:end]
    if isinstance(more, list) and text[:1] == b"[":
        parts = [json.dumps(item, ensure_ascii=False, separators=style) for item in more]
    elif isinstance(more, dict) and text[:1] == b"{":
        names = value_of(begun + b"}")
        rest = {name: value for name, value in more.items() if isinstance(names, dict) and name not in names}
        parts = [json.dumps({name: value}, ensure_ascii=False, separators=style)[1:-1] for name, value in rest.items()]
    else:
        return
    comma = style[0] if len(begun) > 1 else ""
    yield begun + (comma + style[0].join(parts)).encode() + (b"]" if text[:1] == b"[" else b"}")
