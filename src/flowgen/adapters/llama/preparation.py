"""Makes an answer out of a request: everything that can fail before the first token fails here. Blocking.

Knows tokens, constraints and plugins; refuses to know threads and the engine.
"""

import secrets
import time
from collections.abc import Callable, Iterable, Sequence

from flowgen.adapters.llama.candidates import Scratch
from flowgen.adapters.llama.checkpoints import checkpoint_positions
from flowgen.adapters.llama.chooser import TokenChooser
from flowgen.adapters.llama.dry import DryPenalty, RepetitionSampler
from flowgen.adapters.llama.emission import Emission
from flowgen.adapters.llama.sampler import Step, StepSampler, TokenSampler
from flowgen.adapters.llama.scores import ScoreRules
from flowgen.adapters.llama.sequence import Answer
from flowgen.adapters.llama.stops import StopScanner
from flowgen.adapters.llama.text import TokenText
from flowgen.adapters.llama.vocabulary import PromptTokenizer
from flowgen.domain.errors import ConstraintRefused, ContextOverflow, InvalidField, NotAChatModel
from flowgen.domain.generation import GenerationRequest, Sampling
from flowgen.domain.model import ModelInfo, Vocabulary
from flowgen.domain.options import RANDOM_SEED, LoadOptions
from flowgen.domain.plugins import LogitsProcessor, PluginRegistry, StoppingCriterion
from flowgen.domain.ports import SchemaConstrainer, TokenMatcher
from flowgen.domain.values import Value


class Collaborators(Value, frozen=True):
    """What a runtime is given from outside."""

    constrainer: SchemaConstrainer
    stopping_criteria: PluginRegistry[StoppingCriterion]
    logits_processors: PluginRegistry[LogitsProcessor]


class Preparation:
    """One per loaded model; `prepare` is safe from any thread."""

    def __init__(
        self,
        info: ModelInfo,
        options: LoadOptions,
        vocabulary: Vocabulary,
        tokenizer: PromptTokenizer,
        collaborators: Collaborators,
        make_sampler: Callable[[Sequence[Step]], StepSampler],
        *,
        takes_checkpoints: bool = False,
        make_dry: Callable[[Sampling, int], RepetitionSampler] | None = None,
    ) -> None:
        self._info = info
        self._options = options
        self._vocabulary = vocabulary
        self._tokenizer = tokenizer
        self._collaborators = collaborators
        self._make_sampler = make_sampler
        self._takes_checkpoints = takes_checkpoints
        self._make_dry = make_dry
        self._scratch = Scratch(info.n_vocab)

    def prepare(self, request: GenerationRequest) -> Answer:
        """Tokenize, check, compile. Raises NotAChatModel, ContextOverflow, ConstraintRefused, UnknownPlugin and
        InvalidField."""
        if not self._info.can_chat:
            raise NotAChatModel(self._info.why_not)
        prompt = self._prompt(request)
        check_bias(request.sampling.logit_bias, self._info.n_vocab)
        criteria, processors = self._criteria(request), self._processors(request)
        matcher, seconds = self._compile(request)
        rest = self._info.n_ctx - len(prompt)
        max_tokens = rest if request.max_tokens is None else min(request.max_tokens, rest)
        return Answer(
            prompt,
            max_tokens,
            self._chooser(request, processors, matcher, max_tokens),
            Emission(TokenText(self._vocabulary, request.preserved), StopScanner(request.stop, request.silent_spans)),
            num_logprobs=request.logprobs,
            prompt_logprobs=request.prompt_logprobs and self._options.logits_all,
            reuses_prefix=request.reuses_prefix,
            criteria=criteria,
            cuts=checkpoint_positions(prompt, self._vocabulary.special) if self._takes_checkpoints else (),
            compile_s=None if self._options.no_perf else seconds,
        )

    def _prompt(self, request: GenerationRequest) -> list[int]:
        prompt = self._tokenizer.prompt(request.prompt, add_bos=self._info.facts.add_bos)
        if len(prompt) + 1 > self._info.n_ctx:
            raise ContextOverflow(len(prompt), self._info.n_ctx)
        return prompt

    def _criteria(self, request: GenerationRequest) -> list[StoppingCriterion]:
        registry = self._collaborators.stopping_criteria
        return [registry.make(call, "options.stopping_criteria") for call in request.stopping_criteria]

    def _processors(self, request: GenerationRequest) -> list[LogitsProcessor]:
        registry = self._collaborators.logits_processors
        made = [registry.make(call, "options.logits_processor") for call in request.logits_processors]
        last_n = request.sampling.dry_penalty_last_n
        if self._make_dry is None or not request.sampling.dry_multiplier or not last_n:
            return made
        last_n = min(last_n, self._info.n_ctx) if last_n > 0 else self._info.n_ctx
        return [DryPenalty(self._make_dry(request.sampling, last_n), last_n), *made]

    def _compile(self, request: GenerationRequest) -> tuple[TokenMatcher | None, float]:
        if request.constraint is None:
            return None, 0.0
        if not self._vocabulary.end_tokens:
            raise ConstraintRefused("response_format", "the model has no end token, so no bound answer would ever end")
        began = time.monotonic()
        matcher = self._collaborators.constrainer.compile(request.constraint, self._vocabulary).matcher()
        return matcher, time.monotonic() - began

    def _chooser(
        self,
        request: GenerationRequest,
        processors: Sequence[LogitsProcessor],
        matcher: TokenMatcher | None,
        max_tokens: int,
    ) -> TokenChooser:
        sampling = request.sampling
        seed = draw_seed(sampling.seed, self._options.seed)

        def sampler() -> TokenSampler:
            return TokenSampler(sampling, seed, self._info.n_vocab, self._make_sampler)

        return TokenChooser(
            ScoreRules(sampling, processors),
            sampler,
            self._vocabulary,
            matcher,
            ignore_eos=request.ignore_eos,
            max_tokens=max_tokens,
            scratch=self._scratch,
        )


def check_bias(tokens: Iterable[int], n_vocab: int) -> None:
    """Raise InvalidField for a token that the vocabulary does not have."""
    for token in tokens:
        if not 0 <= token < n_vocab:
            raise InvalidField("options.logit_bias", token, f"token ids from 0 to {n_vocab - 1}")


def draw_seed(asked: int | None, default: int) -> int:
    """The seed of an answer: the request's, else the model's; -1 and RANDOM_SEED draw one."""
    seed = default if asked is None else asked
    return secrets.randbelow(RANDOM_SEED) if seed in (-1, RANDOM_SEED) else seed
