"""The parts of an answer that dialects write alike: counts and log-probabilities, in OpenAI's shape. Pure."""

from collections.abc import Sequence

from flowgen.domain.generation import TokenAlternative, TokenLogprob, Usage
from flowgen.domain.values import Value

LEAST_LOGPROB = -9999.0
"""What OpenAI writes for a token that cannot be; JSON has no minus infinity."""


class LogprobBody(Value, frozen=True):
    """A token with its natural-log probability."""

    token: str
    logprob: float
    bytes: list[int]


class ChosenBody(Value, frozen=True):
    """A chosen token and its alternatives, best first."""

    token: str
    logprob: float
    bytes: list[int]
    top_logprobs: list[LogprobBody]


class LogprobsBody(Value, frozen=True):
    """One entry per token of the answer, markup included."""

    content: list[ChosenBody]


class CachedBody(Value, frozen=True):
    """How much of the prompt was not computed again."""

    cached_tokens: int


class UsageBody(Value, frozen=True):
    """Counts of tokens; `discarded_tokens` were generated and thrown away, and count nowhere else."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: CachedBody
    discarded_tokens: int


def usage_body(usage: Usage) -> UsageBody:
    """The counts of an answer."""
    return UsageBody(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
        prompt_tokens_details=CachedBody(cached_tokens=usage.cached_tokens),
        discarded_tokens=usage.discarded_tokens,
    )


def logprobs_body(logprobs: Sequence[TokenLogprob]) -> LogprobsBody:
    """The log-probabilities of some tokens."""
    return LogprobsBody(content=[_chosen(logprob) for logprob in logprobs])


def _chosen(logprob: TokenLogprob) -> ChosenBody:
    chosen = _alternative(logprob.chosen)
    return ChosenBody(
        token=chosen.token,
        logprob=chosen.logprob,
        bytes=chosen.bytes,
        top_logprobs=[_alternative(other) for other in logprob.top],
    )


def _alternative(token: TokenAlternative) -> LogprobBody:
    return LogprobBody(
        token=token.data.decode(errors="replace"),
        logprob=max(token.logprob, LEAST_LOGPROB),
        bytes=list(token.data),
    )
