"""Where a JSON text stands in a schema's normal form, and about how many tokens its shortest end takes. Knows what is
open and what each bracket lacks; refuses to know tokens' texts and residues."""

import json
import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from flowgen.adapters.constraints.checking import json_reader as mode
from flowgen.adapters.constraints.checking.json_reader import START, Event, Reading, What, read, value_of
from flowgen.adapters.constraints.closing.costs import PER_CHARACTER, Costs, string_rest
from flowgen.application.schemas import walking
from flowgen.domain.schemas import Anything, Array, Enum, Lowered, Node, Nothing, Object, Property, String
from flowgen.domain.values import JsonValue

_AGAIN = 40.0
"""What a name that was written before costs more: it brings no member."""
_LIKE_AGAIN = 5.0
"""What one costs more that so far is one of them."""
_UNKNOWN = 1000.0
"""In place of an infinite cost."""


class Level(NamedTuple):
    """An open bracket. `nodes` are what it may be, `num_members` counts its whole members, `rest` is what the brackets
    around it take once it has closed. `names` are those written, the last of them `name`."""

    outer: "Level | None"
    nodes: tuple[Node, ...]
    is_object: bool
    rest: float
    num_members: int = 0
    name: str = ""
    names: frozenset[str] = frozenset()
    is_again: bool = False


class Place(NamedTuple):
    """Never changed. `nodes` are what the text, number or word under way may be."""

    reading: Reading = START
    level: Level | None = None
    nodes: tuple[Node, ...] = ()


class Places:
    """One per schema. `least` are about the tokens of its shortest document."""

    def __init__(self, lowered: Lowered) -> None:
        self._definitions = lowered.definitions
        self._root = walking.root(lowered)
        self._costs = Costs(lowered.definitions)
        self.least = _least(self._costs.of(node) for node in self._root.nodes)

    def moved(self, place: Place, text: bytes, begin: int) -> Place:
        """Go on to the end of a text; what stands before `begin` has been read."""
        reading, events = read(place.reading, text[begin:], begin)
        level, nodes = place.level, place.nodes
        for event in events:
            level, nodes = self._after(event, level, nodes, text)
        return Place(reading, level, nodes)

    def _after(
        self, event: Event, level: Level | None, nodes: tuple[Node, ...], text: bytes
    ) -> tuple[Level | None, tuple[Node, ...]]:
        if event.what is What.OPEN:
            kind = mode.KINDS.get(event.first, "number")
            level = self._kept(level, lambda spot: bool(spot.of_kind(kind).nodes))
            found = self._here(level).of_kind(kind).nodes
            if kind not in ("array", "object"):
                return level, found
            return Level(level, found, kind == "object", self._outside(level)), ()
        if event.what is What.CLOSE:
            if event.start < 0 and level is not None:
                level = level.outer
            elif level is not None and len(level.nodes) > 1:
                value = value_of(text[event.start : event.end])
                level = self._kept(level, lambda spot: self._is_allowed(value, spot))
            return (None if level is None else level._replace(num_members=level.num_members + 1)), ()
        if event.what is What.KEY_END and level is not None:
            return _named(level, _text(text[event.start : event.end])), ()
        return level, nodes

    def _kept(self, level: Level | None, fits: Callable[[walking.Spot], bool]) -> Level | None:
        """Leave of what a bracket may be that in which the value under way fits."""
        if level is None or len(level.nodes) < 2:
            return level
        nodes = tuple(node for node in level.nodes if fits(self._here(level._replace(nodes=(node,)))))
        return level._replace(nodes=nodes or level.nodes)

    def _is_allowed(self, value: JsonValue, spot: walking.Spot) -> bool:
        return any(walking.allows(node, value, self._definitions) for node in spot.nodes)

    def _here(self, level: Level | None) -> walking.Spot:
        """What the next value may be."""
        if level is None:
            return self._root
        around = walking.Spot(nodes=level.nodes)
        if any(isinstance(node, Anything) for node in level.nodes):
            return walking.Spot(nodes=(Anything(),))
        if level.is_object:
            return walking.member(around, level.name, self._definitions)
        return walking.item(around, level.num_members, self._definitions)

    def _outside(self, level: Level | None) -> float:
        """What is left once the value under way has ended."""
        if level is None:
            return 0.0
        if level.is_object:
            return self._lacks(level, level.num_members + 1) + level.rest + (_AGAIN if level.is_again else 0.0)
        return self._lacks(level, level.num_members + 1) + level.rest

    def _lacks(self, level: Level, index: int) -> float:
        """What a bracket lacks to be closed, with its end, once it has `index` members; none of them is open."""
        return 1 + _least(self._lacked(node, level, index) for node in level.nodes)

    def _lacked(self, node: Node, level: Level, index: int) -> float:
        if isinstance(node, Object):
            return sum(self._costs.member(member) for member in _missing(node, level.names))
        return self._costs.items(node, index, max(index, node.min_items)) if isinstance(node, Array) else 0.0

    def rest(self, place: Place, text: bytes) -> float:
        """About the tokens of the shortest way from here to the end."""
        level, state = place.level, place.reading.mode
        if state >= mode.ESCAPED:
            return 1 + self.rest(place._replace(reading=place.reading._replace(mode=state - mode.ESCAPED)), text)
        match state:
            case mode.VALUE:
                return self._value(level)
            case mode.COLON:
                return 1 + self._value(level)
            case mode.NAME if level is not None:
                return self._name(level, None)
            case mode.KEY if level is not None:
                return self._name(level, _begun(text[place.reading.start :]))
            case mode.AFTER if level is not None:
                return self._lacks(level, level.num_members) + level.rest
            case mode.END:
                return 0.0
        return self._scalar(place, text[place.reading.start :]) + self._outside(level)

    def next_letters(self, place: Place, text: bytes) -> frozenset[int]:
        """The bytes with which a name that is being written becomes one of those that are required."""
        if place.level is None or place.reading.mode != mode.KEY:
            return frozenset()
        begun = text[place.reading.start + 1 :]
        names = (
            json.dumps(member.name)[1:].encode()
            for node in place.level.nodes
            if isinstance(node, Object)
            for member in _missing(node, place.level.names)
        )
        return frozenset(name[len(begun)] for name in names if name.startswith(begun) and len(name) > len(begun))

    def _value(self, level: Level | None) -> float:
        if (
            level is not None
            and not level.is_object
            and level.num_members == 0
            and any(map(_may_be_empty, level.nodes))
        ):
            return 1 + level.rest
        return _least(self._costs.of(node) for node in self._here(level).nodes) + self._outside(level)

    def _scalar(self, place: Place, text: bytes) -> float:
        if place.reading.mode == mode.NUMBER:
            return 0.0 if text[-1:].isdigit() else 1.0
        if place.reading.mode == mode.WORD:
            return 0.5
        begun = _begun(text)
        return 1 + _least(_string_rest(node, begun) for node in place.nodes)

    def _name(self, level: Level, begun: str | None) -> float:
        """A name comes, or is being written, or the end comes where there is no name yet."""
        if begun is None and level.num_members == 0:
            return self._lacks(level, 0) + level.rest
        return 1 + level.rest + _least(self._named(node, level, begun) for node in level.nodes)

    def _named(self, node: Node, level: Level, begun: str | None) -> float:
        again = _LIKE_AGAIN if begun in level.names else 0.0
        if not isinstance(node, Object):
            return 4.0 + again
        missing = list(_missing(node, level.names))
        base = sum(map(self._costs.member, missing))
        ways = [base - (0 if begun is None else 1 + len(begun) * PER_CHARACTER) for _ in _going_on(missing, begun)]
        if not ways:
            others = (member for member in node.properties if not member.is_required and member.name not in level.names)
            ways = [base + self._costs.member(member) for member in _going_on(others, begun)]
            ways += [
                base + 3.0 + string_rest(group.keys, begun or "") + again + self._costs.of(group.node)
                for group in node.others
            ]
        return min(ways, default=math.inf)


