"""Where sequences live: slots and cells of the model's memory for answers that run, and what is kept of those that
ended.

Knows slots, cells, checkpoints and copies in host memory; refuses to know queues and whose turn it is. Cells that
nobody reads slow every step, so idle branches leave them for host memory beyond a small share.
"""

import logging
from collections.abc import Collection, Iterable

from flowgen.adapters.llama.checkpoints import is_worth_marking, needless_marks
from flowgen.adapters.llama.kv_cells import CellLedger
from flowgen.adapters.llama.kv_memory import KvMemory, copied
from flowgen.adapters.llama.prefix_cache import Branch, Match, PrefixCache, Tokens, common
from flowgen.adapters.llama.sequence import Answer

_LOGGER = logging.getLogger(__name__)
_IDLE_SHARE = 32
"""One cell in so many may be idle: 3 % of the cells cost about 1 % of a step."""
_LEAST_KEPT = 32
"""Tokens of a branch that is worth keeping."""
_GROWTH = 16
"""Tokens that everyone who runs may yet generate before a newcomer takes the last cells."""


class Residence:
    """`num_slots` sequence ids, of which idle branches may hold those that no answer needs.

    `takes_checkpoints` says that the model has a recurrent state, which only checkpoints bring back.
    """

    def __init__(
        self, memory: KvMemory, cells: CellLedger, cache: PrefixCache, num_slots: int, *, takes_checkpoints: bool
    ) -> None:
        self._memory = memory
        self._cells = cells
        self._cache = cache
        self._free_slots = list(range(num_slots - 1, -1, -1))
        self.takes_checkpoints = takes_checkpoints

    @property
    def num_cells(self) -> int:
        return self._cells.num_cells

    @property
    def num_cells_used(self) -> int:
        return self._cells.num_used

    @property
    def num_idle_cells(self) -> int:
        """Cells that only idle branches hold."""
        return self._cells.num_held_only_by(self._cache.idle_slots)

    @property
    def host_bytes(self) -> int:
        return self._cache.host_bytes

    @property
    def num_free_slots(self) -> int:
        return len(self._free_slots)

    def find(self, wanted: Tokens, limit: int, running: Iterable[Answer]) -> Match:
        """The longest beginning of `wanted`, at most `limit` tokens, that is there."""
        alive = [(answer.branch, answer.computed_tokens) for answer in running if answer.branch is not None]
        return self._cache.find(wanted, limit, alive)

    def find_leader(self, answer: Answer, running: Iterable[Answer]) -> tuple[Answer | None, int]:
        """Who is about to compute the longest beginning of this answer's tokens, and how far both go together."""
        leader, parting = None, 0
        known = answer.known
        for other in running:
            shared = min(common(known, other.known[: len(other.prompt)]), len(known) - 1)
            if other.is_prefill and shared > max(parting, other.num_computed):
                leader, parting = other, shared
        return leader, parting

    def lead(self, leader: Answer, parting: int) -> None:
        """Have a leader stop where a follower parts from it."""
        if self.takes_checkpoints:
            leader.cuts.add(parting)

    def has_room_for(self, num_known: int, match: Match, running: Collection[Answer]) -> bool:
        """Whether so many tokens fit beside those that run, with what these have yet to compute, once idle branches
        have left the cells; cells of the match that would leave with them are taken by the newcomer."""
        if not running:
            return True
        promised = sum(answer.num_known - answer.num_computed + _GROWTH for answer in running)
        slot = None if match.branch is None else match.branch.slot
        shared = 0 if slot is None else self._cells.num_shared(slot, match.position, self._cache.idle_slots)
        return self._cells.num_free + self.num_idle_cells >= num_known - shared + promised

    def settle_in(self, answer: Answer, match: Match) -> int:
        """Give an answer its place, with as much of its tokens as the match brings; say how many that are."""
        source, position = match.branch, match.position
        if source is None or not position:
            branch = Branch(self._take_slot())
        else:
            self._cache.touch(source)
            branch, position = self._continued(source, position)
        self._cache.growing.append(branch)
        answer.begin(branch, position)
        return position

    def make_room(self, num_cells: int) -> bool:
        """Have so many cells free, idle branches leaving them as needed; False if they do not suffice: then none leaves
        in vain."""
        num_free = self._cells.num_free
        if num_free < num_cells and num_free + self.num_idle_cells < num_cells:
            return False
        while self._cells.num_free < num_cells:
            oldest = self._cache.oldest(in_cells=True)
            if oldest is None:
                return False
            self._offload(oldest)
        return True

    def grow(self, answer: Answer, count: int) -> None:
        """So many more tokens of an answer are about to be computed."""
        self._cells.extend(_slot(answer), count)

    def settle(self, answer: Answer) -> bool:
        """Give back what was computed beyond the answer's tokens; False if the place was lost with it."""
        slot = _slot(answer)
        if self._cells.length(slot) <= answer.num_computed:
            answer.is_shortened = False
            return True
        if answer.is_shortened:
            return self._shorten(answer, slot)
        if self._memory.take_back(slot, answer.num_computed):
            self._cells.cut(slot, answer.num_computed)
            return True
        self.clear(answer)
        return False

    def _shorten(self, answer: Answer, slot: int) -> bool:
        """Take generated tokens out of the memory: a model with a recurrent state goes back to a checkpoint, from where
        the rest is computed again."""
        checkpoints = answer.branch.checkpoints if answer.branch is not None else {}
        position = answer.num_computed
        if self.takes_checkpoints:
            position = max((place for place in checkpoints if place <= position), default=0)
            if not position or not self._memory.load_state(slot, checkpoints[position]):
                self.clear(answer)
                return False
        for place in [place for place in checkpoints if place > position]:
            del checkpoints[place]
        self._memory.take_back(slot, position)
        self._cells.cut(slot, position)
        answer.went_back(position)
        return True

    def mark(self, answer: Answer) -> None:
        """Keep the state of an answer under way, which may have to come back here, unless a checkpoint is near. Only
        the last few are kept."""
        answer.wants_mark = False
        branch, position = answer.branch, answer.num_computed
        if not self.takes_checkpoints or branch is None or not is_worth_marking(position, branch.checkpoints):
            return
        if self._cells.length(_slot(answer)) != position:  # drafts stand behind it
            return
        state = copied(self._memory.save_state, _slot(answer))
        if state and self._cache.has_room(len(state)):
            branch.checkpoints[position] = state
            for place in needless_marks(branch.checkpoints, len(answer.prompt)):
                del branch.checkpoints[place]

    def checkpoint(self, answer: Answer) -> None:
        """Keep the state that a model with a recurrent half has here; where the bytes do not suffice for more than one,
        the newest, which others may wait for."""
        branch = answer.branch
        if not self.takes_checkpoints or branch is None:
            return
        state = copied(self._memory.save_state, _slot(answer))
        if not state:
            return
        if not self._cache.has_room(len(state)):
            branch.checkpoints.clear()
        branch.checkpoints[answer.num_computed] = state

    def retire(self, answer: Answer) -> None:
        """An answer leaves its place; what it computed stays as an idle branch."""
        branch, tokens = answer.branch, answer.computed_tokens
        if branch is None:
            return
        if len(tokens) < _LEAST_KEPT:
            self.clear(answer)
            return
        self.checkpoint(answer)
        answer.leave()
        self._cache.growing.remove(branch)
        for needless in self._cache.keep(branch, tokens):
            self._vacate(needless)
        self._trim()

    def clear(self, answer: Answer) -> None:
        """An answer leaves its place, and nothing of it stays."""
        if answer.branch is not None:
            self._cache.growing.remove(answer.branch)
            self._vacate(answer.branch)
        answer.leave()

    def _continued(self, source: Branch, position: int) -> tuple[Branch, int]:
        """A branch that goes on from a position of another one, or a fresh one where that fails."""
        if source.slot is None:
            branch = self._brought_back(source, position)
        elif source in self._cache.idle and len(source.tokens) == position:
            self._cache.drop(source)
            return source, position
        else:
            branch = self._forked(source, source.slot, position)
        if branch is not None:
            branch.checkpoints = {place: state for place, state in source.checkpoints.items() if place <= position}
            return branch, position
        _LOGGER.info("a cached prefix of %d tokens could not be used; it is computed again", position)
        return Branch(self._take_slot()), 0

    def _forked(self, source: Branch, source_slot: int, position: int) -> Branch | None:
        branch = Branch(self._take_slot())
        slot = branch.slot or 0
        if source.slot is None:  # the last sequence id was the source's own
            self._vacate(branch)
            return self._brought_back(source, position)
        self._memory.fork(source_slot, slot, position)
        self._cells.fork(source_slot, slot, position)
        if self.takes_checkpoints:  # at its end too: llama.cpp forgets with a fork that drafts were taken back
            is_end = position == self._cells.length(source_slot)
            state = copied(self._memory.save_state, source_slot) if is_end else source.checkpoints[position]
            if not state or not self._memory.load_state(slot, state):
                self._vacate(branch)
                return None
        return branch

    def _brought_back(self, source: Branch, position: int) -> Branch | None:
        """Bring a copy back from host memory and cut it at a position; the copy stays for others."""
        size, copy = len(source.tokens), source.copy
        if copy is None or not self.make_room(size):
            return None
        branch = Branch(self._take_slot())
        slot = branch.slot or 0
        if self._memory.load(slot, copy):
            self._cells.extend(slot, size)
            if position == size or self._cut(slot, source, position):
                return branch
        self._vacate(branch)
        return None

    def _cut(self, slot: int, source: Branch, position: int) -> bool:
        if self.takes_checkpoints and not self._memory.load_state(slot, source.checkpoints[position]):
            return False
        self._cells.cut(slot, position)
        return self._memory.take_back(slot, position)

    def _take_slot(self) -> int:
        """A free sequence id, an idle branch's if there is no other: there are more than may run."""
        while not self._free_slots:
            oldest = self._cache.oldest(in_cells=True)
            if oldest is None:
                raise RuntimeError("more answers run than there are sequence ids")
            self._offload(oldest)
        return self._free_slots.pop()

    def _trim(self) -> None:
        """Keep idle branches to a small share of the cells, and to the bytes of host memory that they may take."""
        while self.num_idle_cells > self._cells.num_cells // _IDLE_SHARE:
            oldest = self._cache.oldest(in_cells=True)
            if oldest is None:
                break
            self._offload(oldest)
        while not self._cache.has_room(0):
            oldest = self._cache.oldest(in_cells=True)
            if oldest is None:
                break
            self._cache.drop(oldest)
            self._vacate(oldest)

    def _offload(self, branch: Branch) -> None:
        """Move an idle branch to host memory, or drop it where that has no room; room is made before the copy."""
        slot = branch.slot or 0
        is_kept = self._cache.max_bytes and self._cache.has_room(self._memory.save_size(slot))
        data = copied(self._memory.save, slot) if is_kept else b""
        self._vacate(branch)
        if data:
            branch.copy = data
        else:
            self._cache.drop(branch)

    def _vacate(self, branch: Branch) -> None:
        """Empty a branch's cells and give its slot back."""
        if branch.slot is None:
            return
        self._memory.forget(branch.slot)
        self._cells.release(branch.slot)
        self._free_slots.append(branch.slot)
        branch.slot = None


def _slot(answer: Answer) -> int:
    if answer.branch is None or answer.branch.slot is None:
        raise RuntimeError("an answer that runs has no place in the model's memory")
    return answer.branch.slot
