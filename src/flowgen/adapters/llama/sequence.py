"""One answer's state on the engine: counters, tokens, text, and why it ended. Refuses to know llama.cpp and threads.

`num_computed` tokens of prompt and answer are in the model's memory; what is not is the next piece to compute. So
the prompt, its pieces, a prefix that was cached and a generated token are all the same subtraction.
"""

import math
import time
from collections.abc import Callable, Collection, Sequence

import numpy as np

from flowgen.adapters.llama.chooser import TokenChooser
from flowgen.adapters.llama.discards import Discards
from flowgen.adapters.llama.emission import Emission, HeldTokens, joined
from flowgen.adapters.llama.prefix_cache import Branch, Tokens
from flowgen.domain.errors import FlowGenError
from flowgen.domain.generation import Finish, FinishReason, Timings, TokenChunk, TokenLogprob, Usage
from flowgen.domain.model import SequenceState, SequenceStatus
from flowgen.domain.plugins import StoppingCriterion, TimeLimit
from flowgen.domain.verdicts import Verdict

Delivery = TokenChunk | FlowGenError
"""What reaches the consumer: chunks, the last with `finish`, or an error in its place."""


class Answer:
    """The tokens of one request. `max_tokens` is the most that may be generated, the context's rest considered.

    `cuts` are positions of the prompt at which a checkpoint is worth its cost. While the answer runs, `branch` is its
    place in the model's memory; while it waits for the prompt of another, `leader` is that one and `parting` the
    position from which it goes its own way. `is_shortened`: tokens were taken back that may be in the model's memory
    yet. `wants_mark`: it may have to come back to where it is. `reuses_prefix`: its prompt's beginning may come from
    the cache, which has no log-probabilities of it.
    """

    def __init__(
        self,
        prompt: Sequence[int],
        max_tokens: int,
        chooser: TokenChooser,
        emission: Emission,
        *,
        num_logprobs: int | None = None,
        prompt_logprobs: bool = False,
        reuses_prefix: bool = True,
        criteria: Sequence[StoppingCriterion] = (),
        compile_s: float | None = 0.0,
        cuts: Collection[int] = (),
    ) -> None:
        self.prompt = prompt
        self.tokens: list[int] = []
        self.num_computed = self._num_reached = 0
        self.num_cached: int | None = None
        self.num_failures = 0
        self._num_reported = 0
        self.arrival = 0
        self.branch: Branch | None = None
        self.leader: Answer | None = None
        self.parting = 0
        self.is_shortened = self.wants_mark = False
        self.cuts = set(cuts)
        self.chooser = chooser
        self.num_logprobs = num_logprobs
        self.prompt_logprobs = prompt_logprobs and num_logprobs is not None
        self.reuses_prefix = reuses_prefix and not self.prompt_logprobs
        self.deliver: Callable[[Delivery], None] = lambda _: None
        self.ended: FlowGenError | None = None
        self.is_cancelled = False
        self._max_tokens = max_tokens
        self._emission = HeldTokens(emission)
        self._discards = Discards(max_tokens)
        self._criteria = criteria
        limits = [criterion.time_limit_s for criterion in criteria if isinstance(criterion, TimeLimit)]
        self._time_limit_s = min(limits, default=math.inf)
        self._compile_s = compile_s
        self._prompt_array = np.asarray(prompt, np.int32)
        self._reason: FinishReason | None = None
        self._admitted = self._began = self._prefilled = time.monotonic()

    @property
    def is_over(self) -> bool:
        """Nothing is to be computed for it any more."""
        return self._reason is not None or self.is_cancelled or self.ended is not None

    @property
    def is_finished(self) -> bool:
        """Its last chunk, with the reason, has been delivered."""
        return self._reason is not None

    @property
    def is_caught_up(self) -> bool:
        """All its tokens are in the model's memory: the next one can be chosen."""
        return self.num_computed == self.num_known

    @property
    def is_prefill(self) -> bool:
        """Its prompt is not yet in the model's memory, or not again what was there before it lost its place: many
        tokens, but for which others would not have to wait. Tokens that were forced are none of these."""
        return self.num_computed < max(len(self.prompt), self._num_reached)

    @property
    def is_new(self) -> bool:
        """Nothing that follows its prompt has been computed."""
        return max(self.num_computed, self._num_reached) <= len(self.prompt)

    @property
    def status(self) -> SequenceStatus:
        """What it does now, and how far it is."""
        state: SequenceState = "waiting" if self.leader is None else "following"
        if self.branch is not None:
            state = "prefill" if self.is_prefill else "decode"
        return SequenceStatus(
            state=state,
            num_prompt_tokens=len(self.prompt),
            num_cached_tokens=self.num_cached or 0,
            num_computed_tokens=self.num_computed,
            num_generated_tokens=len(self.tokens),
        )

    @property
    def num_known(self) -> int:
        """The tokens of prompt and answer so far."""
        return len(self.prompt) + len(self.tokens)

    @property
    def known(self) -> Tokens:
        """The tokens of prompt and answer so far."""
        if not self.tokens:
            return self._prompt_array
        return np.concatenate((self._prompt_array, np.asarray(self.tokens, np.int32)))

    @property
    def computed_tokens(self) -> Tokens:
        """Those of them that are in the model's memory."""
        return self.known[: self.num_computed]

    @property
    def num_left(self) -> int:
        """How many tokens may yet be generated."""
        return self._max_tokens - len(self.tokens)

    def begin(self, branch: Branch, num_cached: int) -> None:
        """Its turn has come; the first `num_cached` tokens are in the model's memory already. It may come again."""
        self.branch = branch
        self.leader = None
        self.num_computed = num_cached
        if self.num_cached is None:
            self.num_cached = num_cached
            self._began = time.monotonic()

    def leave(self) -> None:
        """It has lost its place in the model's memory: all is to be computed again, or found in the cache."""
        self.branch = None
        self.is_shortened = self.wants_mark = False
        self.num_computed = 0

    def next_piece(self, size: int) -> Sequence[int]:
        """The tokens to compute next, at most `size`."""
        num_prompt = len(self.prompt)
        if self.num_computed < num_prompt:
            return self.prompt[self.num_computed : self.num_computed + size]
        start = self.num_computed - num_prompt
        return self.tokens[start : start + size]

    def computed(self, count: int) -> None:
        """A piece is in the model's memory."""
        is_prefill = self._num_reached < len(self.prompt)
        self.num_computed += count
        self._num_reached = max(self._num_reached, self.num_computed)
        if is_prefill and self.num_computed >= len(self.prompt):
            self._prefilled = time.monotonic()

    def report_prompt(self, position: int, logprobs: Sequence[TokenLogprob]) -> None:
        """Give out log-probabilities of the prompt's tokens after `position`, each once, though some be computed again;
        the prompt's first token has none."""
        fresh = logprobs[max(0, self._num_reported - position) :]
        self._num_reported = max(self._num_reported, position + len(logprobs))
        if fresh:
            self.deliver(TokenChunk(logprobs=tuple(fresh)))

    def append(self, token: int, logprob: TokenLogprob | None = None) -> None:
        """Take a generated token that does not end the answer; give out what can be, and see whether it ends now."""
        self.tokens.append(token)
        chunk = self._emission.push(token, logprob, self.chooser.num_held)
        self._reason = self._why_over()
        if self._reason is None and (chunk.text or chunk.tokens):
            self.deliver(chunk)
        elif self._reason is not None:
            self._close(chunk)

    def discard(self, verdict: Verdict) -> None:
        """A token was refused; tokens before it may be taken back, and the last one left is then computed once more.
        Raises ConstraintUnsatisfied where too many were thrown away."""
        self._discards.count(verdict)
        if verdict.num_back:
            del self.tokens[-verdict.num_back :]
            self._emission.take_back(verdict.num_back)
            self.pause()

    def pause(self) -> None:
        """Let the others have their step: the last token is computed once more, and the next one chosen then."""
        self.num_computed = min(self.num_computed, self.num_known - 1)
        self._num_reached = max(min(self._num_reached, self.num_known - 1), len(self.prompt))
        self.is_shortened = True

    def went_back(self, num_computed: int) -> None:
        """Its place in the model's memory holds so many of its tokens again."""
        self.num_computed = num_computed
        self.is_shortened = False

    def end(self) -> None:
        """The model has ended its answer."""
        self._reason = "stop"
        self._close(TokenChunk())

    def end_unanswered(self) -> None:
        """The prompt is computed, and not one token was to follow."""
        self._reason = "length"
        self._close(TokenChunk())

    def expire(self) -> None:
        """End an answer whose time is up before its first token or while it waits: else the criteria do."""
        if not (self.tokens and self.branch is not None):
            self.check_time()

    def check_time(self) -> None:
        """End an answer whose time is up before its next token."""
        now = time.monotonic()
        if self.is_over or now - self._admitted < self._time_limit_s:
            return
        if not self.tokens:
            self._began = self._began if self.num_computed else now
            self._prefilled = now
        self._reason = "length"
        self._close(TokenChunk())

    def _why_over(self) -> FinishReason | None:
        if self._emission.is_stopped or self.chooser.is_finished():
            return "stop"
        seconds = time.monotonic() - self._admitted
        is_stopped = any([criterion.should_stop(self.tokens, seconds) for criterion in self._criteria])
        return "length" if is_stopped or len(self.tokens) >= self._max_tokens else None

    def _close(self, chunk: TokenChunk) -> None:
        """Join the last chunk and what was held back; a stop string may yet come to light in that."""
        rest = self._emission.finish(self._finish(self._reason or "stop"))
        reason: FinishReason = "stop" if self._emission.is_stopped else self._reason or "stop"
        self.deliver(joined([chunk, rest], self._finish(reason)))

    def _finish(self, reason: FinishReason) -> Finish:
        usage = Usage(
            prompt_tokens=len(self.prompt),
            completion_tokens=len(self.tokens),
            cached_tokens=self.num_cached or 0,
            discarded_tokens=self._discards.num_tokens,
        )
        return Finish(reason=reason, usage=usage, timings=self._timings(), warnings=tuple(self.chooser.warnings))

    def _timings(self) -> Timings | None:
        if self._compile_s is None:
            return None
        return Timings(
            queue_s=self._began - self._admitted,
            compile_s=self._compile_s,
            prompt_s=max(0.0, self._prefilled - self._began),
            generation_s=time.monotonic() - self._prefilled,
        )