def _named(level: Level, name: str) -> Level:
    """A name has been written: what cannot have it is out."""
    nodes = tuple(node for node in level.nodes if _may_have(node, name))
    return level._replace(
        nodes=nodes or level.nodes, name=name, names=level.names | {name}, is_again=name in level.names
    )


def _may_have(node: Node, name: str) -> bool:
    if not isinstance(node, Object):
        return True
    listed = next((member for member in node.properties if member.name == name), None)
    if listed is not None:
        return not isinstance(listed.node, Nothing)
    return any(walking.allows_key(group.keys, name) for group in node.others if not isinstance(group.node, Nothing))


def _may_be_empty(node: Node) -> bool:
    return isinstance(node, Anything) or (isinstance(node, Array) and not node.min_items)


def _missing(node: Object, names: frozenset[str]) -> Iterator[Property]:
    return (member for member in node.properties if member.is_required and member.name not in names)


def _going_on(members: "Iterator[Property] | list[Property]", begun: str | None) -> Iterator[Property]:
    return (member for member in members if begun is None or member.name.startswith(begun))


def _string_rest(node: Node, begun: str) -> float:
    if isinstance(node, String):
        return string_rest(node, begun)
    if isinstance(node, Enum):
        ends = (value for value in node.values if isinstance(value, str) and value.startswith(begun))
        return min(((len(value) - len(begun)) * PER_CHARACTER for value in ends), default=math.inf)
    return 0.0


def _least(costs: Iterator[float]) -> float:
    return min(min(costs, default=_UNKNOWN), _UNKNOWN)


def _text(data: bytes) -> str:
    try:
        return str(json.loads(data.decode("utf-8", "replace")))
    except ValueError:  # half an escape
        return data.strip(b'"').decode("utf-8", "replace")


def _begun(data: bytes) -> str:
    """The text of a string that has no end yet."""
    return _text(data + b'"')
