"""The response bodies of the native dialect, as they are on the wire. Knows names and types, nothing of effects."""

from typing import Literal

from msgspec import UNSET, UnsetType

from flowgen.domain.model import SequenceState
from flowgen.domain.values import JsonObject, Value
from flowgen.http.answer_parts import LogprobsBody, UsageBody


class ErrorBody(Value, frozen=True):
    """Every error."""

    error: str


class CallBody(Value, frozen=True):
    """A tool call that the model made."""

    name: str
    arguments: JsonObject
    id: str


class MessageBody(Value, frozen=True, kw_only=True):
    """The answer's text; `reasoning` only where the model thought aloud."""

    role: str = "assistant"
    content: str
    reasoning: str | UnsetType = UNSET


class ChoiceBody(Value, frozen=True):
    """The one answer."""

    message: MessageBody
    finish_reason: Literal["stop", "length"]
    logprobs: LogprobsBody | UnsetType = UNSET


class TimingsBody(Value, frozen=True):
    """Where the time went, in seconds."""

    queue_s: float
    compile_s: float
    prompt_s: float
    generation_s: float


class CompletionBody(Value, frozen=True):
    """A whole answer; `incomplete_tool_call` is the raw text of a call that was cut or is not in the syntax."""

    id: str
    model: str
    created: int
    choices: list[ChoiceBody]
    tool_calls: list[CallBody]
    usage: UsageBody
    timings: TimingsBody | UnsetType = UNSET
    incomplete_tool_call: str | UnsetType = UNSET
    warnings: list[str] | UnsetType = UNSET


class LoadedBody(Value, frozen=True, kw_only=True):
    """The model that was loaded. `size` is in bytes; `options` are the parameters as llama.cpp read them back.

    `status` is draining, in /models/current, while the model ends its last answers before it goes."""

    status: Literal["loaded", "draining"] = "loaded"
    model: str
    model_path: str
    architecture: str
    parameters: int
    context: int
    size: int
    seconds: float
    template: str
    tool_call_format: str | None
    tool_call_format_reason: str
    options: JsonObject
    chat_defaults: JsonObject
    replaced: str | UnsetType = UNSET
    warnings: list[str] = []


class UnloadedBody(Value, frozen=True, kw_only=True):
    """The model that was unloaded, null if there was none."""

    status: str = "unloaded"
    model: str | None
    warnings: list[str] | UnsetType = UNSET


class HealthBody(Value, frozen=True):
    """`status` is ok, loading, draining, closing or failed; `model` serves now, `loading` is on its way in."""

    status: str
    model: str | None
    loading: str | UnsetType = UNSET
    error: str | UnsetType = UNSET


class CacheBody(Value, frozen=True):
    """The prefix cache: KV cells that only it holds, bytes in host memory, the share of prompt tokens that it saved."""

    num_cells: int
    host_bytes: int
    hit_rate: float


class SequenceBody(Value, frozen=True):
    """One answer under way; counts are tokens. `following` waits for another's prompt that begins like its own."""

    state: SequenceState
    num_prompt_tokens: int
    num_cached_tokens: int
    num_computed_tokens: int
    num_generated_tokens: int


class EngineBody(Value, frozen=True):
    """The engine at this moment; `tokens_per_second` is a running average of generated tokens."""

    num_running: int
    num_waiting: int
    num_cells: int
    num_cells_used: int
    cache: CacheBody
    tokens_per_second: float
    sequences: list[SequenceBody]
