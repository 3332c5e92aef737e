"""Goes on with an assistant's last message, as llama.cpp's server does. Knows where its text and its thinking belong in
a prompt; refuses to know templates.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from flowgen.domain.errors import InvalidField
from flowgen.domain.generation import PromptSegment
from flowgen.domain.messages import Message
from flowgen.domain.prompts import ReasoningTags, RenderedPrompt


def check_last(messages: Sequence[Message]) -> None:
    """Raise InvalidField for a last message that an answer cannot go on with."""
    field = f"messages[{len(messages) - 1}]"
    last = messages[-1]
    if last.role != "assistant":
        raise InvalidField(f"{field}.role", last.role, '"assistant" where the last message is continued')
    if last.tool_calls:
        raise InvalidField(
            f"{field}.tool_calls", [call.name for call in last.tool_calls], "none in a message that is continued"
        )
    if len(messages) == 1:
        raise InvalidField("messages", "one of the assistant", "a message that it answers, and then the assistant's")
    if messages[-2].role == "assistant":
        raise InvalidField(f"messages[{len(messages) - 2}].role", "assistant", "another role before the last message")


def continued(
    prompt: RenderedPrompt, last: Message, tags: ReasoningTags | None
) -> tuple[RenderedPrompt, ReasoningTags | None]:
    """The prompt with the message's text at its end, and the tags of the thinking that may still come: None once the
    content has begun."""
    added: list[PromptSegment] = []
    is_open = prompt.opens_reasoning
    if tags is not None and last.reasoning:
        added += [] if is_open else [PromptSegment(text=tags.opening)]
        added.append(PromptSegment(text=last.reasoning, special=False))
        is_open = True
    if last.content:
        added += [PromptSegment(text=f"{tags.closing}\n\n")] if is_open and tags is not None else []
        added.append(PromptSegment(text=last.content, special=False))
        tags, is_open = None, False
    return replace(prompt, segments=(*prompt.segments, *added), opens_reasoning=is_open), tags
