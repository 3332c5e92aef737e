"""Prepares a conversation for a model's template. Knows what templates leave out; refuses to know their syntax."""

from collections.abc import Sequence

import msgspec

from flowgen.application.loaded_model import Dialogue
from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message


def writable_history(messages: Sequence[Message], dialogue: Dialogue) -> tuple[Message, ...]:
    """Past tool calls in the model's own syntax, inside the content, where the template does not render them.

    Raises CannotWrite, and PromptNotRenderable where no format is known to write them in, or where the template leaves
    a message out.
    """
    for index, message in enumerate(messages):
        if message.role in dialogue.dropped_roles:
            raise PromptNotRenderable(
                f"messages[{index}]: the model's template leaves messages of role {message.role!r} out.",
                hint="Leave the message out, or load with a tokenizer_name or options.chat_format that shows it.",
                field=f"messages[{index}]",
            )
    if dialogue.renders_calls:
        return tuple(messages)
    return tuple(_written(message, dialogue) if message.tool_calls else message for message in messages)


def _written(message: Message, dialogue: Dialogue) -> Message:
    if dialogue.format is None:
        raise PromptNotRenderable(
            "The messages hold tool calls, which this model's template does not render.",
            hint="Name a format with options.tool_call_format of /load.",
            field="messages",
        )
    markup = dialogue.format.write(message.tool_calls)
    return msgspec.structs.replace(message, content=message.content + markup, tool_calls=())
