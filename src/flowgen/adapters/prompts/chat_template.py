"""What a chat template is to this folder. Knows turns as the dicts that templates read; refuses to know where a
template came from."""

from collections.abc import Sequence
from typing import Protocol

from flowgen.domain.values import JsonObject


class ChatTemplate(Protocol):
    """Renders turns to text. `source` is what is known of its text, empty where nothing is."""

    source: str

    def render(
        self,
        turns: Sequence[JsonObject],
        tools: Sequence[JsonObject] | None,
        variables: JsonObject,
        add_generation_prompt: bool,
    ) -> str:
        """Give the whole text. `turns` and `tools` are in OpenAI's shape. Raises PromptNotRenderable."""
