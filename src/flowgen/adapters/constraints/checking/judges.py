"""Judges values by a schema's residues with a real validator. Knows jsonschema-rs and which part of a schema a keyword
needs beside it; refuses to know texts and tokens."""

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import jsonschema_rs

from flowgen.adapters.constraints.checking.documents import (
    absolute,
    home_of,
    quoted,
    resolved,
    with_readable_references,
)
from flowgen.adapters.constraints.checking.efforts import Efforts
from flowgen.adapters.constraints.checking.later_formats import later_formats
from flowgen.adapters.constraints.checking.used_parts import without_unused_parts
from flowgen.adapters.constraints.plain_patterns import with_plain_names
from flowgen.adapters.constraints.schema_texts import moved
from flowgen.application.schemas.walking import residues_of
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.schemas import Lowered, Residue
from flowgen.domain.values import JsonValue, Value

_VALIDATORS = {
    "4": (jsonschema_rs.Draft4Validator, jsonschema_rs.Draft4),
    "6": (jsonschema_rs.Draft6Validator, jsonschema_rs.Draft6),
    "7": (jsonschema_rs.Draft7Validator, jsonschema_rs.Draft7),
    "2019-09": (jsonschema_rs.Draft201909Validator, jsonschema_rs.Draft201909),
    "2020-12": (jsonschema_rs.Draft202012Validator, jsonschema_rs.Draft202012),
}
_BESIDE = {
    "maxContains": ("contains",),
    "additionalProperties": ("properties", "patternProperties"),
    "additionalItems": ("items",),
    "items": ("prefixItems",),
}
"""What a keyword's meaning depends on."""
_LACKS = frozenset(("required", "minProperties", "minItems", "contains"))
"""Errors that more of the same value mends."""
_MOST_ERRORS = 20
_MOST_LOOKS = 20_000
"""Looks at schemas after which errors are told: each may cost 25 us, and a copy of the value."""
_DEAR_S = 0.1
"""Where telling errors once took longer, it is not done again."""

Path = tuple[str | int, ...]


class Complaint(Value, frozen=True):
    """Why a value is not taken. `places` lead from it to the inner values that the errors are about; `is_owed`: more of
    the value can mend it, members named `missing` where it has to be these."""

    keyword: str
    pointer: str
    is_owed: bool = False
    missing: tuple[str, ...] = ()
    places: tuple[Path, ...] = ()


class Judge:
    """Judges values by the schema at a pointer of the source, or by a part of it. `residues` are those that stand
    there; `blamed` is what is blamed where no error is told; the validator is that of a reference to the schema, unless
    `is_referred` is False."""

    def __init__(
        self,
        validator: jsonschema_rs.Validator,
        residues: Sequence[Residue],
        efforts: Efforts,
        pointer: str,
        blamed: Residue | None = None,
        *,
        is_referred: bool = True,
    ) -> None:
        self._validator = validator
        self._residues = residues
        self._efforts = efforts
        self._pointer = pointer
        self._to_blame = next(iter(residues), blamed)
        self._is_dear = False
        self._is_referred = is_referred

    def complaint(self, value: JsonValue) -> Complaint | None:
        """What the schema has against a value; None, nothing. Bounded: what cannot be judged in time is not taken."""
        errors: list[jsonschema_rs.ValidationError] = []
        if self._efforts.is_judged_in_time(self._pointer, value):
            try:
                if self._validator.is_valid(value):
                    return None
                errors = self._errors(value)
            except (ValueError, RecursionError):  # half a character, numbers and depths that it does not take
                errors = []
        if not errors:
            residue = self._to_blame
            return Complaint(keyword=residue.keyword if residue else "", pointer=residue.pointer if residue else "")
        blamed = [self._blamed(error) for error in errors]
        keyword, pointer, _ = blamed[0]
        return Complaint(
            keyword=keyword,
            pointer=pointer,
            is_owed=all(is_owed for _, _, is_owed in blamed),
            missing=tuple(
                str(getattr(error.kind, "property", "")) for error in errors if error.kind.name == "required"
            ),
            places=tuple(dict.fromkeys(place for error in errors for place in _places(error, 0) if place)),
        )

    def takes(self, value: JsonValue) -> bool:
        """Whether nothing is wrong with a value, whatever it were. Bounded like `complaint`."""
        try:
            return self._efforts.is_judged_in_time(self._pointer, value) and self._validator.is_valid(value)
        except (ValueError, RecursionError):
            return False

    def _errors(self, value: JsonValue) -> list[jsonschema_rs.ValidationError]:
        """Tell errors, unless that takes too long: their trees grow with all the ways in which a value fails."""
        if self._is_dear or not self._efforts.is_told_in_time(self._pointer, value, _MOST_LOOKS):
            return []
        began = time.thread_time()
        errors = list(islice(self._validator.iter_errors(value), _MOST_ERRORS))
        self._is_dear = time.thread_time() - began > _DEAR_S
        return errors

    def _blamed(self, error: jsonschema_rs.ValidationError) -> tuple[str, str, bool]:
        path = ["$ref", *map(str, error.evaluation_path)][self._is_referred :]
        for residue in self._residues:
            keywords = (residue.keyword, "then", "else") if residue.keyword == "if" else (residue.keyword,)
            if len(path) > 1 and path[1] in keywords:
                is_lack = residue.kind == "owed" or (residue.keyword == "if" and error.kind.name in _LACKS)
                return residue.keyword, residue.pointer, is_lack and not error.instance_path
        where = error.absolute_keyword_location or ""
        return error.kind.name, where.partition("#")[2], False


