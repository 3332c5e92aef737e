"""The body of /capabilities, as it is on the wire."""

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from flowgen.domain.values import Value


class FieldBody(Value, frozen=True):
    """One field: `reason` says why it is refused; its neutral value passes all the same."""

    status: Literal["enforced", "refused"]
    allowed: str
    description: str
    default: Any = UNSET
    reason: str | UnsetType = UNSET


class CallsBody(Value, frozen=True):
    """Tool calls: the format, why it is this one (or why there is none), and the choices that can be made."""

    format: str | None
    reason: str
    modes: list[str]


class TagsBody(Value, frozen=True):
    """The texts around the model's thinking."""

    opening: str
    closing: str


class KeywordsBody(Value, frozen=True):
    """Keywords of JSON Schema: held by the grammar, checked while the answer is written, refused."""

    exact: list[str]
    checked: list[str]
    refused: list[str]


class LimitsBody(Value, frozen=True):
    """`n_ctx` in tokens, `body` in bytes; `n_seq_max` answers run at once and `queue_size` may wait."""

    n_ctx: int
    n_seq_max: int
    queue_size: int
    body: int
    stop: int
    n: int
    top_logprobs: int


class CapabilitiesBody(Value, frozen=True):
    """The answer of /capabilities. `fields` by endpoint and name; all other fields are ignored and named in a warning.
    `compat` is "lenient" where a refused field is a warning and no error. `defaults` hold for /v1."""

    model: str
    architecture: str
    compat: Literal["strict", "lenient"]
    tool_calls: CallsBody
    reasoning: TagsBody | None
    json_schema: KeywordsBody
    samplers: list[str]
    defaults: dict[str, Any]
    limits: LimitsBody
    embeds: bool
    chats: bool
    fields: dict[str, dict[str, FieldBody]]
