"""Which texts of a conversation are a caller's, not the model's. Knows messages; refuses to know templates.

An assistant's past content and reasoning may hold the model's own markup, special tokens and all; everything else that
is rendered is the caller's: contents, names, ids, and the texts in the arguments of past calls.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from flowgen.adapters.prompts.plain_texts import Foreign, Mark
from flowgen.domain.messages import Message, ToolCall

Change = Callable[[str, str], str]
"""Gives a text's replacement; the first argument is the text's field in its message."""


def foreign_texts(messages: Sequence[Message], special: re.Pattern[str]) -> list[Foreign]:
    """All texts of callers in order; those with a special token's letters are suspicious."""
    found: list[Foreign] = []

    def note(index: int) -> Change:
        def noted(field: str, text: str) -> str:
            is_suspicious = special.search(text) is not None
            found.append(Foreign(where=f"messages[{index}].{field}", text=text, is_suspicious=is_suspicious))
            return text

        return noted

    for index, message in enumerate(messages):
        _changed(message, note(index))
    return found


def marked(messages: Sequence[Message], special: re.Pattern[str], mark: Mark) -> list[Message]:
    """The messages with every suspicious text marked."""
    return [_changed(message, lambda _, text: mark(text) if special.search(text) else text) for message in messages]


def _changed(message: Message, change: Change) -> Message:
    return msgspec.structs.replace(
        message,
        name=change("name", message.name) if message.name else message.name,
        tool_call_id=change("tool_call_id", message.tool_call_id) if message.tool_call_id else message.tool_call_id,
        content=message.content if message.role == "assistant" else change("content", message.content),
        tool_calls=tuple(_changed_call(call, index, change) for index, call in enumerate(message.tool_calls)),
    )


def _changed_call(call: ToolCall, index: int, change: Change) -> ToolCall:
    field = f"tool_calls[{index}].function"
    return msgspec.structs.replace(
        call,
        id=change(f"tool_calls[{index}].id", call.id),
        name=change(f"{field}.name", call.name),
        arguments=_changed_json(call.arguments, lambda text: change(f"{field}.arguments", text)),
    )


def _changed_json(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _changed_json(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_changed_json(item, change) for item in value]
    return value
