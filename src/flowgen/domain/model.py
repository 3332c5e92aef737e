"""A model: what to load and what is known of it. Refuses to know llama.cpp and HTTP."""

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from flowgen.domain.options import LoadOptions
from flowgen.domain.values import JsonObject, Value


class ModelSpec(Value, frozen=True):
    """What to load. `path` is a file (names of embedded models are resolved by then); `name` is how it was asked for.

    `chat_defaults` are the chat options that /load was given, checked, by name.
    """

    name: str
    path: str
    tokenizer_name: str | None = None
    options: LoadOptions = LoadOptions()
    chat_defaults: JsonObject = {}


class ModelFacts(Value, frozen=True):
    """What a file says of its model, known without loading its weights. Sizes are in bytes.

    `templates` are the chat templates in the file by name, "default" the usual one. `bos_token` and `eos_token` are
    texts, empty where there is none; `control_tokens` are the texts of all special tokens. `add_bos` says that the
    file wants a BOS before the prompt. `needed` is the estimate of what loading takes.
    """

    path: str
    name: str
    architecture: str
    num_parameters: int
    size: int
    n_ctx_train: int
    templates: Mapping[str, str] = {}
    bos_token: str = ""
    eos_token: str = ""
    control_tokens: tuple[str, ...] = ()
    add_bos: bool = False
    metadata: Mapping[str, str] = {}
    needed: int = 0
    warnings: tuple[str, ...] = ()


class ModelInfo(Value, frozen=True):
    """One loaded model. `n_ctx` is the longest that one chat may be, in tokens.

    `effective` are the parameters as llama.cpp read them back (`n_ctx`, `n_threads`, ...). `why_not` is the sentence of
    the refusal where the model cannot chat. `embeds`: it gives vectors.
    """

    facts: ModelFacts
    n_ctx: int
    n_vocab: int
    can_chat: bool = True
    why_not: str = ""
    embeds: bool = False
    effective: JsonObject = {}
    warnings: tuple[str, ...] = ()


class Vocabulary(Value, frozen=True):
    """A model's tokens as bytes, by id. `special` are the ids of control tokens; a special token's bytes are its text.

    `end_tokens` end an answer. `fingerprint` is equal for equal vocabularies (a cache's key). `tokenize` turns bytes
    into ids as the model's tokenizer does, special tokens' texts as plain text.
    """

    tokens: tuple[bytes, ...]
    special: frozenset[int]
    end_tokens: tuple[int, ...]
    fingerprint: str
    tokenize: Callable[[bytes], list[int]]


class CacheStatus(Value, frozen=True):
    """The prefix cache. `num_cells` are KV cells that only it holds, `host_bytes` its copies in host memory; `hit_rate`
    is the share of all prompt tokens so far that were not computed again."""

    num_cells: int = 0
    host_bytes: int = 0
    hit_rate: float = 0.0


SequenceState = Literal["waiting", "following", "prefill", "decode"]


class SequenceStatus(Value, frozen=True):
    """One answer under way. `following`: it waits for another's prompt that begins like its own. Counts are tokens."""

    state: SequenceState
    num_prompt_tokens: int
    num_cached_tokens: int
    num_computed_tokens: int
    num_generated_tokens: int


class EngineStatus(Value, frozen=True):
    """The engine at this moment. `tokens_per_second` is a running average of generated tokens."""

    num_running: int
    num_waiting: int
    is_alive: bool = True
    reason: str = ""
    num_cells: int = 0
    num_cells_used: int = 0
    cache: CacheStatus = CacheStatus()
    tokens_per_second: float = 0.0
    sequences: tuple[SequenceStatus, ...] = ()


class Embeddings(Value, frozen=True):
    """One vector per input; `num_tokens` were read."""

    vectors: tuple[tuple[float, ...], ...]
    num_tokens: int


class Progress(Protocol):
    """Told how far a load is; may be called from any thread."""

    def __call__(self, stage: str, fraction: float) -> None:
        """`fraction` goes from 0 to 1 within a stage."""
