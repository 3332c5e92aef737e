"""Makes a prompt with any chat template. Knows what all renderers share: turns, variables, the generation prompt, plain
texts and warnings. Refuses to know where a template came from.
"""

import json
from collections.abc import Callable, Sequence

from flowgen.adapters.prompts.chat_template import ChatTemplate
from flowgen.adapters.prompts.foreign_texts import foreign_texts, marked
from flowgen.adapters.prompts.habits import TemplateHabits
from flowgen.adapters.prompts.plain_texts import plain_spans, segments, special_texts
from flowgen.adapters.prompts.reasoning import is_left_open
from flowgen.adapters.prompts.turns import tool_definitions, turns
from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, Tool
from flowgen.domain.prompts import RESERVED, ReasoningTags, RenderedPrompt, TemplateOptions
from flowgen.domain.values import JsonObject


class PromptAssembly:
    """Renders conversations with one template. `control_tokens` are the texts of the model's special tokens, `reserved`
    the variables that the template's machinery keeps for itself besides RESERVED."""

    def __init__(
        self,
        template: ChatTemplate,
        control_tokens: Sequence[str],
        reasoning: ReasoningTags | None,
        reserved: frozenset[str] = frozenset(),
    ) -> None:
        self._template = template
        self._special = special_texts(control_tokens)
        self._longest = max(map(len, control_tokens), default=0)
        self._reasoning = reasoning
        self._reserved = RESERVED | reserved
        self._habits = TemplateHabits(template)

    def render(self, messages: Sequence[Message], tools: Sequence[Tool], options: TemplateOptions) -> RenderedPrompt:
        """Give the prompt in segments. Raises PromptNotRenderable."""
        if not messages:
            raise PromptNotRenderable("There are no messages to render.", field="messages")
        variables = {name: value for name, value in options.variables.items() if name not in self._reserved}

        def text(conversation: Sequence[Message], add_generation_prompt: bool) -> str:
            return self._text(conversation, tools, variables, add_generation_prompt)

        prompt = text(messages, options.add_generation_prompt)
        spans, unfound = plain_spans(
            prompt,
            foreign_texts(messages, self._special),
            self._special,
            lambda mark: text(marked(messages, self._special, mark), options.add_generation_prompt),
        )
        added = self._added(prompt, lambda: text(messages, False)) if options.add_generation_prompt else ""
        return RenderedPrompt(
            segments=segments(prompt, spans),
            generation_prompt=added,
            opens_reasoning=is_left_open(self._reasoning, added),
            warnings=(*self._ignored(options), *unfound, *self._special_in(tools)),
        )

    def _text(
        self, messages: Sequence[Message], tools: Sequence[Tool], variables: JsonObject, add_generation_prompt: bool
    ) -> str:
        conversation = turns(
            messages,
            knows_developer=any(message.role == "developer" for message in messages) and self._habits.renders_developer,
            arguments_as_text=any(message.tool_calls for message in messages) and self._habits.wants_text_arguments,
        )
        return self._template.render(conversation, tool_definitions(tools), variables, add_generation_prompt)

    def _added(self, prompt: str, without: Callable[[], str]) -> str:
        """What the flag adds. Where the prompt without it ends otherwise (with an end token, say), both part at a place
        that may be inside of a special token: then it begins with that token."""
        try:
            start = _common_length(prompt, without())
        except PromptNotRenderable:
            return ""  # a template that insists on the flag does not say what the flag adds
        around = self._special.finditer(prompt, max(0, start - self._longest))
        return prompt[next((match.start() for match in around if match.start() < start < match.end()), start) :]

    def _ignored(self, options: TemplateOptions) -> list[str]:
        return [
            f"options.template.{name} is ignored: this name is the server's own."
            for name in options.variables
            if name in self._reserved
        ]

    def _special_in(self, tools: Sequence[Tool]) -> list[str]:
        definitions = (json.dumps([tool.name, tool.description, tool.parameters], ensure_ascii=False) for tool in tools)
        found = ((index, self._special.search(definition)) for index, definition in enumerate(definitions))
        return [
            f"tools[{index}] holds the text {match[0]!r}, which the model reads as its special token."
            for index, match in found
            if match
        ]


def _common_length(first: str, second: str) -> int:
    """How many characters two texts share from their beginning."""
    if first.startswith(second):
        return len(second)
    pairs = zip(first, second, strict=False)
    return next((index for index, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))
