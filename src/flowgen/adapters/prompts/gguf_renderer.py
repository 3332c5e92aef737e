"""Prompts by the chat templates in a GGUF file. Knows which of them serves; refuses to know jinja and files."""

from collections.abc import Mapping, Sequence

from flowgen.adapters.prompts.assembly import PromptAssembly
from flowgen.adapters.prompts.jinja_template import JinjaTemplate
from flowgen.adapters.prompts.reasoning import reasoning_tags
from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, Tool
from flowgen.domain.model import ModelFacts
from flowgen.domain.prompts import RenderedPrompt, TemplateInfo, TemplateOptions

IN_THE_FILE = "tokenizer.chat_template in the file"


class GgufRenderer:
    """PromptRenderer over `facts.templates`: "tool_use" for requests with tools where there is one, else "default".

    `templates` and `origin` replace the file's own. Raises PromptNotRenderable for a template that is no jinja.
    """

    def __init__(
        self, facts: ModelFacts, *, templates: Mapping[str, str] | None = None, origin: str = IN_THE_FILE
    ) -> None:
        sources = facts.templates if templates is None else templates
        if "default" not in sources:
            raise PromptNotRenderable(f"There is no default chat template among {sorted(sources)}.", field="model_path")
        usual = sources["default"]
        for_tools = sources.get("tool_use", usual)
        # A format is detected by the source, so it holds all that may be rendered.
        source = usual if for_tools == usual else f"{usual}\n{for_tools}"
        self.template = TemplateInfo(origin=origin, source=source, reasoning=reasoning_tags(source))
        self._usual = self._assembly(usual, facts)
        self._for_tools = self._usual if for_tools == usual else self._assembly(for_tools, facts)

    def render(self, messages: Sequence[Message], tools: Sequence[Tool], options: TemplateOptions) -> RenderedPrompt:
        """Give the prompt. Raises PromptNotRenderable in the template's own words."""
        return (self._for_tools if tools else self._usual).render(messages, tools, options)

    def _assembly(self, source: str, facts: ModelFacts) -> PromptAssembly:
        template = JinjaTemplate(source, {"bos_token": facts.bos_token, "eos_token": facts.eos_token})
        return PromptAssembly(template, facts.control_tokens, self.template.reasoning)
