"""The fields of /v1 that say how an answer is generated, as they are on the wire: OpenAI's, llama.cpp's server's and
vLLM's by their own names. Knows names, types and defaults, nothing of effects.

What a request leaves out is what llama.cpp's own server takes. A field with `refused` passes at its neutral value; one
with `needs` is possible with some models only.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from flowgen.domain.options import Int32, Probability, Seed
from flowgen.domain.values import JsonObject, Value

TokenCount = Annotated[int, Meta(ge=-1, le=2**31 - 1)]
Penalty = Annotated[float, Meta(ge=-100.0, le=100.0)]
Strength = Annotated[float, Meta(ge=0.0, le=1e6)]
Text = Annotated[str, Meta(min_length=1)]
LookBack = Annotated[int, Meta(ge=-1, le=2**31 - 1)]
MAX_ANSWERS = 128
MAX_TOP_LOGPROBS = 20
Bias = float | Literal[False]
SAMPLERS = ("penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature")
"""llama.cpp's own order, by its own names."""


def refused(reason: str, description: str) -> Meta:
    """The declaration of a field that cannot be done."""
    return Meta(description=description, extra={"refused": reason})


class GenerationFields(Value, frozen=True):
    """What a chat and a completion of a text have in common."""

    model: Annotated[str | None, Meta(description="Any name: the one model that is loaded answers, and is named.")] = (
        None
    )
    max_tokens: Annotated[
        TokenCount | None, Meta(description="Tokens to generate at most; left out or -1: what the context holds.")
    ] = None
    max_completion_tokens: Annotated[TokenCount | None, Meta(description="The same as max_tokens.")] = None
    n_predict: Annotated[TokenCount | None, Meta(description="llama.cpp's name of max_tokens.")] = None
    n: Annotated[int, Meta(ge=1, le=MAX_ANSWERS, description="Answers to give; number i draws with the seed + i.")] = 1
    stream: Annotated[bool, Meta(description="Answer as server-sent events.")] = False
    stream_options: Annotated[
        JsonObject | None, Meta(description="`include_usage`: a last chunk with the counts of tokens.")
    ] = None
    stop: Annotated[
        str | list[str], Meta(description="Texts that end the answer and are not part of it, 64 at most.")
    ] = []
    seed: Annotated[Seed | None, Meta(description="Seed of this answer; left out: the model's; -1 draws one.")] = None
    temperature: Annotated[
        float, Meta(ge=0.0, le=1e6, description="Sampling temperature; 0 takes the likeliest token.")
    ] = 0.8
    top_p: Annotated[Probability, Meta(description="Nucleus sampling; 1 is off.")] = 0.95
    top_k: Annotated[Int32, Meta(description="The k likeliest tokens; 0 or less is off.")] = 40
    min_p: Annotated[Probability, Meta(description="Least probability relative to the likeliest token; 0 is off.")] = (
        0.05
    )
    typical_p: Annotated[Probability, Meta(description="Locally typical sampling; 1 is off.")] = 1.0
    tfs_z: Annotated[Probability, Meta(description="Tail-free sampling, as it was in llama.cpp; 1 is off.")] = 1.0
    top_n_sigma: Annotated[
        float, Meta(ge=-1.0, le=1e6, description="Standard deviations below the best score; 0 or less is off.")
    ] = -1.0
    dynatemp_range: Annotated[
        Strength, Meta(description="How far the temperature moves with the entropy, each way; 0 is off.")
    ] = 0.0
    dynatemp_exponent: Annotated[Strength, Meta(description="How the entropy becomes a temperature.")] = 1.0
    xtc_probability: Annotated[
        Probability, Meta(description="How often the likeliest tokens but the last above xtc_threshold go; 0 is off.")
    ] = 0.0
    xtc_threshold: Annotated[Probability, Meta(description="Least probability of such tokens; above 0.5 is off.")] = 0.1
    frequency_penalty: Annotated[Penalty, Meta(description="Penalty per occurrence; 0 is off.")] = 0.0
    presence_penalty: Annotated[Penalty, Meta(description="Penalty for having occurred; 0 is off.")] = 0.0
    repeat_penalty: Annotated[
        float, Meta(gt=0.0, le=100.0, description="Divides the scores of tokens that occurred; 1 is off.")
    ] = 1.0
    repetition_penalty: Annotated[
        Annotated[float, Meta(gt=0.0, le=100.0)] | None,
        Meta(description="vLLM's name of repeat_penalty; it looks back as that does, on generated tokens."),
    ] = None
    repeat_last_n: Annotated[
        LookBack | None,
        Meta(
            description="Generated tokens that penalties look back on; 0 none, -1 all; left out: what /load was given."
        ),
    ] = None
    dry_multiplier: Annotated[Strength, Meta(description="DRY's penalty for going on with a repetition; 0 is off.")] = (
        0.0
    )
    dry_base: Annotated[Strength, Meta(description="How the penalty grows with each repeated token.")] = 1.75
    dry_allowed_length: Annotated[
        int, Meta(ge=0, le=2**31 - 1, description="Repeated tokens that are not yet penalised.")
    ] = 2
    dry_penalty_last_n: Annotated[
        LookBack, Meta(description="Tokens, the prompt's too, that DRY looks back on; 0 none, -1 the context.")
    ] = -1
    dry_sequence_breakers: Annotated[list[Text], Meta(description="Texts that no repetition goes across.")] = field(
        default_factory=lambda: ["\n", ":", '"', "*"]
    )
    mirostat: Annotated[
        int, Meta(ge=0, le=2, description="Mirostat: 0 off, 1 or 2; it replaces the samplers that cut.")
    ] = 0
    mirostat_tau: Annotated[Strength, Meta(description="Mirostat's target cross-entropy.")] = 5.0
    mirostat_eta: Annotated[Strength, Meta(description="Mirostat's learning rate.")] = 0.1
    logit_bias: Annotated[
        dict[str, Bias] | list[tuple[int | str, Bias]] | None,
        Meta(
            description="Numbers added to tokens' scores, by token id or by a text whose tokens they are; also as "
            "llama.cpp's pairs; false: never, where a grammar leaves a choice."
        ),
    ] = None
    ignore_eos: Annotated[
        bool, Meta(description="Never choose the model's end tokens; not beside a schema or tools.")
    ] = False
    grammar: Annotated[str | None, Meta(description="A GBNF grammar that binds the answer; empty: none.")] = None
    json_schema: Annotated[Any, Meta(description="llama.cpp's name of a JSON Schema that binds the answer.")] = None
    guided_json: Annotated[Any, Meta(description="vLLM's name of such a schema, as an object or as JSON text.")] = None
    guided_regex: Annotated[Text | None, Meta(description="A pattern that the whole answer matches.")] = None
    guided_choice: Annotated[list[str] | None, Meta(description="Texts of which the answer is one.")] = None
    guided_grammar: Annotated[
        Text | None, Meta(description="A grammar that binds the answer: GBNF, or Lark where it has no `::=`.")
    ] = None
    structured_outputs: Annotated[
        JsonObject | None,
        Meta(description="One of `json`, `regex`, `choice`, `grammar`, `json_object`, as in vLLM."),
    ] = None
    cache_prompt: Annotated[
        bool, Meta(description="Take the prompt's beginning from the cache; false: compute all of it.")
    ] = True
    response_format: Annotated[
        JsonObject | None,
        Meta(description='{"type": "text"}, {"type": "json_object", "schema"?} or {"type": "json_schema", ...}.'),
    ] = None
    add_special_tokens: Annotated[
        bool | None, refused("the model's own file says whether a prompt begins with BOS", "BOS before the prompt.")
    ] = None
    samplers: Annotated[
        list[str], refused("the samplers go in llama.cpp's own order", "The order of the samplers.")
    ] = field(default_factory=lambda: list(SAMPLERS))
    typ_p: Annotated[float, refused("typical_p is its name", "The name of typical_p among the samplers.")] = 1.0
    min_keep: Annotated[int, refused("samplers keep one token at least", "Tokens that samplers keep at least.")] = 0
    n_keep: Annotated[int, refused("a context that is full ends the answer, nothing is shifted", "For shifting.")] = 0
    n_probs: Annotated[int, refused("logprobs is its name here", "llama.cpp's name of logprobs.")] = 0
    id_slot: Annotated[int, refused("the cache finds the best place by itself", "The slot that answers.")] = -1
    n_indent: Annotated[int, refused("the model chooses its white space", "Least indentation of a line.")] = 0
    t_max_predict_ms: Annotated[int, refused("give max_tokens", "A limit of time.")] = -1
    post_sampling_probs: Annotated[
        bool, refused("log-probabilities are the model's own", "Probabilities after the samplers.")
    ] = False
    min_tokens: Annotated[int, refused("the model decides when it has ended", "Tokens to generate at least.")] = 0
    stop_token_ids: Annotated[list[int], refused("give stop, as texts", "Tokens that end the answer.")] = []
    include_stop_str_in_output: Annotated[
        bool, refused("a stop string is never part of an answer", "Keep the stop string.")
    ] = False
    skip_special_tokens: Annotated[
        bool, refused("special tokens are always left out", "Leave special tokens out of the text.")
    ] = True
    bad_words: Annotated[list[str], refused("give logit_bias", "Words that must not come.")] = []
    allowed_token_ids: Annotated[
        list[int] | None, refused("give a grammar or logit_bias", "The only tokens that may come.")
    ] = None
    truncate_prompt_tokens: Annotated[
        int | None, refused("a prompt is never cut: one that is too long is a 400", "Cut the prompt.")
    ] = None
    use_beam_search: Annotated[bool, refused("answers are drawn token by token", "Beam search.")] = False
    best_of: Annotated[int, refused("answers are not ranked; give n", "Draw more and give the best.")] = 1
    length_penalty: Annotated[float, refused("it ranks beams, and there are none", "For beam search.")] = 1.0
    prompt_logprobs: Annotated[
        int | None,
        refused("give echo and logprobs to /v1/completions", "Log-probabilities of the prompt's tokens."),
    ] = None
    lora: Annotated[
        list[Any], refused("adapters are loaded with the model; see lora_path of /load", "Adapters to apply.")
    ] = []
    logits_processors: Annotated[
        list[Any], refused("they are plugins; see logits_processor of /chat", "Code that changes the scores.")
    ] = []
    guided_whitespace_pattern: Annotated[
        str | None, refused("documents are compact", "White space in a document, as a pattern.")
    ] = None


class StreamOptions(Value, frozen=True):
    """What a stream says besides the answer."""

    include_usage: bool = False
    continuous_usage_stats: Annotated[
        bool,
        refused("the counts come once, at the end: clients add up all that they are told", "Counts in all chunks."),
    ] = False


class StructuredOutputs(Value, frozen=True):
    """vLLM's `structured_outputs`. Documents are compact and nothing falls back, whatever is asked of that."""

    json: Any = None
    regex: Text | None = None
    choice: list[str] | None = None
    grammar: Text | None = None
    json_object: bool = False
    disable_any_whitespace: bool = False
    disable_fallback: bool = False
    disable_additional_properties: Annotated[
        bool, refused("the schema says it: additionalProperties", "No properties that the schema does not name.")
    ] = False
    whitespace_pattern: Annotated[
        str | None, refused("documents are compact", "White space in a document, as a pattern.")
    ] = None
    structural_tag: Annotated[Any, refused("give tools, or a grammar", "Documents between tags.")] = None
