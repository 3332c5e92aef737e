"""The response bodies of OpenAI's dialect, as they are on the wire. Knows names and types, nothing of effects.

Fields that are always there are so because clients validate them; others are left out where they say nothing.
"""

from typing import Literal

from msgspec import UNSET, UnsetType

from flowgen.domain.values import Value
from flowgen.http.answer_parts import LogprobsBody, UsageBody

FinishReason = Literal["stop", "length", "tool_calls"]


class ErrorDetail(Value, frozen=True):
    """What went wrong; `param` is the field, `code` is stable."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(Value, frozen=True):
    """Every error."""

    error: ErrorDetail


class FunctionBody(Value, frozen=True):
    """A call's function; `arguments` is a string of JSON."""

    name: str
    arguments: str


class CallBody(Value, frozen=True, kw_only=True):
    """A tool call that the model made."""

    id: str
    type: Literal["function"] = "function"
    function: FunctionBody


class MessageBody(Value, frozen=True, kw_only=True):
    """The answer; `content` is null beside calls without a text."""

    role: Literal["assistant"] = "assistant"
    content: str | None
    reasoning_content: str | UnsetType = UNSET
    tool_calls: list[CallBody] | UnsetType = UNSET


class ChoiceBody(Value, frozen=True, kw_only=True):
    """One answer."""

    index: int = 0
    message: MessageBody
    logprobs: LogprobsBody | None = None
    finish_reason: FinishReason


class ChatCompletion(Value, frozen=True, kw_only=True):
    """All answers to a request; `incomplete_tool_call` is the raw text of calls that were cut."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[ChoiceBody]
    usage: UsageBody
    incomplete_tool_call: str | UnsetType = UNSET
    warnings: list[str] | UnsetType = UNSET


class FunctionDelta(Value, frozen=True):
    """A piece of a call's function: the name once, then pieces of the arguments."""

    name: str | UnsetType = UNSET
    arguments: str | UnsetType = UNSET


class CallDelta(Value, frozen=True, kw_only=True):
    """A piece of a call: `id` and `type` once."""

    index: int
    id: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    function: FunctionDelta


class Delta(Value, frozen=True):
    """A piece of the message."""

    role: str | UnsetType = UNSET
    content: str | UnsetType | None = UNSET
    reasoning_content: str | UnsetType = UNSET
    tool_calls: list[CallDelta] | UnsetType = UNSET


class ChunkChoice(Value, frozen=True, kw_only=True):
    """A piece of one answer."""

    index: int = 0
    delta: Delta
    logprobs: LogprobsBody | UnsetType = UNSET
    finish_reason: FinishReason | None = None


class ChatChunk(Value, frozen=True, kw_only=True):
    """One event of a stream; `warnings` are those that came up after the headers were sent."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: UsageBody | UnsetType = UNSET
    incomplete_tool_call: str | UnsetType = UNSET
    warnings: list[str] | UnsetType = UNSET
