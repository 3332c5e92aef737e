"""The options of /load and /chat: one declaration drives validation, defaults, docs and the schema.

Knows names, types, ranges, defaults and which option is refused and why; refuses to know how any is done.
Each field's `Meta.description` is its documentation; `Meta.extra["refused"]` is the reason of a refusal.
A refused option at its neutral value (null, false, its default) passes.
"""

from typing import Annotated, Any

from msgspec import Meta

from flowgen.domain.values import JsonObject, Value

PluginRef = str | JsonObject | list[str | JsonObject]
"""`"name"`, `{"name": ..., parameters}`, or a list of these."""

Int32 = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
RANDOM_SEED = 2**32 - 1
Seed = Annotated[int, Meta(ge=-1, le=RANDOM_SEED)]
Threads = Annotated[int, Meta(ge=1, le=512)]
Positive = Annotated[int, Meta(ge=1, le=2**31 - 1)]
_LARGEST = 3.4e38
"""The range of llama.cpp's own numbers (float32): beyond it a number would be infinite there."""
Float32 = Annotated[float, Meta(ge=-_LARGEST, le=_LARGEST)]
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


def _refused(reason: str, description: str) -> Meta:
    return Meta(description=description, extra={"refused": reason})


class LoadOptions(Value, frozen=True):
    """`options` of /load, besides the chat options, which become the defaults of the model's chats."""

    n_gpu_layers: Annotated[
        int,
        Meta(
            ge=-1,
            le=2**31 - 1,
            description="Layers to offload to the GPU, -1 for all; a warning without a GPU backend.",
        ),
    ] = 0
    split_mode: Annotated[
        int, Meta(ge=0, le=3, description="How to split the model across GPUs: 0 none, 1 layers, 2 rows, 3 tensors.")
    ] = 1
    main_gpu: Annotated[
        int, Meta(ge=0, le=2**31 - 1, description="The GPU that holds the whole model with split_mode 0.")
    ] = 0
    tensor_split: Annotated[
        list[Annotated[float, Meta(ge=0, le=_LARGEST)]] | None,
        Meta(description="The share of the model on each GPU, one number per device."),
    ] = None
    vocab_only: Annotated[bool, Meta(description="Load the vocabulary without weights; /chat is then a 400.")] = False
    use_mmap: Annotated[bool, Meta(description="Map the file instead of reading it.")] = True
    use_mlock: Annotated[
        bool, Meta(description="Keep the model in RAM; a warning where the system does not allow it.")
    ] = False
    kv_overrides: Annotated[
        dict[str, bool | Int64 | float | str] | None,
        Meta(description="Values that replace the file's metadata, by key."),
    ] = None
    seed: Annotated[Seed, Meta(description="Seed of chats that give none; -1 and 4294967295 draw one each time.")] = (
        RANDOM_SEED
    )
    n_ctx: Annotated[
        int,
        Meta(ge=0, le=2**31 - 1, description="The longest that one chat may be, in tokens; 0 takes the model's own."),
    ] = 2048
    n_batch: Annotated[
        int, Meta(ge=1, le=2**31 - 1, description="Tokens of the prompt handed to llama.cpp at once.")
    ] = 256
    n_ubatch: Annotated[int, Meta(ge=1, le=2**31 - 1, description="Tokens computed at once, at most n_batch.")] = 512
    n_threads: Annotated[
        Threads | None, Meta(description="Threads for generation; left out: the cores that this process may use.")
    ] = None
    n_threads_batch: Annotated[
        Threads | None, Meta(description="Threads for prompts; left out: the cores that this process may use.")
    ] = None
    rope_scaling_type: Annotated[
        int, Meta(ge=-1, le=3, description="RoPE scaling: -1 from the model, 0 none, 1 linear, 2 YaRN, 3 LongRoPE.")
    ] = -1
    pooling_type: Annotated[
        int,
        Meta(
            ge=-1, le=4, description="Pooling of embeddings: -1 from the model, 0 none, 1 mean, 2 CLS, 3 last, 4 rank."
        ),
    ] = -1
    rope_freq_base: Annotated[
        float, Meta(ge=0.0, le=_LARGEST, description="RoPE base frequency, 0 from the model.")
    ] = 0.0
    rope_freq_scale: Annotated[
        float, Meta(ge=0.0, le=_LARGEST, description="RoPE frequency scaling factor, 0 from the model.")
    ] = 0.0
    yarn_ext_factor: Annotated[
        Float32, Meta(description="YaRN extrapolation mix factor, negative from the model.")
    ] = -1.0
    yarn_attn_factor: Annotated[float, Meta(ge=0.0, le=_LARGEST, description="YaRN magnitude scaling factor.")] = 1.0
    yarn_beta_fast: Annotated[float, Meta(ge=0.0, le=_LARGEST, description="YaRN low correction dimension.")] = 32.0
    yarn_beta_slow: Annotated[float, Meta(ge=0.0, le=_LARGEST, description="YaRN high correction dimension.")] = 1.0
    yarn_orig_ctx: Annotated[
        int, Meta(ge=0, le=2**31 - 1, description="YaRN original context size, 0 from the model.")
    ] = 0
    logits_all: Annotated[
        bool, Meta(description="Logits for every token of the prompt: with echo, logprobs covers the prompt too.")
    ] = False
    embedding: Annotated[bool, Meta(description="Embedding mode only; /chat is then a 400.")] = False
    offload_kqv: Annotated[bool, Meta(description="Keep K, Q and V on the GPU.")] = True
    flash_attn: Annotated[bool | None, Meta(description="Flash attention; left out: llama.cpp's own choice.")] = None
    op_offload: Annotated[
        bool | None, Meta(description="Offload host tensor operations to the device; left out: llama.cpp's default.")
    ] = None
    swa_full: Annotated[
        bool | None, Meta(description="A full-size cache for sliding-window layers; left out: llama.cpp's default.")
    ] = None
    no_perf: Annotated[bool, Meta(description="Measure no timings: answers have no `timings`.")] = False
    last_n_tokens_size: Annotated[
        int, Meta(ge=-1, le=2**31 - 1, description="Generated tokens that the penalties look back on; 0 none, -1 all.")
    ] = 64
    lora_base: Annotated[
        str | None,
        _refused(
            "llama.cpp applies adapters to the loaded weights and has dropped the separate base model; give lora_path alone",
            "A base model for a LoRA adapter.",
        ),
    ] = None
    lora_scale: Annotated[Float32, Meta(description="Scale of the LoRA adapter.")] = 1.0
    lora_path: Annotated[str | None, Meta(description="Path to a LoRA adapter in GGUF form.")] = None
    numa: Annotated[
        bool | Annotated[int, Meta(ge=0, le=4)],
        Meta(description="NUMA policy: false, true (distribute), or 0 to 4; the process's first one stays."),
    ] = False
    chat_format: Annotated[
        str | None, Meta(description="A template built into llama.cpp, by name, in the place of the model's own.")
    ] = None
    chat_handler: Annotated[PluginRef | None, Meta(description="A registered plugin that renders the prompts.")] = None
    draft_model: Annotated[
        PluginRef | None, Meta(description="A registered plugin that drafts tokens for the model to verify.")
    ] = None
    tokenizer: Annotated[
        PluginRef | None, Meta(description="A registered plugin that replaces llama.cpp's tokenizer.")
    ] = None
    verbose: Annotated[bool, Meta(description="llama.cpp's log on the server's standard error.")] = False
    type_k: Annotated[
        str | int | None, Meta(description="Data type of the K cache, by ggml's name or number; f16 unless given.")
    ] = None
    type_v: Annotated[
        str | int | None, Meta(description="Data type of the V cache, by ggml's name or number; f16 unless given.")
    ] = None
    spm_infill: Annotated[
        bool,
        _refused(
            "/chat does not infill; `suffix` is text appended to the answer", "Suffix/prefix/middle order for infill."
        ),
    ] = False
    n_seq_max: Annotated[int, Meta(ge=1, le=256, description="Answers that run at once.")] = 8
    n_cells: Annotated[
        Positive | None,
        Meta(
            description="KV cells that all answers and the prefix cache share, at least n_ctx; left out: 4 x n_ctx, at"
            " least 8192, at most n_ctx x n_seq_max, less where memory is short."
        ),
    ] = None
    queue_size: Annotated[
        Annotated[int, Meta(ge=0, le=100_000)] | None,
        Meta(description="Answers that may wait; left out: 4 x n_seq_max."),
    ] = None
    cache_bytes: Annotated[
        Annotated[int, Meta(ge=0, le=2**62)] | None,
        Meta(
            description="Host memory for prompts that are kept for later ones; 0 keeps none there; left out: 1 GiB, at"
            " most a quarter of what is free.",
        ),
    ] = None
    drain_seconds: Annotated[
        Annotated[float, Meta(ge=0.0, le=86400.0)] | None,
        Meta(
            description="How long answers may go on when this model is unloaded or swapped, in seconds; left out: 30."
        ),
    ] = None
    tool_call_format: Annotated[
        str | None, Meta(description="Tool-call format by name, in the place of the one detected.")
    ] = None


