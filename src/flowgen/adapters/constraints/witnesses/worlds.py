"""Finds the ways to meet a formula: sets of literals that may hold at once. Knows what contradicts itself at a glance;
refuses to know whether a value meets a set."""

from collections.abc import Callable, Iterator

from flowgen.adapters.constraints.witnesses.formulas import (
    All,
    Among,
    Claim,
    Either,
    Formula,
    Has,
    Literal,
    Matches,
    Multiple,
    SomeMember,
    Unique,
    negated,
    only_name,
)
from flowgen.application.schemas.walking import same

Read = Callable[[Claim], Formula]
Tick = Callable[[], None]
World = tuple[Literal, ...]

_SHARP = (Has, Matches, Multiple, Unique)
"""Literals that stand against their own negation."""


class Worlds:
    """`read` gives what a claim says of values of the kind in question; `tick` counts the work, and ends it."""

    def __init__(self, read: Read, tick: Tick) -> None:
        self._read = read
        self._tick = tick

    def of(self, formula: Formula) -> Iterator[World]:
        """Give the sets, those that ask least first where that can be told."""
        return self._expanded([formula], _State())

    def _expanded(self, todo: list[Formula], state: "_State") -> Iterator[World]:
        self._tick()
        if not self._settled(todo, state):
            return
        choices = self._narrowed(state)
        if choices is None:
            return
        if not choices:
            yield tuple(state.literals)
            return
        options = min(choices, key=len)
        for option in options:
            yield from self._expanded([option], state.without(choices, options))

    def _settled(self, todo: list[Formula], state: "_State") -> bool:
        """Take what leaves no choice; False where it contradicts itself."""
        while todo:
            formula = todo.pop()
            match formula:
                case All(parts):
                    todo += reversed(parts)
                case Either(options):
                    if not options:
                        return False
                    state.choices.append(options)
                case Claim():
                    if (id(formula.of), not formula.holds) in state.seen:
                        return False
                    if formula.key not in state.seen:
                        self._tick()
                        state.seen.add(formula.key)
                        state.kept.append(formula)
                        said = self._read(formula)
                        todo.append(said if formula.holds else negated(said))
                case _:
                    if state.forbids(formula):
                        return False
                    state.take(formula)
        return True

    def _narrowed(self, state: "_State") -> list[tuple[Formula, ...]] | None:
        """Give the choices that are left, without options that cannot be, and take those of one option; None where a
        choice has no option."""
        while True:
            choices, single = [], []
            for options in state.choices:
                if any(state.has(option) for option in options):
                    continue
                alive = tuple(option for option in options if not state.excludes(option))
                if not alive:
                    return None
                if len(alive) == 1:
                    single.append(alive[0])
                else:
                    choices.append(alive)
            state.choices = choices
            if not single:
                return choices
            if not self._settled(single, state):
                return None


class _State:
    """What has been taken so far."""

    def __init__(self) -> None:
        self.literals: dict[Literal, None] = {}
        self.among: list[Among] = []
        self.wanted: set[str] = set()  # names of members that there have to be
        self.choices: list[tuple[Formula, ...]] = []
        self.seen: set[tuple[int, bool]] = set()
        self.kept: list[Claim] = []

    def without(self, choices: list[tuple[Formula, ...]], taken: tuple[Formula, ...]) -> "_State":
        """Give a copy where one choice is being made."""
        made = _State()
        made.literals, made.among, made.wanted = dict(self.literals), list(self.among), set(self.wanted)
        made.choices = [options for options in choices if options is not taken]
        made.seen, made.kept = set(self.seen), list(self.kept)
        return made

    def take(self, literal: Literal) -> None:
        if literal in self.literals:
            return
        self.literals[literal] = None
        if isinstance(literal, Among):
            self.among.append(literal)
        elif isinstance(literal, SomeMember) and (name := only_name(literal.names)) is not None:
            self.wanted.add(name)

    def has(self, formula: Formula) -> bool:
        if isinstance(formula, All):
            return all(map(self.has, formula.parts))
        if isinstance(formula, Claim):
            return formula.key in self.seen
        return not isinstance(formula, Either) and formula in self.literals

    def excludes(self, formula: Formula) -> bool:
        if isinstance(formula, All):
            return any(map(self.excludes, formula.parts))
        if isinstance(formula, Claim):
            return (id(formula.of), not formula.holds) in self.seen
        if isinstance(formula, Either):
            return all(map(self.excludes, formula.options))
        return self.forbids(formula)

    def forbids(self, literal: Literal) -> bool:
        if isinstance(literal, Has) and not literal.holds:
            return Has(literal.name) in self.literals or literal.name in self.wanted
        if isinstance(literal, SomeMember):
            name = only_name(literal.names)
            return name is not None and Has(name, holds=False) in self.literals
        if isinstance(literal, _SHARP):
            return negated(literal) in self.literals
        if isinstance(literal, Among):
            return any(_are_apart(literal, other) for other in self.among)
        return False


def _are_apart(one: Among, other: Among) -> bool:
    if one.holds and other.holds:
        return not any(same(first, second) for first in one.values for second in other.values)
    if one.holds == other.holds:
        return False
    wanted, banned = (one, other) if one.holds else (other, one)
    return all(any(same(value, out) for out in banned.values) for value in wanted.values)
