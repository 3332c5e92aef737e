"""A matcher that judges values while they are written, around one that follows the grammar. Knows tokens, how far back
they may be taken, and what must not come again; refuses to know schemas."""

from bisect import bisect_right

import numpy as np

from flowgen.adapters.constraints.checking import json_reader as mode
from flowgen.adapters.constraints.checking.bans import Bans
from flowgen.adapters.constraints.checking.debts import masked
from flowgen.adapters.constraints.checking.followers import Follower
from flowgen.adapters.constraints.checking.leads import Leads
from flowgen.adapters.constraints.checking.problems import Problem
from flowgen.adapters.constraints.checking.repairs import Repairs
from flowgen.adapters.constraints.checking.token_index import Bits, TokenIndex
from flowgen.domain.ports import TokenMatcher
from flowgen.domain.verdicts import ACCEPTED, OPENED, REFUSED, Failure, Verdict

_MOST_FORGIVEN = 3
_DECIDING = frozenset((mode.VALUE, mode.NAME, mode.AFTER))
"""Where a bracket could be closed, were it not for what it owes."""


class CheckedMatcher:
    """One answer's way. A token that would end a value wrongly is refused and banned; as tries grow, tokens before
    it are taken back and what they said is banned there."""

    def __init__(
        self, grammar: TokenMatcher, follower: Follower, index: TokenIndex, end_tokens: tuple[int, ...]
    ) -> None:
        self._grammar = grammar
        self._follower = follower
        self._index = index
        self._ends = frozenset(end_tokens)
        self._end_bits = np.bitwise_or.reduce([index.only(token) for token in end_tokens])
        self._bits = bytearray(len(self._end_bits))
        self._bans = Bans(index)
        self._repairs = Repairs()
        self._leads = Leads(index)
        self._tokens: list[int] = []
        self._places = [0]  # where each token begins in the text, and where the next one does
        self._held: list[int | None] = [None]  # which token the outermost unjudged value begins in
        self._last: Failure | None = None
        self._num_forgiven = 0
        self._debt: Problem | None = None
        self._is_overdue = False

    @property
    def num_held(self) -> int:
        held = self._held[-1]
        return 0 if held is None else len(self._tokens) - held

    @property
    def was_led(self) -> bool:
        """A value was looked for in vain, so the answer went along with one that was known."""
        return self._leads.has_led

    def fill_mask(self, mask: memoryview) -> None:
        self._grammar.fill_mask(mask)
        bits = np.frombuffer(mask, np.uint8)
        if self._leads.narrow(bits, self._places[-1]):
            return
        if not self._bans.is_empty:
            self._bans.lift(bits, self._end_bits)
        self._keep_open(bits)

    def hurry(self) -> None:
        """There is not much room left for the answer: what is tried in vain is tried less often."""
        self._leads.hurry()

    def _keep_open(self, bits: Bits) -> None:
        """Mask the end of brackets that owe something yet."""
        reading = self._follower.owing
        if reading is None or not masked(bits, reading, self._owes, self._index):
            return
        if self._debt is not None and reading.mode in _DECIDING and self._leads.put_off(self._debt.start):
            self._is_overdue = not self._is_paid(self._debt, bits) and self._leads.is_hurried

    def _owes(self, data: bytes) -> bool:
        debt = self._follower.owed(data)
        self._debt = debt or self._debt
        return debt is not None

    def accept(self, token: int) -> Verdict:
        verdict = self._taken(token)
        if verdict.failure is not None:
            self._leads.wasted(verdict.num_back + 1)
        return verdict

    def _taken(self, token: int) -> Verdict:
        is_end = token in self._ends
        data = b"" if is_end else self._index.texts[token]
        if self._is_overdue and self._debt is not None:
            self._is_overdue = False
            if (led := self._led(self._failure(self._debt))) is not None:
                return led
        is_led = self._is_led(data)
        if self._last is not None and not is_led and self._bans.forbids(data, is_end=is_end):
            return Verdict(is_accepted=False, failure=self._last)
        if is_end:
            return self._end(token)
        if not self._grammar.accept(token):
            return REFUSED
        problem, opens = self._follower.push(data)
        if problem is None and self._grammar.is_finished():
            problem = self._follower.finish()
        if problem is not None:
            self._follower.pop(1)
            self._grammar.rollback(1)
            return self._failed(problem, data[: max(1, problem.seen - self._places[-1])])
        self._push(token, data)
        if self._last is not None and self._is_dead_end():
            self.rollback(1)
            self._bans.ban(data)
            return self._otherwise(self._last, None, data)
        return OPENED if opens else ACCEPTED

    def _is_led(self, data: bytes) -> bool:
        """Whether these bytes go along with the text that the answer is led by; it is led no more where they do not."""
        rest = self._leads.rest(self._places[-1])
        if rest and rest.startswith(data):
            return True
        self._leads.end()
        return rest == b""

    def _is_dead_end(self) -> bool:
        """Whether what is banned here leaves nothing, and no text leads on."""
        if self._bans.is_empty or self._grammar.is_finished() or self._allowed().any():
            return False
        return not self._is_on()

    def _end(self, token: int) -> Verdict:
        problem = self._follower.finish() if self._grammar.may_finish() else None
        if problem is not None:
            return self._failed(problem, b"")
        verdict = self._grammar.accept(token)
        if verdict:
            self._push(token, b"")
        return verdict

    def _push(self, token: int, data: bytes) -> None:
        self._tokens.append(token)
        self._places.append(self._places[-1] + len(data))
        self._bans.push(data)
        held = self._follower.held
        self._held.append(None if held is None else bisect_right(self._places, held) - 1)

    def rollback(self, num_tokens: int) -> None:
        if num_tokens <= 0:
            return
        self._grammar.rollback(num_tokens)
        self._follow_back(num_tokens)

    def _follow_back(self, num_tokens: int) -> None:
        """All but the grammar's matcher goes back."""
        if num_tokens:
            num_followed = sum(token not in self._ends for token in self._tokens[-num_tokens:])
            self._follower.pop(num_followed)
            self._bans.pop(num_tokens)
            del self._tokens[-num_tokens:], self._places[-num_tokens:], self._held[-num_tokens:]

    def forced(self) -> list[int]:
        tokens = self._grammar.forced()
        if tokens and self._last is not None:
            first = tokens[0]
            if self._bans.forbids(self._index.texts[first], is_end=first in self._ends):
                return []
        return tokens

    def is_finished(self) -> bool:
        return self._grammar.is_finished()

    def may_finish(self) -> bool:
        is_banned = self._last is not None and self._bans.forbids(b"", is_end=True)
        return self._grammar.may_finish() and (self._leads.is_on or not is_banned)

    def _failed(self, problem: Problem, wrong: bytes) -> Verdict:
        """Ban what was wrong, the answer's end where that is nothing, and go back as far as it takes."""
        failure = self._last = self._failure(problem)
        if wrong:
            self._bans.ban(wrong)
        else:
            self._bans.ban_end()
        self._leads.end()
        led = self._led(failure) if self._leads.is_due else None
        return self._otherwise(failure, self._repairs.target(problem), wrong) if led is None else led

    def _is_paid(self, debt: Problem, bits: Bits) -> bool:
        """Go on with what a bracket has owed for long, and take nothing back; False where no way is known. It narrows
        the choice: whoever goes on otherwise may."""
        text = self._held_text()
        for start, way in self._follower.ways(debt.start):
            is_same = way.startswith(text[start - self._held_place :])
            if is_same and not self._along(start, way) and self._leads.narrow(bits, self._places[-1]):
                return True
        return False

    def _led(self, failure: Failure) -> Verdict | None:
        """Go along with a text that is known to be right; None where none is known."""
        value, num_back = self._follower.held, 0
        while value is not None and (found := self._leads.next_way(value, self._follower.ways())) is not None:
            num_back += self._along(*found)
            if self._is_on():
                return Verdict(is_accepted=False, num_back=num_back, failure=failure)
        if not num_back:
            return None
        more = 0 if self._allowed().any() else self._go_back(self._places[-1], b"")
        return Verdict(is_accepted=False, num_back=num_back + (more or 0), failure=failure, is_final=more is None)

    def _along(self, start: int, way: bytes) -> int:
        """Go back to where the answer parts from a text that begins at a place, to go along with it from there."""
        floor, begin, data = len(self._tokens) - self.num_held, self._held_place, self._held_text()
        way = data[: start - begin] + way
        same = next((at for at, (one, other) in enumerate(zip(data, way, strict=False)) if one != other), len(data))
        place = max(floor, bisect_right(self._places, begin + min(same, len(way))) - 1)
        self._grammar.rollback(len(self._tokens) - place)
        self._leads.begin(begin, way)
        return self._stay(place)

    def _is_on(self) -> bool:
        """Whether the grammar goes along with the text that leads."""
        return self._leads.narrow(self._possible(), self._places[-1])

    @property
    def _held_place(self) -> int:
        return self._places[len(self._tokens) - self.num_held]

    def _held_text(self) -> bytes:
        return b"".join(self._index.texts[token] for token in self._tokens[len(self._tokens) - self.num_held :])

    def _failure(self, problem: Problem) -> Failure:
        complaint = problem.complaint
        return Failure(keyword=complaint.keyword, pointer=complaint.pointer, field=self._follower.field_of(problem))

    def _otherwise(self, failure: Failure, target: int | None, wrong: bytes) -> Verdict:
        """Choose again: here, where there is something left, else from a byte of the text on."""
        if target is None and self._allowed().any():
            return Verdict(is_accepted=False, failure=failure)
        num_back = self._go_back(self._places[-1] if target is None else target, wrong)
        if num_back is None:
            for token in self._tokens[len(self._tokens) - self.num_held :]:
                self._grammar.accept(token)
            led = self._led(failure)
            return Verdict(is_accepted=False, failure=failure, is_final=True) if led is None else led
        return Verdict(is_accepted=False, num_back=num_back, failure=failure)

    def _go_back(self, start: int, wrong: bytes) -> int | None:
        """Go back to the first choice since a byte of the text, else to the last one before it, and ban there what was
        said; give the number of tokens. None where nothing else can be said."""
        num_tokens = len(self._tokens)
        floor = num_tokens - self.num_held
        first = min(max(floor, bisect_right(self._places, start) - 1), num_tokens)
        way = b"".join([*(self._index.texts[token] for token in self._tokens[floor:]), wrong])
        self._grammar.rollback(num_tokens - first)
        for place in range(first, num_tokens + 1):
            if self._forks(place, way[self._places[place] - self._places[floor] :], is_first=True):
                return self._stay(place)
            if place < num_tokens:
                self._grammar.accept(self._tokens[place])
        self._grammar.rollback(num_tokens - first)
        for place in range(first - 1, floor - 1, -1):
            self._grammar.rollback(1)
            if self._forks(place, way[self._places[place] - self._places[floor] :], is_first=False):
                return self._stay(place)
        return self._forgive(floor)

    def _forks(self, place: int, way: bytes, *, is_first: bool) -> bool:
        """Whether something else can be said at a place where the grammar stands; then the way is banned."""
        allowed = self._allowed(place)
        if not way:
            return bool(allowed.any())
        fork = self._index.first_fork(allowed, way) if is_first else self._index.last_fork(allowed, way)
        if fork is None:
            return False
        self._bans.ban(way[: fork + 1], place, is_guess=fork + 1 < len(way))
        return True

    def _stay(self, place: int) -> int:
        """Everything else goes back to where the grammar is."""
        num_back = len(self._tokens) - place
        self._follow_back(num_back)
        return num_back

    def _forgive(self, floor: int) -> int | None:
        """All ways are banned: some of them perhaps wrongly. Begin anew with what is known for certain."""
        self._num_forgiven += 1
        if self._num_forgiven > _MOST_FORGIVEN or not self._bans.forget_guesses():
            return None
        return self._stay(floor) if self._allowed(floor).any() else None

    def _allowed(self, place: int = -1) -> Bits:
        """The mask where the grammar stands, after `place` tokens, without what is banned there."""
        bits = self._possible()
        self._bans.lift(bits, self._end_bits, place)
        return bits

    def _possible(self) -> Bits:
        """The grammar's mask where it stands."""
        self._grammar.fill_mask(memoryview(self._bits).cast("I"))
        return np.frombuffer(self._bits, np.uint8).copy()