class ChatOptions(Value, frozen=True):
    """`options` of /chat."""

    prompt: Annotated[str | None, Meta(description="Replaces the rendered prompt; not beside tools.")] = None
    suffix: Annotated[str | None, Meta(description="Text appended to the answer; not beside tools or a schema.")] = None
    max_tokens: Annotated[Int32, Meta(description="Tokens to generate at most; unlimited if 0 or less.")] = 100
    temperature: Annotated[
        float, Meta(ge=0.0, le=1e6, description="Sampling temperature; 0 takes the likeliest token.")
    ] = 0.8
    top_p: Annotated[Probability, Meta(description="Nucleus sampling; 1 is off.")] = 0.95
    min_p: Annotated[Probability, Meta(description="Least probability relative to the likeliest token; 0 is off.")] = (
        0.05
    )
    typical_p: Annotated[Probability, Meta(description="Locally typical sampling; 1 is off.")] = 1.0
    logprobs: Annotated[
        Annotated[int, Meta(ge=0, le=100)] | None, Meta(description="Alternatives per token in `choices[0].logprobs`.")
    ] = None
    echo: Annotated[
        bool, Meta(description="Put the prompt's text before the content; not beside tools or a schema.")
    ] = False
    stop: Annotated[str | list[str], Meta(description="Texts that end the answer and are not part of it.")] = []
    frequency_penalty: Annotated[float, Meta(ge=-100.0, le=100.0, description="Penalty per occurrence; 0 is off.")] = (
        0.0
    )
    presence_penalty: Annotated[
        float, Meta(ge=-100.0, le=100.0, description="Penalty for having occurred; 0 is off.")
    ] = 0.0
    repeat_penalty: Annotated[
        float, Meta(gt=0.0, le=100.0, description="Divides the scores of tokens that occurred; 1 is off.")
    ] = 1.1
    top_k: Annotated[Int32, Meta(description="The k likeliest tokens; 0 or less is off.")] = 40
    stream: Annotated[bool, Meta(description="Answer as server-sent events.")] = False
    seed: Annotated[
        Seed | None, Meta(description="Seed of this answer; left out: the model's; -1 and 4294967295 draw one.")
    ] = None
    tfs_z: Annotated[float, Meta(ge=0.0, le=1e6, description="Tail-free sampling; 1 or more is off.")] = 1.0
    mirostat_mode: Annotated[
        int,
        Meta(ge=0, le=2, description="Mirostat: 0 off, 1 or 2; it replaces top_k, top_p, min_p, typical_p and tfs_z."),
    ] = 0
    mirostat_tau: Annotated[float, Meta(ge=0.0, le=1e6, description="Mirostat's target cross-entropy.")] = 5.0
    mirostat_eta: Annotated[float, Meta(ge=0.0, le=1e6, description="Mirostat's learning rate.")] = 0.1
    model: Annotated[str | None, Meta(description="A name repeated in the answer.")] = None
    stopping_criteria: Annotated[
        PluginRef | None, Meta(description="Registered stopping criteria; `max_time` is built in.")
    ] = None
    logits_processor: Annotated[
        PluginRef | None, Meta(description="Registered logits processors; `no_repeat_ngram` is built in.")
    ] = None
    grammar: Annotated[str | None, Meta(description="A GBNF grammar for the answer; not beside a schema or tools.")] = (
        None
    )
    logit_bias: Annotated[
        dict[str, float] | None, Meta(description="Numbers added to tokens' scores, by token id.")
    ] = None
    constrain_tools: Annotated[
        bool, Meta(description="Bind tool calls to the tools' schemas; false leaves the model free.")
    ] = True
    tool_choice: Annotated[Any, Meta(description='"auto", "none", "required" or a named function.')] = None
    parallel_tool_calls: Annotated[bool, Meta(description="Allow more than one call in an answer.")] = True
    template: Annotated[JsonObject, Meta(description="Variables for the chat template, such as enable_thinking.")] = {}
