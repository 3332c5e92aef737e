"""What is asked of a value, as a formula: claims of schemas and nodes that are read when they are needed, and literals,
each about one kind of value. Refuses to know keywords and how a value is found."""

from dataclasses import dataclass, replace
from fractions import Fraction

from flowgen.application.schemas.pattern_wholes import Whole
from flowgen.application.schemas.source import Place
from flowgen.domain.schemas import Node
from flowgen.domain.values import JsonValue


@dataclass(frozen=True, slots=True)
class All:
    """Each of these."""

    parts: "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these."""

    options: "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """The value is one that a schema, or a node, takes; or one that it does not take. Claims are the same where they
    are about the same place: to compare whole nodes takes long."""

    of: Place | Node
    holds: bool = True

    @property
    def key(self) -> tuple[int, bool]:
        """The same for the same claim: places and nodes are not copied."""
        return id(self.of), self.holds

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Claim) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True, slots=True)
class Among:
    """The value is one of these; or none of them. Of any kind."""

    values: tuple[JsonValue, ...]
    holds: bool = True

    def __hash__(self) -> int:
        """By the first text: each name of an object's members is one of these."""
        first = next(iter(self.values), None)
        return hash((len(self.values), first if isinstance(first, str) else None))


@dataclass(frozen=True, slots=True)
class Opaque:
    """Something that only the judge can tell."""


@dataclass(frozen=True, slots=True)
class Low:
    """A number of at least a bound; above it, where that is left out."""

    bound: Fraction
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class High:
    """A number of at most a bound; below it, where that is left out."""

    bound: Fraction
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Multiple:
    """A number that is a multiple; or none."""

    factor: Fraction
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Matches:
    """A text out of these; or none of them."""

    whole: Whole
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Size:
    """So many characters, items or members."""

    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Has:
    """An object with a member of this name; or without."""

    name: str
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Members:
    """Each member whose name is such has a value of this formula."""

    names: "Formula"
    value: "Formula"


@dataclass(frozen=True, slots=True)
class SomeMember:
    """There is a member whose name and value are such."""

    names: "Formula"
    value: "Formula"


@dataclass(frozen=True, slots=True)
class Items:
    """Each item from `start` to before `end` is of this formula."""

    item: "Formula"
    start: int = 0
    end: int | None = None


@dataclass(frozen=True, slots=True)
class SomeItems:
    """At least `count` of the items from `start` to before `end` are of this formula."""

    item: "Formula"
    start: int = 0
    end: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class FewItems:
    """At most `count` of the items are of this formula."""

    item: "Formula"
    count: int


@dataclass(frozen=True, slots=True)
class Unique:
    """No two items are equal; or two are."""

    holds: bool = True


Literal = (
    Among
    | Opaque
    | Low
    | High
    | Multiple
    | Matches
    | Size
    | Has
    | Members
    | SomeMember
    | Items
    | SomeItems
    | FewItems
    | Unique
)
Formula = All | Either | Claim | Literal

TRUE = All(())
FALSE = Either(())


def negated(formula: Formula) -> Formula:
    """Give what holds where a formula does not."""
    match formula:
        case All(parts):
            return Either(tuple(map(negated, parts)))
        case Either(options):
            return All(tuple(map(negated, options)))
        case Claim() | Among() | Multiple() | Matches() | Has() | Unique():
            return replace(formula, holds=not formula.holds)
        case Low(bound, is_open):
            return High(bound, not is_open)
        case High(bound, is_open):
            return Low(bound, not is_open)
        case Size(least, most):
            return Either(
                (
                    *([Size(0, least - 1)] if least else []),
                    *([Size(most + 1)] if most is not None else []),
                )
            )
        case Opaque():
            return formula
    return _negated_parts(formula)


def _negated_parts(formula: Members | SomeMember | Items | SomeItems | FewItems) -> Formula:
    match formula:
        case Members(names, value):
            return SomeMember(names, negated(value))
        case SomeMember(names, value):
            return Members(names, negated(value))
        case Items(item, start, end):
            return SomeItems(negated(item), start, end)
        case SomeItems(item, start, end, 1):
            return Items(negated(item), start, end)
        case SomeItems(item, _, _, count):
            return FewItems(item, count - 1)
        case FewItems(item, count):
            return SomeItems(item, count=count + 1)


def only_name(formula: Formula) -> str | None:
    """Give the one name that a formula allows, where it says so."""
    if isinstance(formula, Among) and formula.holds and len(formula.values) == 1:
        return formula.values[0] if isinstance(formula.values[0], str) else None
    return None
