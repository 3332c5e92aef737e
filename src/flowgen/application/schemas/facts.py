"""What is known of a value's schemas on the way to its node. Refuses to know how it is found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from flowgen.application.schemas.remarks import Remarks
from flowgen.application.schemas.source import Place, Source
from flowgen.domain.schemas import Node, Residue


class Nodes(Protocol):
    """Gives the node of a value that several schemas judge at once."""

    source: Source
    remarks: Remarks

    def node(self, places: Iterable[Place]) -> Node: ...

    def overlaps(self, place: Place, branches: list[Place]) -> list[int]:
        """Give the indexes of an oneOf's branches that may match a value which another of them matches too."""

    def judge_all(self, place: Place, keyword: str) -> None:
        """Leave a keyword to be judged with the whole document."""

    def step(self) -> None:
        """Count a piece of work. Raises ConstraintRefused where it is too much."""


@dataclass(slots=True)
class Choice:
    """One of these sets of schemas must hold. `scopes` are the schemas whose unevaluated keywords see what is
    chosen."""

    options: list[tuple[Place, ...]]
    place: Place
    keyword: str
    scopes: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A schema whose plain keywords hold. `scopes` are the schemas that it was reached from on the spot."""

    place: Place
    schema: dict[str, Any]
    scopes: tuple[Place, ...]


@dataclass(slots=True)
class Leaf:
    """What holds at once. `blurred` are the scopes of which it is not known which parts of a value they have seen."""

    facts: list[Fact] = field(default_factory=list)
    pending: list[Choice] = field(default_factory=list)
    residues: list[Residue] = field(default_factory=list)
    seen: set[Place] = field(default_factory=set)
    blurred: set[Place] = field(default_factory=set)
    is_empty: bool = False
    num_splits: int = 0

    def copy(self) -> "Leaf":
        copied = Leaf(list(self.facts), list(self.pending), list(self.residues), set(self.seen), set(self.blurred))
        copied.num_splits = self.num_splits
        return copied

    def unevaluated(self, keyword: str) -> Iterator[Place]:
        """Give the schemas with this keyword of which it is known which parts of a value they have seen."""
        for fact in self.facts:
            if keyword in fact.schema and fact.place not in self.blurred:
                yield fact.place

    def unevaluated_residues(self, keyword: str, nodes: "Nodes") -> Iterator[Residue]:
        """Give the residues of the others, and note the keyword."""
        for fact in self.facts:
            if keyword in fact.schema and fact.place in self.blurred:
                yield from nodes.remarks.residue(fact.place, keyword, "whole")
            elif keyword in fact.schema:
                nodes.remarks.note(fact.place, keyword, "lowered")
