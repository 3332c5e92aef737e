"""Writes the rules of an object's members: in their order, those that are not required may be left out, separators
stand between those that are there. Knows neither keys' nor values' letters."""

from collections.abc import Sequence

from flowgen.adapters.toolcalls.block_grammar import BlockGrammar
from flowgen.adapters.toolcalls.plain_schemas import nodes_of
from flowgen.application import lark
from flowgen.domain.schemas import Anything, Array, Lowered, Object, Reference, Union
from flowgen.domain.values import Value

MOST_UNLISTED = 100
"""Members that no schema lists, in one object: a model that likes to make up more comes to the object's end."""
MOST_BESIDE_LISTED = 16
"""The same where others are listed, and nothing is said of these: few of them are wanted."""


class Member(Value, frozen=True):
    """A member: the letters of its key, of what stands behind that, and the expression of its value."""

    key: str
    key_separator: str
    value: str
    is_required: bool = False


class MemberRules:
    """The rules of objects whose members have a separator between them. Equal rules are written once."""

    def __init__(self, grammar: BlockGrammar, separator: str) -> None:
        self._shared = grammar.shared
        self._separator = separator
        self._literal = lark.literal(separator)

    def merged(self, members: Sequence[Member], opening: str) -> str:
        """Give the expression of the members behind an opening; keys and all that stands before them are one text."""
        behind, tails = "", [""] * len(members)
        for index in range(len(members) - 1, -1, -1):
            tails[index] = behind
            one = members[index]
            pair = f"{lark.literal(self._separator + one.key + one.key_separator)} {one.value}"
            behind = f"{pair} {behind}" if one.is_required else f"({pair})? {behind}"
        firsts = []
        num_firsts = next((place + 1 for place, one in enumerate(members) if one.is_required), len(members))
        for one, tail in zip(members[:num_firsts], tails, strict=False):
            rest = self._shared(tail) if tail and num_firsts > 1 else tail
            firsts.append(f"{lark.literal(opening + one.key + one.key_separator)} {one.value} {rest}")
        if not any(one.is_required for one in members):
            firsts.append(lark.literal(opening))
        return firsts[0] if len(firsts) == 1 else self._shared(" | ".join(firsts))

    def unlisted(self, free: str, most: int | None = MOST_UNLISTED) -> str:
        """Give the expression of members that are all `free`, and perhaps none."""
        return f"({free} ({self._literal} {free}){_up_to(most, 1)})?"

    def apart(self, members: Sequence[Member], opening: str, free: str, most: int | None = MOST_UNLISTED) -> str:
        """The same with terminals of their own for keys and separators, and with `free` members behind the others,
        `most` of them. Of two terminals that begin alike the longer one wins, so that a key and what follows it must
        not be one where another key may stand."""
        first = self.unlisted(free, most) if free else ""
        behind = self._shared(f"({self._literal} {free}){_up_to(most)}") if free else ""
        for one in reversed(members):
            colon = lark.literal(one.key_separator) if one.key_separator else ""
            begun = self._shared(f"{lark.literal(one.key)} {colon} {one.value} {behind}")
            going = f"{self._literal} {begun}"
            if one.is_required:
                first, behind = begun, self._shared(going)
            else:
                first = self._shared(f"{begun} | {first}") if first else f"({begun})?"
                behind = self._shared(f"{going} | {behind}") if behind else f"({going})?"
        return f"{lark.literal(opening)} {first}"


def _up_to(most: int | None, num_before: int = 0) -> str:
    return "*" if most is None else f"{{0,{most - num_before}}}"


def is_ambiguous(lowered: Lowered) -> bool:
    """Whether there may be several objects or lists at one place, so that their keys have to be told apart."""
    return any(
        isinstance(node, Union)
        and sum(isinstance(option, Object | Array | Reference | Anything) for option in node.options) > 1
        for node in nodes_of(lowered)
    )
