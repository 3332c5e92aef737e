"""What the engine is asked and what it answers. Knows tokens and text; refuses to know messages and tools."""

from typing import Literal

from flowgen.domain.constraints import Constraint
from flowgen.domain.plugins import PluginCall
from flowgen.domain.values import Value

FinishReason = Literal["stop", "length"]


class PromptSegment(Value, frozen=True):
    """A piece of the prompt. With `special` false its text is plain: `<|im_end|>` in it is letters. `tokens` are ids in
    the place of a text; a prompt that begins with such is given no BOS."""

    text: str = ""
    special: bool = True
    tokens: tuple[int, ...] = ()


class Sampling(Value, frozen=True):
    """How the next token is drawn; the names are llama.cpp's. The neutral value of each turns it off.

    `temperature` 0 is greedy. `seed` None is the model's; -1 and 4294967295 draw one.
    `penalty_last_n` counts generated tokens, -1 is all of them. `dry_penalty_last_n` counts the prompt's too, -1 is as
    many as the context holds.
    """

    temperature: float = 0.8
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    typical_p: float = 1.0
    tfs_z: float = 1.0
    repeat_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    penalty_last_n: int = 64
    mirostat_mode: int = 0
    mirostat_tau: float = 5.0
    mirostat_eta: float = 0.1
    top_n_sigma: float = -1.0
    xtc_probability: float = 0.0
    xtc_threshold: float = 0.1
    dynatemp_range: float = 0.0
    dynatemp_exponent: float = 1.0
    dry_multiplier: float = 0.0
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    dry_penalty_last_n: int = -1
    dry_sequence_breakers: tuple[str, ...] = ("\n", ":", '"', "*")
    seed: int | None = None
    logit_bias: dict[int, float] = {}


class SilentSpan(Value, frozen=True):
    """A stretch of the answer in which stop strings are not looked for: a call's markup, reasoning.

    It begins with the text `opening` (only as the answer's first text where `at_start`) and ends after `closing`;
    `closing` None means that it lasts until the answer's end. `is_open`: the answer begins inside it.
    """

    opening: str
    closing: str | None = None
    at_start: bool = False
    is_open: bool = False


class GenerationRequest(Value, frozen=True):
    """One answer to generate.

    `max_tokens` None is as many as the context holds; with 0 the prompt is computed and nothing follows. `stop` strings
    are matched on text, and none of a match is emitted. `preserved` special tokens (by text) appear in the answer's
    text; all others have none. `logprobs` is the number of alternatives per token, of the model's own distribution,
    None for none; with `prompt_logprobs` the prompt's tokens have them too (models loaded with `logits_all`). With
    `ignore_eos` the model's end tokens are never chosen; not beside a constraint. Without `reuses_prefix` nothing of
    the prompt is taken from the cache.
    """

    prompt: tuple[PromptSegment, ...]
    sampling: Sampling = Sampling()
    constraint: Constraint | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    silent_spans: tuple[SilentSpan, ...] = ()
    preserved: tuple[str, ...] = ()
    logprobs: int | None = None
    prompt_logprobs: bool = False
    ignore_eos: bool = False
    reuses_prefix: bool = True
    stopping_criteria: tuple[PluginCall, ...] = ()
    logits_processors: tuple[PluginCall, ...] = ()


class TokenAlternative(Value, frozen=True):
    """A token with its natural-log probability; `data` are its bytes."""

    token: int
    data: bytes
    logprob: float


class TokenLogprob(Value, frozen=True):
    """The chosen token and the likeliest alternatives, best first."""

    chosen: TokenAlternative
    top: tuple[TokenAlternative, ...] = ()


class Usage(Value, frozen=True):
    """Counts of tokens. `discarded_tokens` were generated and thrown away, because a check of the schema failed;
    they are not among `completion_tokens`."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    discarded_tokens: int = 0


class Timings(Value, frozen=True):
    """Where the time of one answer went, in seconds."""

    queue_s: float
    compile_s: float
    prompt_s: float
    generation_s: float


class Finish(Value, frozen=True):
    """How and why an answer ended. `timings` is None for models loaded with `no_perf`."""

    reason: FinishReason
    usage: Usage
    timings: Timings | None = None
    warnings: tuple[str, ...] = ()


class TokenChunk(Value, frozen=True):
    """Some tokens of an answer: whole characters only; `special` are the preserved special ones among `tokens`.

    The last chunk of an answer, and only it, has `finish`.
    """

    text: str = ""
    tokens: tuple[int, ...] = ()
    special: tuple[int, ...] = ()
    logprobs: tuple[TokenLogprob, ...] = ()
    finish: Finish | None = None
