"""Who computes what next: the queue, those that run, their places in the model's memory, and who must give way.

Pure policy over roles: knows tokens, slots and cells; refuses to know threads, llama.cpp and how a token is chosen.
Older requests go first: they are admitted first, and the youngest gives way when cells run out.
"""

import bisect
from collections.abc import Callable, Iterable, Sequence

from flowgen.adapters.llama.checkpoints import learnt_cut, worth_stopping_for
from flowgen.adapters.llama.gathering import Gathering
from flowgen.adapters.llama.pace import Pace
from flowgen.adapters.llama.pieces import Piece, piece_of
from flowgen.adapters.llama.prefix_cache import Match
from flowgen.adapters.llama.residence import Residence
from flowgen.adapters.llama.sequence import Answer
from flowgen.adapters.llama.step_plan import free_lengths, uniform_lengths
from flowgen.domain.errors import EngineFailed, QueueFull
from flowgen.domain.model import CacheStatus, EngineStatus
from flowgen.domain.values import Value

Guess = Callable[[Answer, Sequence[int]], list[int]]
"""Drafts that follow an answer's known tokens."""

_LEAST_SHARED = 64
"""Tokens in common with another's prompt that are worth waiting for."""
_MOST_FAILURES = 3


class Limits(Value, frozen=True):
    """`num_running` answers at once; `queue_size` may wait; a step computes `n_batch` tokens at most and `n_pass` of
    prompts; `is_uniform`: batches have at most two lengths, as hybrid models need it, and answers that have just begun
    wait for at most `num_gathered` tokens of prompts; llama.cpp's own server has everybody wait for so many."""

    num_running: int
    queue_size: int
    n_batch: int
    n_pass: int
    is_uniform: bool = False
    num_gathered: int = 2048


