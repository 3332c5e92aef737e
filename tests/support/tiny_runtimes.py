"""What the engine's tests share: a factory with a few plugins, specs of models, and where the embedded model lies."""

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import flowgen
from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.llama.factory import LlamaRuntimeFactory
from flowgen.adapters.llama.runtime import LlamaRuntime
from flowgen.adapters.plugins.prompt_lookup import PromptLookup
from flowgen.domain.errors import InvalidField, UnknownPlugin
from flowgen.domain.model import ModelSpec
from flowgen.domain.options import LoadOptions
from flowgen.domain.plugins import PluginCall

NANO = Path(flowgen.__file__).parent / "models/flowgen-nano/flowgen-nano.gguf"

Load = Callable[..., Coroutine[Any, Any, LlamaRuntime]]
WriteModel = Callable[..., Path]


class NamedPlugins:
    """A registry over a dict."""

    def __init__(self, **makers: Callable[..., Any]) -> None:
        self._makers = makers

    def names(self) -> Sequence[str]:
        return list(self._makers)

    def make(self, call: PluginCall, field: str) -> Any:
        if call.name not in self._makers:
            raise UnknownPlugin(field, call.name, self.names())
        try:
            return self._makers[call.name](**call.parameters)
        except (TypeError, ValueError) as error:
            raise InvalidField(field, call.parameters, str(error)) from error


class Favourite:
    """A logits processor that leaves one token only."""

    def __init__(self, token: int) -> None:
        self._token = token

    def process(self, prompt: Sequence[int], tokens: Sequence[int], logits: Any) -> None:
        logits[:] = float("-inf")
        if self._token >= 0:
            logits[self._token] = 1.0


class AfterTokens:
    """A stopping criterion that counts."""

    def __init__(self, count: int) -> None:
        self._count = count

    def should_stop(self, tokens: Sequence[int], seconds: float) -> bool:
        return len(tokens) >= self._count


class Broken:
    """A logits processor with a fault."""

    def process(self, prompt: Sequence[int], tokens: Sequence[int], logits: Any) -> None:
        raise ZeroDivisionError("a fault of a plugin")


class Shout:
    """A tokenizer that reads capitals only."""

    def tokenize(self, text: str, special: bool) -> Sequence[int]:
        return [ord(letter) for letter in text.upper()]


def make_factory(**given: Any) -> LlamaRuntimeFactory:
    """A factory with the plugins above."""
    return LlamaRuntimeFactory(
        constrainer=LlguidanceConstrainer(),
        stopping_criteria=NamedPlugins(after=AfterTokens),
        logits_processors=NamedPlugins(favourite=Favourite, broken=Broken),
        tokenizers=NamedPlugins(shout=Shout),
        draft_models=NamedPlugins(lookup=PromptLookup),
        **given,
    )


def spec_of(path: Path, **options: Any) -> ModelSpec:
    """What to load; one thread, because tests share the machine."""
    options = {"n_threads": 1, "n_threads_batch": 1} | options
    return ModelSpec(name="test", path=str(path), options=LoadOptions(**options))
