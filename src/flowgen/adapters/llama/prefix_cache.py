"""The token prefixes that the model's memory or host memory holds, and how far a new prompt goes along with one.

Knows tokens, checkpoints, bytes and who was used last; refuses to know llama.cpp, cells and queues.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from flowgen.adapters.llama.checkpoints import worth_keeping
from flowgen.domain.values import Value

Tokens = NDArray[np.int32]


class Branch:
    """One prefix: alive while an answer grows it, idle afterwards.

    `slot` is the sequence id of its cells, None once they have left; `copy` is the whole of it in host memory.
    `checkpoints` are recurrent states by the number of tokens before them. `tokens` is set when it becomes idle.
    """

    def __init__(self, slot: int | None = None) -> None:
        self.slot = slot
        self.copy: bytes | None = None
        self.checkpoints: dict[int, bytes] = {}
        self.tokens: Tokens = np.zeros(0, np.int32)
        self.last_used = 0

    @property
    def copies(self) -> tuple[bytes, ...]:
        """What it keeps in host memory."""
        return (self.copy or b"", *self.checkpoints.values())

    @property
    def host_bytes(self) -> int:
        """What it takes of host memory."""
        return sum(map(len, self.copies))


class Match(Value, frozen=True):
    """The first `position` tokens of a branch can be used; none without a branch. `num_alike` tokens begin some branch
    or other, more than `position` where the state was not kept there."""

    branch: Branch | None = None
    position: int = 0
    num_alike: int = 0


class PrefixCache:
    """The idle branches, and those `growing`, which only count. `max_bytes` bounds host memory; `cuts_anywhere` says
    that every position of a branch can be gone on from, else only its checkpoints and, in the cells, its end."""

    def __init__(self, max_bytes: int, *, cuts_anywhere: bool) -> None:
        self.idle: list[Branch] = []
        self.growing: list[Branch] = []
        self.max_bytes = max_bytes
        self._cuts_anywhere = cuts_anywhere
        self._clock = 0

    @property
    def host_bytes(self) -> int:
        """What all take; a checkpoint that several share counts once."""
        return sum({id(copy): len(copy) for branch in [*self.idle, *self.growing] for copy in branch.copies}.values())

    @property
    def idle_slots(self) -> list[int]:
        """The sequence ids of idle branches that have cells."""
        return [branch.slot for branch in self.idle if branch.slot is not None]

    def touch(self, branch: Branch) -> None:
        """Make it the one that was used last."""
        self._clock += 1
        branch.last_used = self._clock

    def find(self, wanted: Tokens, limit: int, alive: Iterable[tuple[Branch, Tokens]] = ()) -> Match:
        """The longest way along with an idle branch, or one of those `alive` with their computed tokens; at most
        `limit` tokens. Of equal ways the one whose cells are there wins, then the shortest, which costs least to bring
        back."""
        source, best, num_alike = None, (0, False, 0), 0
        for branch, tokens in [*((idle, idle.tokens) for idle in self.idle), *alive]:
            shared = min(common(wanted, tokens), limit)
            position = self.usable(branch, tokens, shared)
            worth = (position, branch.slot is not None, -len(tokens))
            num_alike = max(num_alike, shared)
            if position > 0 and worth > best:
                source, best = branch, worth
        return Match(branch=source, position=best[0], num_alike=num_alike)

    def usable(self, branch: Branch, tokens: Tokens, shared: int) -> int:
        """The last position up to `shared` from which one can go on."""
        if self._cuts_anywhere:
            return shared
        places = [place for place in branch.checkpoints if place <= shared]
        if branch.slot is not None and len(tokens) <= shared:
            places.append(len(tokens))
        return max(places, default=0)

    def keep(self, branch: Branch, tokens: Tokens) -> list[Branch]:
        """Take a branch that nobody grows any more; give those that it makes needless, perhaps itself."""
        branch.tokens = tokens
        self.touch(branch)
        needless = [idle for idle in self.idle if self._takes_over(branch, idle)]
        for idle in needless:
            branch.checkpoints = idle.checkpoints | branch.checkpoints
            self.idle.remove(idle)
        longer = next((idle for idle in self.idle if self._takes_over(idle, branch)), None)
        if longer is not None:
            longer.checkpoints = _thinned(branch.checkpoints | longer.checkpoints)
            self.touch(longer)
            return [*needless, branch]
        branch.checkpoints = _thinned(branch.checkpoints)
        self.idle.append(branch)
        return needless

    def drop(self, branch: Branch) -> None:
        """Forget a branch."""
        self.idle.remove(branch)

    def oldest(self, *, in_cells: bool) -> Branch | None:
        """The idle branch that was used longest ago, of those with cells or of those without."""
        those = [branch for branch in self.idle if (branch.slot is not None) == in_cells]
        return min(those, key=lambda branch: branch.last_used, default=None)

    def has_room(self, num_bytes: int) -> bool:
        """Make room for so many more bytes in host memory by dropping old branches there; False if they do not suffice:
        then none is dropped in vain."""
        those = [branch for branch in self.idle if branch.slot is None]
        excess = self.host_bytes + num_bytes - self.max_bytes
        if excess > sum(branch.host_bytes for branch in those):
            return False
        for branch in sorted(those, key=lambda branch: branch.last_used):
            if self.host_bytes + num_bytes <= self.max_bytes:
                break
            self.drop(branch)
        return self.host_bytes + num_bytes <= self.max_bytes

    def _takes_over(self, longer: Branch, shorter: Branch) -> bool:
        """Whether all that the shorter branch could give the longer one gives too."""
        size = len(shorter.tokens)
        if size > len(longer.tokens) or not np.array_equal(longer.tokens[:size], shorter.tokens):
            return False
        return self._cuts_anywhere or size == len(longer.tokens) or size in (shorter.checkpoints | longer.checkpoints)


def _thinned(checkpoints: Mapping[int, bytes]) -> dict[int, bytes]:
    return {place: checkpoints[place] for place in worth_keeping(checkpoints)}


def common(first: Tokens, second: Tokens) -> int:
    """The number of tokens that two sequences begin with alike."""
    size = min(len(first), len(second))
    if not size or first[0] != second[0]:
        return 0
    differing = first[:size] != second[:size]
    return int(np.argmax(differing)) if differing.any() else size
