"""What the server and the engine's process say to one another. Knows names and values; refuses to know sockets.

Each way a frame is a list, so that what belongs together travels together: the server's `Call`s, the worker's `Event`s.
"""

from typing import Any

from flowgen.domain.generation import GenerationRequest, TokenChunk
from flowgen.domain.model import ModelSpec
from flowgen.domain.values import Value


class Inspect(Value, frozen=True, tag=True):
    """Reply: ModelFacts."""

    spec: ModelSpec
    reclaimable: int = 0


class Load(Value, frozen=True, tag=True):
    """Reply: ModelInfo; before it, any number of Told."""

    spec: ModelSpec


class Start(Value, frozen=True, tag=True):
    """Reply: Started. Chunks of the answer bear the call's id, and may come before the reply."""

    request: GenerationRequest


class Cancel(Value, frozen=True, tag=True):
    """Give up the call, or the answer, that has the same id. No reply."""


class Interrupt(Value, frozen=True, tag=True):
    """End all answers. The reply, which is null, is awaited by nobody."""

    reason: str


class Tokenize(Value, frozen=True, tag=True):
    """Reply: a list of ids."""

    text: str
    special: bool
    add_special: bool = False


class Detokenize(Value, frozen=True, tag=True):
    """Reply: bytes."""

    tokens: tuple[int, ...]


class Embed(Value, frozen=True, tag=True):
    """Reply: Embeddings."""

    inputs: tuple[tuple[int, ...], ...]


class Status(Value, frozen=True, tag=True):
    """Reply: EngineStatus."""


Command = Inspect | Load | Start | Cancel | Interrupt | Tokenize | Detokenize | Embed | Status


class Call(Value, frozen=True, array_like=True):
    """A command, encoded by itself: one that cannot be read fails alone."""

    id: int
    command: bytes


class Started(Value, frozen=True):
    """An answer was admitted."""

    num_prompt_tokens: int
    warnings: tuple[str, ...]


class WireError(Value, frozen=True):
    """A FlowGenError: the name of its class, and its attributes."""

    kind: str
    attributes: dict[str, Any]


class Reply(Value, frozen=True, array_like=True, tag="reply"):
    """A call is done; `value` is encoded by itself, for the caller knows its type."""

    id: int
    value: bytes


class Failed(Value, frozen=True, array_like=True, tag="failed"):
    """A call has failed, or an answer that was admitted."""

    id: int
    error: WireError


class Piece(Value, frozen=True, array_like=True, tag="piece"):
    """A chunk of an answer; the last one has `finish`."""

    id: int
    chunk: TokenChunk


class Told(Value, frozen=True, array_like=True, tag="told"):
    """How far a load is."""

    id: int
    stage: str
    fraction: float


Event = Reply | Failed | Piece | Told
