"""Says which tokens would end a bracket that still owes something, and whether it can be paid yet. Refuses to know what
is owed."""

from collections.abc import Callable, Iterable, Sequence

from flowgen.adapters.constraints.checking import json_reader as mode
from flowgen.adapters.constraints.checking.token_index import Bits, TokenIndex
from flowgen.application.schemas.walking import allows_key
from flowgen.domain.schemas import Anything, Node, Nothing, Object, Residue

_MOST_TRIED = 48
"""Beginnings of tokens that are judged for one mask; what is left over is refused once it is chosen."""
_CLOSERS = b"]}"
_QUOTED = frozenset((mode.STRING, mode.KEY))

Owes = Callable[[bytes], bool]
"""Whether these bytes, behind the text, would end a bracket that owes something."""


def masked(bits: Bits, reading: mode.Reading, owes: Owes, index: TokenIndex) -> bool:
    """Take out of a mask the tokens that would end a bracket too soon, whatever else they say; say whether there were
    any. Where nothing would be left, all stay: another way has to be found then."""
    likely = index.closers_behind_quote if reading.mode % mode.ESCAPED in _QUOTED else index.closers
    tokens = likely[(bits[likely >> 3] >> (likely & 7)) & 1 > 0]
    known: dict[bytes, bool] = {}
    wrong = [int(token) for token in tokens if _is_wrong(index.texts[int(token)], owes, known)]
    if not wrong:
        return False
    rest = bits & ~index.some(wrong)
    if not rest.any():
        return False
    bits[:] = rest
    return True


def _is_wrong(text: bytes, owes: Owes, known: dict[bytes, bool]) -> bool:
    for end, byte in enumerate(text, 1):
        if byte not in _CLOSERS:
            continue
        begun = text[:end]
        if begun not in known:
            if len(known) >= _MOST_TRIED:
                return False
            known[begun] = owes(begun)
        if known[begun]:
            return True
    return False


def may_be_owed(residue: Residue) -> bool:
    """Say whether more of a value may pay what a residue asks."""
    return residue.kind == "owed" or residue.keyword == "if"


def may_be_paid(missing: Iterable[str], written: Sequence[str], nodes: Sequence[Node]) -> bool:
    """Whether members of these names may still come behind those that are written: a grammar has an order."""
    needed = list(missing)
    return not needed or any(_may_follow(needed, written, node) for node in nodes)


def _may_follow(needed: Sequence[str], written: Sequence[str], node: Node) -> bool:
    if not isinstance(node, Object):
        return isinstance(node, Anything)
    places = {member.name: place for place, member in enumerate(node.properties)}
    has_other = any(name not in places for name in written)
    last = max((places[name] for name in written if name in places), default=-1)
    alive = {member.name for member in node.properties if not isinstance(member.node, Nothing)}
    return all(
        (name in alive and not has_other and places[name] > last)
        if name in places
        else any(allows_key(group.keys, name) for group in node.others)
        for name in needed
    )
