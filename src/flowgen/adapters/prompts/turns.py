"""Messages and tools as the dicts that chat templates read, in OpenAI's shape. Refuses to know any template.

Keys without a value are left out (templates would print `None`), content is always a text, and the arguments of calls
are objects unless a template wants JSON text.
"""

import json
from collections.abc import Sequence

from flowgen.domain.messages import Message, Tool, ToolCall
from flowgen.domain.values import JsonObject


def turns(
    messages: Sequence[Message], *, knows_developer: bool = False, arguments_as_text: bool = False
) -> list[JsonObject]:
    """The messages as dicts; `developer` becomes `system` unless the template knows it."""
    return [_turn(message, knows_developer, arguments_as_text) for message in messages]


def tool_definitions(tools: Sequence[Tool]) -> list[JsonObject] | None:
    """The tools as OpenAI writes them; None for none, which is what templates test for."""
    return [_definition(tool) for tool in tools] or None


def _turn(message: Message, knows_developer: bool, arguments_as_text: bool) -> JsonObject:
    role = "system" if message.role == "developer" and not knows_developer else message.role
    turn: JsonObject = {"role": role, "content": message.content}
    if message.tool_calls:
        turn["tool_calls"] = [_call(call, arguments_as_text) for call in message.tool_calls]
    if message.tool_call_id:
        turn["tool_call_id"] = message.tool_call_id
    if message.name:
        turn["name"] = message.name
    if message.reasoning is None:
        return turn
    # Both names and this order of keys are transformers': templates read either, and some print the whole dict.
    return {"thinking": message.reasoning, **turn, "reasoning_content": message.reasoning}


def _call(call: ToolCall, arguments_as_text: bool) -> JsonObject:
    arguments = json.dumps(call.arguments, ensure_ascii=False) if arguments_as_text else call.arguments
    identity = {"id": call.id} if call.id else {}
    return {**identity, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _definition(tool: Tool) -> JsonObject:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}
