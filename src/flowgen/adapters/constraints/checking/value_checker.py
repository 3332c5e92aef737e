"""Judges a document's values as their text grows: each one before the byte that ends it counts. Knows where in a schema
a value stands and what is left to judge there; refuses to know tokens and what is done about a failure."""

from collections.abc import Iterator
from typing import NamedTuple

from flowgen.adapters.constraints.checking.debts import may_be_owed, may_be_paid
from flowgen.adapters.constraints.checking.inner_places import starts_of
from flowgen.adapters.constraints.checking.json_reader import (
    KEY,
    KINDS,
    START,
    Event,
    Reading,
    What,
    finish,
    read,
    value_of,
)
from flowgen.adapters.constraints.checking.judges import Grown, Judge, Judges
from flowgen.adapters.constraints.checking.problems import Problem
from flowgen.adapters.constraints.checking.ways import Style, Ways
from flowgen.application.schemas import walking
from flowgen.domain.schemas import Lowered, Residue

_MOST_KEPT = 20_000


class Spot:
    """What is judged of the values that stand at one place of a schema and are of one kind."""

    def __init__(self, spot: walking.Spot, judges: Judges) -> None:
        residues = spot.all_residues()
        self.inner = spot
        self.judges: list[Judge] = judges.of(residues)
        self.grown: list[Grown] = judges.grown(residues)
        self.is_checked = bool(residues)
        self.may_owe = any(map(may_be_owed, residues))
        self.known: dict[tuple[str | int, str], Spot] = {}


class Bracket(NamedTuple):
    """An open array or object. `held` is where the outermost checked value begins that it is in, itself included."""

    outer: "Bracket | None"
    spot: Spot
    start: int
    is_object: bool
    held: int | None
    num_members: int = 0
    key: str = ""
    key_start: int = 0


class Progress(NamedTuple):
    """How far a document is; never changed. `scalar` is what is judged of the string, number or word under way."""

    reading: Reading = START
    bracket: Bracket | None = None
    scalar: Spot | None = None

    @property
    def held(self) -> int | None:
        """Where the outermost open value begins that is yet to be judged; None where there is none."""
        if self.bracket is not None and self.bracket.held is not None:
            return self.bracket.held
        return self.reading.start if self.scalar is not None and self.scalar.is_checked else None


class Step(NamedTuple):
    """What bytes have brought. `opens`: a value began to which a text may have to go back."""

    progress: Progress
    problem: Problem | None = None
    opens: bool = False


class ValueChecker:
    """One per schema, shared by all documents: what it learns of the schema's places stays."""

    def __init__(self, lowered: Lowered, judges: Judges) -> None:
        self._definitions = lowered.definitions
        self._root = walking.root(lowered)
        self._judges = judges
        self._ways = Ways(lowered, judges)
        self._roots: dict[str, Spot] = {}
        self._num_known = 0
        self._owes_somewhere = any(map(may_be_owed, judges.residues))

    def step(self, progress: Progress, text: bytes | bytearray, place: int) -> Step:
        """Go on to the end of a text; what stands before `place` has been read."""
        reading, events = read(progress.reading, bytes(text[place:]), place)
        return self._judged(progress, reading, events, text)

    def finish(self, progress: Progress, text: bytes | bytearray) -> Step:
        """The text ends here."""
        return self._judged(progress, progress.reading, finish(progress.reading, len(text)), text)

    def _judged(self, progress: Progress, reading: Reading, events: list[Event], text: bytes | bytearray) -> Step:
        walk = _Walk(self, progress, text)
        for event in events:
            problem = walk.take(event)
            if problem is not None:
                return Step(progress, problem)
        return Step(Progress(reading, walk.bracket, walk.scalar), None, walk.opens)

    def root(self, kind: str) -> Spot:
        if kind not in self._roots:
            self._roots[kind] = Spot(self._root.of_kind(kind), self._judges)
        return self._roots[kind]

    def inside(self, spot: Spot, step: str | int, kind: str) -> Spot:
        """The spot of a member or an item."""
        known = spot.known.get((step, kind))
        if known is not None:
            return known
        found = (
            walking.member(spot.inner, step, self._definitions)
            if isinstance(step, str)
            else walking.item(spot.inner, step, self._definitions)
        )
        made = Spot(found.of_kind(kind), self._judges)
        self._num_known += 1
        if self._num_known < _MOST_KEPT:
            spot.known[step, kind] = made
        return made

    def may_owe(self, progress: Progress) -> bool:
        """Whether a bracket that could end next may have to stay open; one that would begin and end at once, too."""
        if not self._owes_somewhere or (progress.scalar is None and progress.reading.mode != KEY):
            return self._owes_somewhere
        bracket = progress.bracket
        while bracket is not None and not bracket.spot.may_owe:
            bracket = bracket.outer
        return bracket is not None

    def owed(self, progress: Progress, text: bytes | bytearray, data: bytes) -> Problem | None:
        """What a bracket owes yet that these bytes, behind the text, would end; None, nothing that can be paid."""
        whole = bytes(text) + data
        problem = self.step(progress, whole, len(text)).problem
        if problem is None or not problem.complaint.is_owed:
            return None
        bracket = progress.bracket
        while bracket is not None and bracket.start != problem.start:
            bracket = bracket.outer
        written = value_of(whole[problem.start : problem.seen]) if problem.complaint.missing else None
        names = list(written) if isinstance(written, dict) else []
        nodes = () if bracket is None else bracket.spot.inner.nodes
        return problem if may_be_paid(problem.complaint.missing, names, nodes) else None

    def ways(
        self, progress: Progress, text: bytes | bytearray, style: Style, start: int | None = None
    ) -> Iterator[bytes]:
        """Give texts that an open value may be: the one that begins at a byte, else the outermost that is judged."""
        start = progress.held if start is None else start
        spot, bracket = progress.scalar, progress.bracket
        while start is not None and bracket is not None and bracket.start >= start:
            spot, bracket = bracket.spot, bracket.outer
        if start is None or spot is None:
            return iter(())
        is_root = bracket is None
        judges = [*spot.judges, *([self.of_document] if is_root else [])]
        return self._ways.of(spot.inner, judges, bytes(text[start:]), style, is_root=is_root)

    @property
    def of_document(self) -> Judge:
        """The whole schema's judge."""
        return self._judges.of_root

    @property
    def first_residue(self) -> Residue | None:
        """What of the schema is judged, the first of it."""
        return next(iter(self._judges.residues), None)


