"""What plugins look like from inside. Knows their contracts; refuses to know how they are found.

A request names a plugin and gives it parameters (`PluginCall`); it never carries code or an import path.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

from flowgen.domain.errors import InvalidField
from flowgen.domain.values import JsonObject, Value

T_co = TypeVar("T_co", covariant=True)


class PluginCall(Value, frozen=True):
    """A registered plugin's name and the parameters that the request gives it."""

    name: str
    parameters: JsonObject = {}


def plugin_calls(value: Any, field: str) -> tuple[PluginCall, ...]:
    """Read what a request says of plugins: `"name"`, `{"name": ..., parameters}`, a list of these, or null for none.

    Raises InvalidField for any other shape; `field` is the request's name for the value.
    """
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(_plugin_call(item, f"{field}[{index}]") for index, item in enumerate(value))
    return (_plugin_call(value, field),)


def _plugin_call(value: Any, field: str) -> PluginCall:
    if isinstance(value, str) and value:
        return PluginCall(name=value)
    if not isinstance(value, dict):
        raise InvalidField(field, value, 'a plugin\'s name, or {"name": ..., parameters}')
    name = value.get("name")
    if not isinstance(name, str) or not name:
        raise InvalidField(f"{field}.name", name, "a plugin's name")
    return PluginCall(name=name, parameters={key: item for key, item in value.items() if key != "name"})


class Logits(Protocol):
    """The scores of the next token, one float32 per token of the vocabulary; -inf forbids a token."""

    def __len__(self) -> int: ...
    def __getitem__(self, token: int, /) -> float: ...
    def __setitem__(self, token: int, value: float, /) -> None: ...


class StoppingCriterion(Protocol):
    """Ends an answer early, with the finish reason `length`. One instance per answer."""

    def should_stop(self, tokens: Sequence[int], seconds: float) -> bool:
        """Say after each token whether to end; `tokens` are the generated ones, `seconds` since admission."""


@runtime_checkable
class TimeLimit(Protocol):
    """A stopping criterion that ends an answer without a token too: one that waits, or whose prompt is computed."""

    time_limit_s: float
    """Seconds since admission."""


class LogitsProcessor(Protocol):
    """Changes the logits in place before the constraint's mask. One instance per answer."""

    def process(self, prompt: Sequence[int], tokens: Sequence[int], logits: Logits) -> None:
        """Edit `logits`; `prompt` are the prompt's tokens, `tokens` those generated so far. These may be fewer than the
        last time, where a value did not pass a check of its schema and was taken back."""


class Tokenizer(Protocol):
    """Replaces llama.cpp's tokenizer for one model; ids must be those of the model's vocabulary."""

    def tokenize(self, text: str, special: bool) -> Sequence[int]:
        """Give the ids of a text; with `special`, the texts of special tokens become those tokens."""


class DraftModel(Protocol):
    """Guesses how a sequence goes on; the model verifies every guess, so the text stays the same."""

    def draft(self, tokens: Sequence[int]) -> Sequence[int]:
        """Give the tokens, possibly none, that may follow `tokens` (prompt and answer so far)."""


class StoppingCriterionPlugin(Protocol):
    """Entry point group `flowgen.stopping_criteria`."""

    def __call__(self, **parameters: object) -> StoppingCriterion:
        """Make an instance; raise TypeError or ValueError with a sentence for bad parameters."""


class LogitsProcessorPlugin(Protocol):
    """Entry point group `flowgen.logits_processors`."""

    def __call__(self, **parameters: object) -> LogitsProcessor:
        """Make an instance; raise TypeError or ValueError with a sentence for bad parameters."""


class TokenizerPlugin(Protocol):
    """Entry point group `flowgen.tokenizers`."""

    def __call__(self, **parameters: object) -> Tokenizer:
        """Make an instance; raise TypeError or ValueError with a sentence for bad parameters."""


class DraftModelPlugin(Protocol):
    """Entry point group `flowgen.draft_models`."""

    def __call__(self, **parameters: object) -> DraftModel:
        """Make an instance; raise TypeError or ValueError with a sentence for bad parameters."""


class PluginRegistry(Protocol[T_co]):
    """The registered plugins of one group."""

    def names(self) -> Sequence[str]: ...

    def make(self, call: PluginCall, field: str) -> T_co:
        """Make an instance. Raises UnknownPlugin, which lists the names, and InvalidField for bad parameters."""
