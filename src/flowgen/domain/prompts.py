"""What rendering needs and gives. Knows texts and their spans; refuses to know template languages."""

from flowgen.domain.generation import PromptSegment
from flowgen.domain.values import JsonObject, Value

RESERVED = frozenset({"messages", "tools", "bos_token", "eos_token", "add_generation_prompt"})
"""Variables of a template that a request's own cannot replace."""


class ReasoningTags(Value, frozen=True):
    """The texts around the model's thinking. `label` is a word that may follow the opening and belongs to it."""

    opening: str = "<think>"
    closing: str = "</think>"
    label: str = ""


class TemplateOptions(Value, frozen=True):
    """The request's wishes: `variables` reach the template's own (`enable_thinking`)."""

    variables: JsonObject = {}
    add_generation_prompt: bool = True


class TemplateInfo(Value, frozen=True):
    """What is known of a model's template. `origin` says where it came from, in words for /load's answer."""

    origin: str
    source: str
    reasoning: ReasoningTags | None = None


class RenderedPrompt(Value, frozen=True):
    """The prompt in segments: users' texts that hold special tokens' texts are plain ones.

    `generation_prompt` is the part after the last message (`<|im_start|>assistant\\n`); `opens_reasoning` says that
    it leaves a reasoning block open.
    """

    segments: tuple[PromptSegment, ...]
    generation_prompt: str = ""
    opens_reasoning: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole prompt as one text."""
        return "".join(segment.text for segment in self.segments)
