"""Prompts by a Hugging Face tokenizer's own chat template, rendered by transformers. Knows `apply_chat_template`;
refuses to know where tokenizers come from."""

from collections.abc import Sequence
from typing import Any

from flowgen.adapters.prompts.assembly import PromptAssembly
from flowgen.adapters.prompts.jinja_template import REFUSED, JinjaTemplate, in_own_words
from flowgen.adapters.prompts.reasoning import reasoning_tags
from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, Tool
from flowgen.domain.model import ModelFacts
from flowgen.domain.prompts import RenderedPrompt, TemplateInfo, TemplateOptions
from flowgen.domain.values import JsonObject

ARGUMENTS = frozenset(
    {
        "self",
        "conversation",
        "chat_template",
        "continue_final_message",
        "tokenize",
        "sanitize_control_tokens",
        "padding",
        "truncation",
        "max_length",
        "return_tensors",
        "return_dict",
        "return_assistant_tokens_mask",
        "tokenizer_kwargs",
    }
)
"""`apply_chat_template`'s own arguments, which cannot be variables of a template beside it."""


class HuggingFaceRenderer:
    """PromptRenderer over the template of a transformers tokenizer; `name` is what the request called it.

    Raises PromptNotRenderable for a tokenizer without a template, or with one that is no jinja.
    """

    def __init__(self, tokenizer: Any, name: str, facts: ModelFacts) -> None:
        sources = template_sources(tokenizer)
        if "default" not in sources:
            raise PromptNotRenderable(f"The tokenizer {name!r} has no default chat template.", field="tokenizer_name")
        for source in sources.values():
            JinjaTemplate(source, {})  # transformers compiles at the first chat; /load is the time to refuse
        source = "\n".join(sources.values())
        self.template = TemplateInfo(
            origin=f"Hugging Face tokenizer {name}", source=source, reasoning=reasoning_tags(source)
        )
        template = _TokenizerTemplate(tokenizer, source)
        self._assembly = PromptAssembly(template, facts.control_tokens, self.template.reasoning, reserved=ARGUMENTS)

    def render(self, messages: Sequence[Message], tools: Sequence[Tool], options: TemplateOptions) -> RenderedPrompt:
        """Give the prompt. Raises PromptNotRenderable in the template's own words."""
        return self._assembly.render(messages, tools, options)


def template_sources(tokenizer: Any) -> dict[str, str]:
    """A tokenizer's chat templates that may be rendered, by name, "default" first; empty where it has none."""
    template = tokenizer.chat_template
    named = template if isinstance(template, dict) else {"default": template} if template else {}
    return {name: named[name] for name in ("default", "tool_use") if name in named}


class _TokenizerTemplate:
    """ChatTemplate over `apply_chat_template`."""

    def __init__(self, tokenizer: Any, source: str) -> None:
        self.source = source
        self._tokenizer = tokenizer

    def render(
        self,
        turns: Sequence[JsonObject],
        tools: Sequence[JsonObject] | None,
        variables: JsonObject,
        add_generation_prompt: bool,
    ) -> str:
        def text() -> str:
            return str(
                self._tokenizer.apply_chat_template(
                    list(turns),
                    tools=tools,
                    tokenize=False,
                    add_generation_prompt=add_generation_prompt,
                    **variables,
                )
            )

        return in_own_words(text, REFUSED)
