"""The engine's loop without its thread, over a fake memory: a scheduler with all that it works on."""

from collections.abc import Sequence

from flowgen.adapters.llama.chooser import TokenChooser
from flowgen.adapters.llama.emission import Emission
from flowgen.adapters.llama.kv_cells import CellLedger
from flowgen.adapters.llama.prefix_cache import PrefixCache
from flowgen.adapters.llama.residence import Residence
from flowgen.adapters.llama.runner import Runner
from flowgen.adapters.llama.sampler import Step, StepSampler, TokenSampler
from flowgen.adapters.llama.scheduler import Limits, Scheduler
from flowgen.adapters.llama.scores import ScoreRules
from flowgen.adapters.llama.sequence import Answer
from flowgen.adapters.llama.stops import StopScanner
from flowgen.adapters.llama.text import TokenText
from flowgen.domain.generation import Sampling
from flowgen.domain.model import Vocabulary
from flowgen.domain.plugins import StoppingCriterion
from support.fake_memory import FakeMemory, next_after

N_VOCAB = 97
LETTERS = Vocabulary(
    tokens=tuple(bytes([32 + value]) for value in range(N_VOCAB)),
    special=frozenset(),
    end_tokens=(0,),
    fingerprint="letters",
    tokenize=list,
)


def no_sampler(_: Sequence[Step]) -> StepSampler:
    raise AssertionError("greedy draws need none")


def answer_of(
    prompt: Sequence[int], max_tokens: int, cuts: Sequence[int] = (), criteria: Sequence[StoppingCriterion] = ()
) -> Answer:
    greedy = Sampling(temperature=0.0)
    chooser = TokenChooser(ScoreRules(greedy), lambda: TokenSampler(greedy, 0, N_VOCAB, no_sampler), LETTERS)
    emission = Emission(TokenText(LETTERS), StopScanner(()))
    return Answer(prompt, max_tokens, chooser, emission, criteria=criteria, cuts=cuts)


def alone(prompt: Sequence[int], max_tokens: int) -> list[int]:
    """The tokens of the answer as the fake model gives them."""
    tokens: list[int] = []
    while len(tokens) < max_tokens and (token := next_after([*prompt, *tokens], N_VOCAB)):
        tokens.append(token)
    return tokens


class Machine:
    """A scheduler with all that it works on, and the loop of the engine without its thread."""

    def __init__(
        self,
        *,
        is_hybrid: bool,
        num_cells: int = 512,
        num_running: int = 4,
        n_pass: int = 32,
        max_bytes: int = 100_000,
        queue_size: int = 100,
        drafts: bool = False,
        num_spare: int = 3,
    ) -> None:
        self.memory = FakeMemory(num_cells, N_VOCAB, is_hybrid=is_hybrid, n_rs_seq=4 if drafts else 0, n_pass=n_pass)
        self.cells = CellLedger(num_cells)
        self.cache = PrefixCache(max_bytes, cuts_anywhere=not is_hybrid)
        self.num_slots = num_running + num_spare
        self.residence = Residence(self.memory, self.cells, self.cache, self.num_slots, takes_checkpoints=is_hybrid)
        self.limits = Limits(
            num_running=num_running, queue_size=queue_size, n_batch=64, n_pass=n_pass, is_uniform=is_hybrid
        )
        self.scheduler = Scheduler(self.limits, self.residence, self._guess if drafts else None)
        self.runner = Runner(self.memory, LETTERS)

    def _guess(self, answer: Answer, piece: Sequence[int]) -> list[int]:
        """Two drafts that are right and one that is wrong."""
        if not answer.tokens or answer.num_left < 5:
            return []
        known = [*answer.prompt, *answer.tokens]
        first = next_after(known, N_VOCAB)
        return [first, next_after([*known, first], N_VOCAB), 1]

    def turn(self) -> int:
        """One turn of the engine's loop; the pieces that were computed."""
        self.dismiss()
        pieces = self.scheduler.schedule()
        if pieces:
            self.runner.step(pieces, self.scheduler)
            self.scheduler.settle(pieces)
            self.dismiss()
        self.check()
        return len(pieces)

    def dismiss(self) -> None:
        for answer in self.scheduler.over():
            self.scheduler.remove(answer)

    def run(self, most: int = 3000) -> None:
        for _ in range(most):
            if not self.turn():
                assert not self.scheduler.all(), "somebody waits and nothing runs"
                return
        raise AssertionError("it does not end")

    def check(self) -> None:
        assert self.cells.num_used == self.memory.num_used
        places = [a.branch.slot for a in self.scheduler.all() if a.branch is not None]
        idle = [branch.slot for branch in self.cache.idle if branch.slot is not None]
        assert self.memory.sequences <= {*places, *idle}
        assert len({*places, *idle}) == len(places) + len(idle)
        assert len(places) + len(idle) + self.residence.num_free_slots == self.num_slots
