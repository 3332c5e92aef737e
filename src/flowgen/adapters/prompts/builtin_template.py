"""Prompts by a template that is built into llama.cpp. Knows that these take roles and contents, and no more; refuses to
know how llama.cpp is called."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from flowgen.adapters.prompts.assembly import PromptAssembly
from flowgen.adapters.prompts.reasoning import opened_tags
from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, Tool
from flowgen.domain.model import ModelFacts
from flowgen.domain.prompts import RESERVED, RenderedPrompt, TemplateInfo, TemplateOptions
from flowgen.domain.values import JsonObject, Value


class ApplyBuiltinTemplate(Protocol):
    """Calls llama.cpp's `llama_chat_apply_template`."""

    def __call__(self, name: str, messages: Sequence[tuple[str, str]], add_generation_prompt: bool, /) -> str:
        """Give the text of (role, content) pairs. Raises ValueError where llama.cpp refuses."""


class BuiltinTemplates(Value, frozen=True):
    """llama.cpp's templates: what they are called, and how one is applied."""

    names: Callable[[], Sequence[str]]
    apply: ApplyBuiltinTemplate


class BuiltinTemplateRenderer:
    """PromptRenderer over one of llama.cpp's templates. They render neither tools nor calls, which is refused, and have
    no variables, which is a warning. Raises PromptNotRenderable for a name that llama.cpp refuses."""

    def __init__(self, name: str, apply: ApplyBuiltinTemplate, facts: ModelFacts) -> None:
        self._name = name
        template = _BuiltinTemplate(name, apply)
        reasoning = opened_tags(template.render([{"role": "user", "content": "probe"}], None, {}, True))
        self._assembly = PromptAssembly(template, facts.control_tokens, reasoning)
        self.template = TemplateInfo(
            origin=f"llama.cpp's built-in template {name!r}", source=template.source, reasoning=reasoning
        )

    def render(self, messages: Sequence[Message], tools: Sequence[Tool], options: TemplateOptions) -> RenderedPrompt:
        """Give the prompt. Raises PromptNotRenderable."""
        if tools:
            raise self._refusal("tools", "tools")
        for index, message in enumerate(messages):
            if message.tool_calls:
                raise self._refusal("tool calls", f"messages[{index}].tool_calls")
            if "\0" in message.content:
                raise self._refusal("the character U+0000", f"messages[{index}].content")
        rendered = self._assembly.render(messages, (), options)
        return msgspec.structs.replace(rendered, warnings=(*rendered.warnings, *self._without_variables(options)))

    def _refusal(self, what: str, field: str) -> PromptNotRenderable:
        sentence = f"The template {self._name!r} built into llama.cpp (options.chat_format) does not render {what}."
        return PromptNotRenderable(sentence, hint="Load the model without chat_format.", field=field)

    def _without_variables(self, options: TemplateOptions) -> list[str]:
        return [
            f"options.template.{name} is ignored: the template {self._name!r} built into llama.cpp has no variables."
            for name in options.variables
            if name not in RESERVED
        ]


class _BuiltinTemplate:
    """ChatTemplate over the call."""

    source = ""

    def __init__(self, name: str, apply: ApplyBuiltinTemplate) -> None:
        self._name = name
        self._apply = apply

    def render(
        self,
        turns: Sequence[JsonObject],
        tools: Sequence[JsonObject] | None,
        variables: JsonObject,
        add_generation_prompt: bool,
    ) -> str:
        pairs = [(turn["role"], turn["content"]) for turn in turns]
        try:
            return self._apply(self._name, pairs, add_generation_prompt)
        except ValueError as error:
            sentence = f"The template {self._name!r} built into llama.cpp refused the messages: {error}"
            raise PromptNotRenderable(sentence, field="messages") from error
