"""The response bodies of /v1/completions, /v1/embeddings and /v1/models, as they are on the wire."""

from typing import Literal

from msgspec import UNSET, UnsetType

from flowgen.domain.values import Value
from flowgen.http.answer_parts import UsageBody


class TextLogprobs(Value, frozen=True):
    """Four lists, an entry per token; `text_offset` counts characters from the choice's beginning."""

    tokens: list[str]
    token_logprobs: list[float | None]
    top_logprobs: list[dict[str, float] | None]
    text_offset: list[int]


class TextChoice(Value, frozen=True, kw_only=True):
    """One answer, or a piece of it."""

    text: str
    index: int
    logprobs: TextLogprobs | None = None
    finish_reason: Literal["stop", "length"] | None = None


class TextCompletion(Value, frozen=True, kw_only=True):
    """All answers, or one event of a stream."""

    id: str
    object: Literal["text_completion"] = "text_completion"
    created: int
    model: str
    choices: list[TextChoice]
    usage: UsageBody | UnsetType = UNSET
    warnings: list[str] | UnsetType = UNSET


class EmbeddingItem(Value, frozen=True, kw_only=True):
    """One input's vector: numbers, or their float32 bytes in base64."""

    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class EmbeddingUsage(Value, frozen=True):
    """Counts of tokens."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingList(Value, frozen=True, kw_only=True):
    """The vectors, in the inputs' order."""

    object: Literal["list"] = "list"
    data: list[EmbeddingItem]
    model: str
    usage: EmbeddingUsage
    warnings: list[str] | UnsetType = UNSET


class ModelMeta(Value, frozen=True):
    """What llama.cpp's server tells of a model besides; `size` is in bytes."""

    n_vocab: int
    n_ctx: int
    n_ctx_train: int
    n_params: int
    size: int


class ModelBody(Value, frozen=True, kw_only=True):
    """The model that is loaded; `created` is when, in Unix seconds."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = "flowgen"
    meta: ModelMeta


class ModelList(Value, frozen=True, kw_only=True):
    """The models that answer: the one that is loaded, or none."""

    object: Literal["list"] = "list"
    data: list[ModelBody]
