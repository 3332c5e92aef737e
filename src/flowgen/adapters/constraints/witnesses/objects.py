"""Makes objects that meet literals: which members have to be there, and what each has to be. Refuses to know how a name
or a value is found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from flowgen.adapters.constraints.witnesses.formulas import (
    FALSE,
    All,
    Among,
    Claim,
    Formula,
    Has,
    Members,
    Size,
    SomeMember,
    negated,
    only_name,
)
from flowgen.adapters.constraints.witnesses.worlds import World
from flowgen.application.schemas.source import Place
from flowgen.domain.schemas import Nothing
from flowgen.domain.values import JsonValue

_MOST_MEMBERS = 200
_MOST_NAMES = 6
_MOST_VALUES = 2


class Inner(Protocol):
    """Finds the parts of a value."""

    def inside(self, formula: Formula, depth: int, kinds: Sequence[str] = ...) -> Iterator[JsonValue]: ...
    def suits(self, formula: Formula, value: JsonValue) -> bool: ...
    def tick(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Slot:
    """A member that has to be there; of any name, where it has none yet."""

    name: str | None
    owed: tuple[SomeMember, ...] = ()


def objects_of(world: World, inner: Inner, depth: int) -> Iterator[JsonValue]:
    """Give objects, those with few members first."""
    names = [literal.name for literal in world if isinstance(literal, Has) and literal.holds]
    owed = [literal for literal in world if isinstance(literal, SomeMember)]
    sizes = [literal for literal in world if isinstance(literal, Size)]
    least = max((size.least for size in sizes), default=0)
    most = min((size.most for size in sizes if size.most is not None), default=_MOST_MEMBERS)
    made = _Objects(world, inner, depth)
    if max(least, len(names)) > most or not all(inner.suits(made.names, name) for name in names):
        return
    for slots in made.slots(owed, tuple(map(_Slot, names)), most):
        for members in made.filled(slots, {}):
            full = made.grown(members, least)
            if full is not None:
                yield dict(full)


class _Objects:
    """What holds for all members. `names` is what each name has to be."""

    def __init__(self, world: World, inner: Inner, depth: int) -> None:
        rules = [literal for literal in world if isinstance(literal, Members)]
        lacking = tuple(literal.name for literal in world if isinstance(literal, Has) and not literal.holds)
        closed = [negated(rule.names) for rule in rules if _is_never(rule.value)]
        self.names: Formula = All((*([Among(lacking, holds=False)] if lacking else []), *closed))
        self._rules = [rule for rule in rules if not _is_never(rule.value)]
        self._by_name: dict[str, list[Formula]] = {}
        self._of_many: list[Members] = []
        for rule in self._rules:
            name = only_name(rule.names)
            if name is None:
                self._of_many.append(rule)
            else:
                self._by_name.setdefault(name, []).append(rule.value)
        self._inner = inner
        self._depth = depth

    def slots(self, owed: Sequence[SomeMember], slots: tuple[_Slot, ...], most: int) -> Iterator[tuple[_Slot, ...]]:
        """Give ways to owe: each its own member, or one for several."""
        self._inner.tick()
        if not owed:
            yield slots
            return
        only = only_name(owed[0].names)
        named = [place for place, slot in enumerate(slots) if slot.name == only is not None]
        if len(slots) < most and not named and (only is None or self._inner.suits(self.names, only)):
            yield from self.slots(owed[1:], (*slots, _Slot(only, (owed[0],))), most)
        for place, slot in enumerate(slots) if only is None else ((place, slots[place]) for place in named):
            if slot.name is None or self._inner.suits(owed[0].names, slot.name):
                joined = _Slot(slot.name, (*slot.owed, owed[0]))
                yield from self.slots(owed[1:], (*slots[:place], joined, *slots[place + 1 :]), most)

    def filled(self, slots: Sequence[_Slot], members: Mapping[str, JsonValue]) -> Iterator[Mapping[str, JsonValue]]:
        if not slots:
            yield members
            return
        slot = slots[0]
        for name in self._names_of(slot, members):
            for value in islice(self._values(name, slot.owed), _MOST_VALUES):
                yield from self.filled(slots[1:], {**members, name: value})

    def grown(self, members: Mapping[str, JsonValue], least: int) -> Mapping[str, JsonValue] | None:
        """Add members until there are enough; None where no more are found."""
        members = dict(members)
        for name in self._more_names() if len(members) < least else ():
            if name not in members:
                value = next(self._values(name, ()), _NONE)
                if value is not _NONE:
                    members[name] = value
            if len(members) >= least:
                break
        return members if len(members) >= least else None

    def _more_names(self) -> Iterator[str]:
        for rule in self._rules:
            if isinstance(rule.names, Among) and rule.names.holds:
                listed = (name for name in rule.names.values if isinstance(name, str))
                yield from (name for name in listed if self._inner.suits(self.names, name))
        for rule in self._rules:
            yield from self._found_names(All((self.names, rule.names)))
        yield from self._found_names(self.names)

    def _found_names(self, formula: Formula) -> Iterator[str]:
        found = self._inner.inside(formula, self._depth, ("string",))
        return (name for name in found if isinstance(name, str))

    def _names_of(self, slot: _Slot, members: Mapping[str, JsonValue]) -> Iterator[str]:
        if slot.name is not None:
            return iter((slot.name,))
        found = self._found_names(All((self.names, *(some.names for some in slot.owed))))
        return islice((name for name in found if name not in members), _MOST_NAMES)

    def _values(self, name: str, owed: Sequence[SomeMember]) -> Iterator[JsonValue]:
        general = [rule.value for rule in self._of_many if self._inner.suits(rule.names, name)]
        own = self._by_name.get(name, [])
        return self._inner.inside(All((*(some.value for some in owed), *own, *general)), self._depth - 1)


_NONE: JsonValue = ["no value at all"]


def _is_never(formula: Formula) -> bool:
    if isinstance(formula, Claim):
        is_nothing = isinstance(formula.of, Nothing) or (isinstance(formula.of, Place) and formula.of.schema is False)
        return formula.holds and is_nothing
    return formula == FALSE