class Scheduler:
    """The answers that run and wait. `residence` is where those that run have their tokens."""

    def __init__(self, limits: Limits, residence: Residence, guess: Guess | None = None) -> None:
        self._limits = limits
        self._residence = residence
        self._guess = guess
        self._pace = Pace()
        self._gathering = Gathering(limits.num_gathered if limits.is_uniform else 0)
        self._running: list[Answer] = []
        self._waiting: list[Answer] = []
        self._blocked: Answer | None = None
        self._num_arrived = 0
        self._num_prompt_tokens = self._num_cached_tokens = 0
        self._is_their_turn = False

    @property
    def num_running(self) -> int:
        return len(self._running)

    @property
    def num_waiting(self) -> int:
        return len(self._waiting)

    def check_room(self, num_more: int = 0) -> None:
        """Raise QueueFull where one more could only wait for longer than may be; `num_more` are on their way
        already."""
        free = self._limits.num_running - sum(not answer.is_over for answer in self._running)
        num_waiting = sum(not answer.is_over for answer in self._waiting) + num_more
        if num_waiting >= self._limits.queue_size + max(0, free):
            longest = max((len(answer.tokens) + answer.num_left for answer in self._running), default=0)
            raise QueueFull(num_waiting, self._pace.wait_s(num_waiting, longest))

    def add(self, answer: Answer) -> None:
        self._num_arrived += 1
        answer.arrival = self._num_arrived
        self._waiting.append(answer)

    def all(self) -> list[Answer]:
        """Every answer, those that run first."""
        return [*self._running, *self._waiting]

    def over(self) -> list[Answer]:
        """The answers that nothing is to be computed for any more."""
        return [answer for answer in self.all() if answer.is_over]

    def remove(self, answer: Answer) -> None:
        """An answer has ended: what it computed stays in the cache."""
        self._blocked = None
        if answer in self._running:
            self._running.remove(answer)
            self._residence.retire(answer)
            self._pace.answered(len(answer.tokens))
        elif answer in self._waiting:
            self._waiting.remove(answer)

    def schedule(self) -> list[Piece]:
        """Admit whom there is room for and give the pieces of the next step: at least one, unless nobody is there."""
        self._admit()
        while True:
            pieces = self._pieces()
            needed = sum(piece.size for piece in pieces)
            if self._residence.make_room(needed) or not pieces:
                for piece in pieces:
                    self._residence.grow(piece.answer, piece.size)
                return pieces
            self._give_way()

    def computed(self, pieces: Iterable[Piece]) -> None:
        """A step's own tokens, not its drafts, are in the model's memory. Takes the checkpoints that are due."""
        for piece in pieces:
            answer = piece.answer
            answer.computed(len(piece.tokens))
            self._blocked = None if piece.is_prefill else self._blocked
            if answer.num_computed in answer.cuts and not piece.drafts:
                self._residence.checkpoint(answer)

    def settle(self, pieces: Iterable[Piece]) -> None:
        """A step is over: cells of drafts that were wrong and of tokens that were taken back are given back; one whose
        memory could not be cut waits for another turn."""
        for piece in pieces:
            if piece.answer.branch is not None and not self._residence.settle(piece.answer):
                self._requeue(piece.answer)
            elif piece.answer.wants_mark:
                self._residence.mark(piece.answer)

    def failed(self, pieces: Iterable[Piece], status: int) -> None:
        """llama.cpp could not compute a step, which may have written some of it: everyone in it starts anew, three
        times at most."""
        for piece in pieces:
            answer = piece.answer
            self._residence.clear(answer)
            self._requeue(answer)
            answer.num_failures += 1
            if answer.num_failures >= _MOST_FAILURES:
                answer.ended = EngineFailed(f"llama.cpp could not compute the tokens: llama_decode gave {status}.")

    def measured(self, pieces: Sequence[Piece], num_generated: int, seconds: float) -> None:
        """A step took so long, choosing included."""
        prefill = sum(len(piece.tokens) for piece in pieces if piece.is_prefill)
        decode = sum(len(piece.tokens) for piece in pieces if not piece.is_prefill)
        self._pace.measured(prefill, decode, num_generated, seconds)

    def status(self, *, num_arrived: int = 0, is_alive: bool = True, reason: str = "") -> EngineStatus:
        """The engine at this moment; `num_arrived` answers more are about to be added."""
        residence = self._residence
        cached = self._num_cached_tokens / self._num_prompt_tokens if self._num_prompt_tokens else 0.0
        return EngineStatus(
            num_running=len(self._running),
            num_waiting=len(self._waiting) + num_arrived,
            is_alive=is_alive,
            reason=reason,
            num_cells=residence.num_cells,
            num_cells_used=residence.num_cells_used,
            cache=CacheStatus(
                num_cells=residence.num_idle_cells, host_bytes=residence.host_bytes, hit_rate=round(cached, 4)
            ),
            tokens_per_second=round(self._pace.tokens_per_second, 2),
            sequences=tuple(answer.status for answer in self.all()),
        )

    def _admit(self) -> None:
        """Start those whose turn it is. For one that has found no room nothing is looked up until a prompt has got on,
        from which it may go on too, or somebody has left: tokens that are generated only take cells."""
        if len(self._running) >= self._limits.num_running:
            return
        for answer in list(self._waiting):
            if self._is_following(answer):
                continue
            if len(self._running) >= self._limits.num_running or answer is self._blocked:
                return
            limit = answer.num_known - 1 if answer.reuses_prefix else 0
            match = self._residence.find(answer.known, limit, self._running)
            if limit and self._follow(answer, match.position):
                continue
            if not self._residence.has_room_for(answer.num_known, match, self._running):
                self._blocked = answer
                return
            self._start(answer, match)

    def _start(self, answer: Answer, match: Match) -> None:
        is_first_time = answer.num_cached is None
        num_cached = self._residence.settle_in(answer, match)
        if is_first_time:
            self._num_prompt_tokens += len(answer.prompt)
            self._num_cached_tokens += num_cached
        self._waiting.remove(answer)
        bisect.insort(self._running, answer, key=lambda other: other.arrival)
        learnt = learnt_cut(match.num_alike, num_cached) if self._residence.takes_checkpoints else set()
        answer.cuts = worth_stopping_for(answer.cuts | learnt, num_cached)

    def _is_following(self, answer: Answer) -> bool:
        """Whether it still waits for a leader's prompt to be there as far as both go together."""
        leader = answer.leader
        if leader is None:
            return False
        if leader in self._running and leader.num_computed < answer.parting:
            return True
        answer.leader = None
        return False

    def _follow(self, answer: Answer, num_cached: int) -> bool:
        """Wait for an earlier one that computes the same beginning, where that is less work than to begin now."""
        leader, parting = self._residence.find_leader(answer, [a for a in self._running if a.arrival < answer.arrival])
        if leader is None:
            return False
        meanwhile = (parting - leader.num_computed) / 2  # the machine is shared: at most half of it would be its own
        if parting - num_cached < max(_LEAST_SHARED, meanwhile):
            return False
        answer.leader, answer.parting = leader, parting
        self._residence.lead(leader, parting)
        return True

    def _pieces(self) -> list[Piece]:
        if not self._running:
            return []
        limits = self._limits
        prompts = [answer for answer in self._running if answer.is_prefill]
        gathers = self._gathering.goes_on(self._running, prompts)
        decoding = [] if gathers else [answer for answer in self._running if not answer.is_prefill]
        most = self._pace.prefill_size(limits.n_pass, len(decoding))
        ordered = [*decoding, *prompts]
        tokens = [self._wish(answer, limits.n_pass) for answer in decoding]
        tokens += [(self._prompt_piece(answer, most), ()) for answer in prompts]
        lengths = self._lengths(ordered, [len(own) + len(drafts) for own, drafts in tokens], len(decoding), most)
        pieces = [
            piece_of(answer, own, drafts, length)
            for answer, (own, drafts), length in zip(ordered, tokens, lengths, strict=True)
            if length
        ]
        return self._one_pass(pieces) if limits.is_uniform and self._guess is not None else pieces

    def _one_pass(self, pieces: list[Piece]) -> list[Piece]:
        """With drafts, those of one length only, and as many as one pass holds: a later pass of the same batch may move
        a sequence's newest state away from those before it, which taking back needs. The others have the next step,
        without drafts."""
        drafted = next((piece.size for piece in pieces if piece.drafts), None)
        chosen = [piece for piece in pieces if drafted in (None, piece.size)]
        if drafted:
            chosen = chosen[: max(1, self._limits.n_pass // drafted)]
        self._is_their_turn = len(chosen) < len(pieces)
        return chosen

    def _lengths(self, ordered: Sequence[Answer], wanted: Sequence[int], num_decoding: int, most: int) -> list[int]:
        """Tokens for each: who generates gets a token at least, and prompts share `most`."""
        budget = min(self._limits.n_batch, max(num_decoding + most, len(ordered)))
        if self._limits.is_uniform:
            return uniform_lengths(wanted, budget, num_decoding)
        return free_lengths(wanted, budget)

    def _prompt_piece(self, answer: Answer, most: int) -> Sequence[int]:
        """The tokens of a prompt that could be computed next, up to its next checkpoint."""
        cut = min((cut for cut in answer.cuts if cut > answer.num_computed), default=answer.num_known)
        return answer.next_piece(min(most, cut - answer.num_computed))

    def _wish(self, answer: Answer, most: int) -> tuple[Sequence[int], Sequence[int]]:
        """The tokens that an answer under way could compute next, and drafts after them."""
        own = answer.next_piece(most)
        is_last = answer.num_computed + len(own) == answer.num_known
        if self._guess is None or self._is_their_turn or not is_last:
            return own, ()
        return own, self._guess(answer, own)

    def _give_way(self) -> None:
        """Send the youngest back to the queue, one that others follow only where there is no other."""
        leaders = {answer.leader for answer in self._waiting}
        youngest = max(self._running, key=lambda answer: (answer not in leaders, answer.arrival))
        if len(self._running) == 1:
            needed, there = youngest.num_known + 1, self._residence.num_cells
            youngest.ended = EngineFailed(f"An answer alone needs {needed} KV cells, of which there are {there}.")
        self._residence.retire(youngest)
        self._requeue(youngest)

    def _requeue(self, answer: Answer) -> None:
        self._blocked = None
        answer.leave()
        bisect.insort(self._waiting, answer, key=lambda other: other.arrival)
        self._running.remove(answer)  # last: another thread that interrupts all must see it in one place at least
