"""What an answer is made of once it is parsed. Refuses to know tokens and wire shapes."""

from flowgen.domain.generation import Finish, TokenLogprob
from flowgen.domain.messages import ToolCall
from flowgen.domain.values import JsonObject, Value


class ContentDelta(Value, frozen=True, tag=True):
    """Some text of the answer."""

    text: str


class ReasoningDelta(Value, frozen=True, tag=True):
    """Some text of the model's thinking."""

    text: str


class ToolCallStarted(Value, frozen=True, tag=True):
    """A call begins: its name is known and whole. `index` counts the answer's calls from 0.

    Parsers leave `id` empty; the application fills it, here and in the finished call.
    """

    index: int
    name: str
    id: str = ""


class ToolCallArguments(Value, frozen=True, tag=True):
    """A piece of the call's arguments, as JSON text; the pieces joined are the whole object."""

    index: int
    json: str


class ToolCallFinished(Value, frozen=True, tag=True):
    """The call is complete; only such calls are reported as calls."""

    index: int
    call: ToolCall


class MalformedToolCall(Value, frozen=True, tag=True):
    """Text that began as a call and is none: cut by the token limit, or not in the syntax. Never dropped."""

    raw: str
    reason: str


ParsedEvent = ContentDelta | ReasoningDelta | ToolCallStarted | ToolCallArguments | ToolCallFinished | MalformedToolCall


class LogprobsDelta(Value, frozen=True, tag=True):
    """Log-probabilities of the tokens since the last such event; markup's and reasoning's tokens included."""

    logprobs: tuple[TokenLogprob, ...]


class Completed(Value, frozen=True, tag=True):
    """The answer's end. `warnings` are all that the answer gave rise to after its start."""

    finish: Finish
    warnings: tuple[str, ...] = ()


ChatEvent = ParsedEvent | LogprobsDelta | Completed


class LoadProgress(Value, frozen=True):
    """How far a load is: a stage and the share of it that is done, 0 to 1."""

    stage: str
    fraction: float
    details: JsonObject = {}