def _places(error: jsonschema_rs.ValidationError, depth: int) -> Iterator[Path]:
    branches = getattr(error.kind, "context", None) if depth < 4 else None
    for branch in branches or ():
        for inner in branch[:4]:
            yield from _places(inner, depth + 1)
    yield tuple(error.instance_path)


class Grown:
    """Judges what there is of an array or object by one keyword alone. `most_members` is maxProperties."""

    def __init__(self, residue: Residue, judge: Judge | None, most_members: int | None = None) -> None:
        self.residue = residue
        self.most_members = most_members
        self._judge = judge

    def complaint(self, value: JsonValue) -> Complaint | None:
        if self._judge is None or self._judge.complaint(value) is None:
            return None
        return self.blame

    @property
    def blame(self) -> Complaint:
        return Complaint(keyword=self.residue.keyword, pointer=self.residue.pointer)


class Judges:
    """All the judges of a schema, made at once. Raises ConstraintRefused for what the validator cannot take."""

    def __init__(self, lowered: Lowered, field: str) -> None:
        self._make, self._draft = _VALIDATORS[lowered.draft]
        self._draft_name = lowered.draft
        self._field = field
        self._home = home_of(lowered.source, lowered.draft)
        residues = list(dict.fromkeys(residues_of(lowered.root, lowered.definitions)))
        self.residues = tuple(residues)
        self._efforts = Efforts(lowered.source, lowered.draft)
        self._others: dict[str, Judge] = {}
        self._take(with_readable_references(lowered.source, lowered.draft))
        of_schema: dict[str, list[Residue]] = {}
        for residue in residues:
            of_schema.setdefault(residue.schema, []).append(residue)
        self._judges = {pointer: self._judge(pointer, those) for pointer, those in of_schema.items()}
        self.of_root = self._judges.get("") or self._judge("", ())
        self._grown = {residue: self._grown_judge(residue) for residue in residues if residue.kind == "grown"}

    def _take(self, written: Any) -> None:
        self._written = written
        self._source = with_plain_names(written)
        try:
            self._registry = jsonschema_rs.Registry([(self._home, self._source)], draft=self._draft)
        except ValueError as error:
            used = self._used(written)
            if used == written:
                raise self._refusal(_sentence(error), "", ()) from error
            self._take(used)

    def _used(self, written: Any) -> Any:
        try:
            return without_unused_parts(written, self._draft_name)
        except ConstraintRefused as refusal:
            raise ConstraintRefused(
                self._field, refusal.reason, keyword=refusal.keyword, pointer=refusal.pointer
            ) from refusal

    def of(self, residues: Sequence[Residue]) -> list[Judge]:
        """The judges of a value whose end is there: one for each schema."""
        return [self._judges[pointer] for pointer in dict.fromkeys(residue.schema for residue in residues)]

    def grown(self, residues: Sequence[Residue]) -> list[Grown]:
        """The judges of a value that grows."""
        return [self._grown[residue] for residue in residues if residue.kind == "grown"]

    def takes(self, pointer: str, value: JsonValue) -> bool:
        """Whether the schema at a pointer, one with residues or any other, takes a value. Raises ConstraintRefused for
        a schema that the validator cannot take alone."""
        judge = self._judges.get(pointer) or self._others.get(pointer)
        if judge is None:
            judge = self._others[pointer] = self._judge(pointer, ())
        return judge.takes(value)

    def _judge(self, pointer: str, residues: Sequence[Residue]) -> Judge:
        try:
            validator = self._validator_at(pointer)
        except ValueError as error:
            raise self._refusal(_sentence(error), pointer, residues) from error
        if self._efforts.has_too_many_ways(pointer):
            raise self._refusal("it branches in too many ways to be judged", pointer, residues)
        blamed = next(iter(self.residues), None)
        return Judge(
            validator, residues, self._efforts, pointer, blamed, is_referred=not self._is_judged_itself(pointer)
        )

    def _refusal(self, reason: str, pointer: str, residues: Sequence[Residue]) -> ConstraintRefused:
        """Refuse what would judge the schema at a pointer; where none of its keywords asks for that, the first one that
        is judged anywhere is blamed."""
        residue = next(iter(residues), next(iter(self.residues), None))
        keyword, where = (None, pointer) if residue is None else (residue.keyword, residue.pointer)
        return ConstraintRefused(self._field, reason, keyword=keyword, pointer=where)

    def _validator_at(self, pointer: str) -> jsonschema_rs.Validator:
        if self._is_judged_itself(pointer):
            return self._validator(self._source, self._home)
        return self._validator({"$ref": f"{self._home}#{quoted(self._moved(pointer))}"})

    def _is_judged_itself(self, pointer: str) -> bool:
        """Say whether a reference to it would change what it means, as the outermost schema."""
        return not pointer and isinstance(self._source, dict) and self._source.get("$recursiveAnchor") is True

    def _moved(self, pointer: str) -> str:
        return moved(pointer, self._written, self._source)

    def _validator(self, schema: dict[str, Any], address: str | None = None) -> jsonschema_rs.Validator:
        return self._make(
            schema,
            registry=self._registry,
            base_uri=address,
            formats=later_formats(self._draft_name),
            validate_formats=True,
            offline=True,
        )

    def _grown_judge(self, residue: Residue) -> Grown:
        """Without a judge, the value is only judged at its end."""
        schema = resolved(self._source, self._moved(residue.schema))
        value = schema.get(residue.keyword) if isinstance(schema, dict) else None
        if residue.keyword == "maxProperties" and isinstance(value, int | float):
            return Grown(residue, None, int(value))
        if not isinstance(schema, dict) or residue.keyword not in schema:
            return Grown(residue, None)
        names = (residue.keyword, *_BESIDE.get(residue.keyword, ()))
        part = {name: absolute(schema[name], self._home) for name in names if name in schema}
        if "contains" in part:
            part["minContains"] = 0
        try:
            return Grown(residue, Judge(self._validator(part), (), self._efforts, residue.schema))
        except ValueError:  # a part that does not stand alone
            return Grown(residue, None)


def has_residues(lowered: Lowered) -> bool:
    """Say whether anything of a schema is left to judge."""
    return next(residues_of(lowered.root, lowered.definitions), None) is not None


def _sentence(error: ValueError) -> str:
    return str(error).splitlines()[0][:200] if str(error) else "the validator does not take it"
