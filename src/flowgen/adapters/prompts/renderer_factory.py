"""Chooses a model's renderer. Knows which source of a template goes before which; refuses to know how any renders.

A chat_handler plugin goes first, then a chat_format, then the tokenizer's template, then the file's, then ChatML.
"""

import logging
from typing import Any

from flowgen.adapters.prompts.builtin_template import BuiltinTemplateRenderer, BuiltinTemplates
from flowgen.adapters.prompts.gguf_renderer import IN_THE_FILE, GgufRenderer
from flowgen.adapters.prompts.hub import load_tokenizer
from flowgen.adapters.prompts.huggingface_renderer import HuggingFaceRenderer, template_sources
from flowgen.domain.errors import ConflictingFields, InvalidField
from flowgen.domain.model import ModelFacts, ModelSpec
from flowgen.domain.plugins import PluginCall, PluginRegistry, plugin_calls
from flowgen.domain.ports import ModelCatalog, PromptRenderer

HANDLER = "options.chat_handler"
FORMAT = "options.chat_format"
CHATML = (
    "{%- for message in messages -%}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"
)
logger = logging.getLogger(__name__)


class Renderers:
    """RendererFactory over the sources there are. `handlers` make renderers with the model's `facts` as a parameter."""

    def __init__(
        self, catalog: ModelCatalog, handlers: PluginRegistry[PromptRenderer], builtin: BuiltinTemplates
    ) -> None:
        self._catalog = catalog
        self._handlers = handlers
        self._builtin = builtin

    def create(self, spec: ModelSpec, facts: ModelFacts) -> PromptRenderer:
        """Blocking; reads a tokenizer's files or asks the hub for them. Raises TokenizerNotFound, UnknownPlugin,
        InvalidField, ConflictingFields and PromptNotRenderable."""
        options = spec.options
        handlers = plugin_calls(options.chat_handler, HANDLER)
        if handlers and options.chat_format is not None:
            raise ConflictingFields(HANDLER, FORMAT, "both say how prompts are rendered")
        if len(handlers) > 1:
            raise InvalidField(HANDLER, options.chat_handler, "one plugin: prompts are rendered once")
        if (handlers or options.chat_format is not None) and spec.tokenizer_name is not None:
            self._tokenizer(spec.tokenizer_name)  # its template is not used, but a name that is wrong is still refused
        if handlers:
            return self._by_handler(handlers[0], facts)
        if options.chat_format is not None:
            return self._by_format(options.chat_format, facts)
        if spec.tokenizer_name is not None:
            return self._by_tokenizer(spec.tokenizer_name, facts)
        return by_file(facts)

    def _by_handler(self, call: PluginCall, facts: ModelFacts) -> PromptRenderer:
        if "facts" in call.parameters:
            raise InvalidField(f"{HANDLER}.facts", call.parameters["facts"], "no value: the server itself gives it")
        return self._handlers.make(PluginCall(name=call.name, parameters={**call.parameters, "facts": facts}), HANDLER)

    def _by_format(self, name: str, facts: ModelFacts) -> PromptRenderer:
        names = self._builtin.names()
        if name not in names:
            raise InvalidField(FORMAT, name, f"a template built into llama.cpp, one of {', '.join(sorted(names))}")
        return BuiltinTemplateRenderer(name, self._builtin.apply, facts)

    def _tokenizer(self, name: str) -> Any:
        return load_tokenizer(self._catalog.tokenizer_folder(name) or name)

    def _by_tokenizer(self, name: str, facts: ModelFacts) -> PromptRenderer:
        tokenizer = self._tokenizer(name)
        if template_sources(tokenizer):
            return HuggingFaceRenderer(tokenizer, name, facts)
        logger.warning("The tokenizer %r has no chat template: the file's serves", name)
        return by_file(facts, f"; the Hugging Face tokenizer {name} has none")


def by_file(facts: ModelFacts, remark: str = "") -> PromptRenderer:
    """The renderer of the file's own template, or of ChatML where it has none, as llama.cpp does; `remark` ends the
    origin."""
    if "default" in facts.templates:
        return GgufRenderer(facts, origin=IN_THE_FILE + remark)
    origin = f"fallback: ChatML; the file has no template{remark}"
    return GgufRenderer(facts, templates={"default": CHATML}, origin=origin)