class _Walk:
    """One step through events. `bracket`, `scalar` and `opens` are what it comes to."""

    def __init__(self, checker: ValueChecker, progress: Progress, text: bytes | bytearray) -> None:
        self._checker = checker
        self._text = text
        self.bracket = progress.bracket
        self.scalar = progress.scalar
        self.opens = False

    def take(self, event: Event) -> Problem | None:
        match event.what:
            case What.OPEN:
                self._open(event)
                return None
            case What.CLOSE:
                return self._close(event)
            case What.KEY_END:
                return self._name(event)
        return self._one_more(event)

    def _open(self, event: Event) -> None:
        kind = KINDS.get(event.first, "number")
        outer = self.bracket
        if outer is None:
            spot = self._checker.root(kind)
        else:
            step = outer.key if outer.is_object else outer.num_members
            spot = self._checker.inside(outer.spot, step, kind)
        self.opens = self.opens or spot.is_checked or (outer is not None and bool(outer.spot.grown))
        if kind not in ("array", "object"):
            self.scalar = spot
            return
        held = None if outer is None else outer.held
        held = event.start if held is None and spot.is_checked else held
        self.bracket = Bracket(outer, spot, event.start, kind == "object", held)

    def _close(self, event: Event) -> Problem | None:
        if event.start < 0 and self.bracket is not None:
            start, spot, is_compound = self.bracket.start, self.bracket.spot, True
            self.bracket = self.bracket.outer
        else:
            start, spot, is_compound = event.start, self.scalar or self._checker.root("number"), False
            self.scalar = None
        problem = self._whole(event, start, spot, is_compound=is_compound)
        outer = self.bracket
        if problem is None and outer is not None:
            if outer.spot.grown:
                problem = self._part(event, outer, start, is_compound=is_compound)
            self.bracket = outer._replace(num_members=outer.num_members + 1)
        return problem

    def _whole(self, event: Event, start: int, spot: Spot, *, is_compound: bool) -> Problem | None:
        judges = list(spot.judges)
        if self.bracket is None and self._checker.of_document not in judges:
            judges.append(self._checker.of_document)
        if not judges:
            return None
        value = value_of(self._text[start : event.end])
        for judge in judges:
            complaint = judge.complaint(value)
            if complaint is not None:
                inner = starts_of(bytes(self._text[start : event.end]), complaint.places) if is_compound else ()
                return Problem(
                    complaint,
                    event.seen,
                    start,
                    self._path(),
                    is_compound,
                    tuple(start + place for place in inner),
                    self._outer_starts(),
                )
        return None

    def _part(self, event: Event, outer: Bracket, start: int, *, is_compound: bool) -> Problem | None:
        """What there is of an array or object after one more element of it."""
        judges = [grown for grown in outer.spot.grown if grown.most_members is None and grown.residue.keyword != _NAMES]
        if not judges:
            return None
        value = value_of(self._text[outer.start : event.end] + (b"}" if outer.is_object else b"]"))
        complaint = next((found for grown in judges if (found := grown.complaint(value)) is not None), None)
        if complaint is None:
            return None
        begin = outer.key_start if outer.is_object else start
        return Problem(complaint, event.seen, begin, self._path(), is_compound, is_grown=True)

    def _name(self, event: Event) -> Problem | None:
        bracket = self.bracket
        if bracket is None:
            return None
        key = value_of(self._text[event.start : event.end])
        self.bracket = bracket._replace(key=str(key), key_start=event.start)
        for grown in bracket.spot.grown:
            complaint = grown.complaint({key: None}) if grown.residue.keyword == _NAMES else None
            if complaint is not None:
                return Problem(complaint, event.seen, event.start, (*self._path(), "~"), False, is_grown=True)
        return None

    def _one_more(self, event: Event) -> Problem | None:
        """A comma, or a key: whether an object may have another member."""
        bracket = self.bracket
        for grown in bracket.spot.grown if bracket is not None and bracket.is_object else ():
            most = grown.most_members
            if bracket is not None and most is not None and bracket.num_members >= most:
                return Problem(grown.blame, event.seen, event.start, (*self._path(), ","), False, is_grown=True)
        return None

    def _path(self) -> tuple[str | int, ...]:
        steps: list[str | int] = []
        bracket = self.bracket
        while bracket is not None:
            steps.append(bracket.key if bracket.is_object else bracket.num_members)
            bracket = bracket.outer
        return tuple(reversed(steps))

    def _outer_starts(self) -> tuple[int, ...]:
        starts = []
        bracket = self.bracket
        while bracket is not None:
            starts.append(bracket.start)
            bracket = bracket.outer
        return tuple(starts)


_NAMES = "propertyNames"
