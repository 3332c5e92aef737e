"""Whether a template wants the arguments of past calls as objects or as JSON text. Knows a conversation to try both
with; refuses to guess from a source.

Most templates take objects; some (DeepSeek's) join the arguments to text, and print an object as Python would.
"""

from flowgen.adapters.prompts.chat_template import ChatTemplate
from flowgen.adapters.prompts.turns import tool_definitions, turns
from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, Tool, ToolCall

_TOOL = Tool(name="probe_tool", parameters={"type": "object", "properties": {"probe_key": {"type": "string"}}})
_CALL = ToolCall(name="probe_tool", arguments={"probe_key": "probe_value"}, id="probe0000")  # Mistral: 9 letters
_CONVERSATION = (
    Message(role="user", content="probe"),
    Message(role="assistant", tool_calls=(_CALL,)),
    Message(role="tool", content="probe", tool_call_id=_CALL.id, name=_CALL.name),
)


def wants_text(template: ChatTemplate) -> bool:
    """True where objects fail or come out as Python's `{'key': ...}`, and JSON text comes out as it is."""
    as_object = _rendered(template, arguments_as_text=False)
    if as_object is not None and "{'probe_key'" not in as_object:
        return False
    as_text = _rendered(template, arguments_as_text=True)
    return as_text is not None and '{"probe_key": "probe_value"}' in as_text


def _rendered(template: ChatTemplate, *, arguments_as_text: bool) -> str | None:
    conversation = turns(_CONVERSATION, arguments_as_text=arguments_as_text)
    try:
        return template.render(conversation, tool_definitions([_TOOL]), {}, False)
    except PromptNotRenderable:
        return None
