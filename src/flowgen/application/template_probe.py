"""Tries a model's template: with tools, with past calls, with and without what follows them. Knows conversations to try
it with; refuses to know any format. Templates may refuse any of them: what they refuse is empty here.
"""

from flowgen.application.past_turns import QUESTION, TurnCutter, try_render
from flowgen.domain.messages import Message, Tool, ToolCall
from flowgen.domain.ports import PromptRenderer
from flowgen.domain.toolcalls import TemplateProbe

PROBE_TOOL = Tool(
    name="probe_function",
    description="A function.",
    parameters={"type": "object", "properties": {"probe_key": {"type": "string"}}, "required": ["probe_key"]},
)
OTHER_TOOL = Tool(
    name="other_tool",
    description="Another function.",
    parameters={
        "type": "object",
        "properties": {
            "unit": {"type": "string"},
            "limit": {"type": "integer"},
            "is_on": {"type": "boolean"},
            "items": {"type": "array", "items": {"type": "string"}},
        },
    },
)
PROBE_CALL = ToolCall(
    name="probe_function", arguments={"probe_key": "probe_value"}, id="call00001"
)  # Mistral: 9 letters
PROBE_RESULT = Message(role="tool", content="probe_result", tool_call_id="call00001", name="probe_function")
PROBE_CONVERSATION = (QUESTION, Message(role="assistant", tool_calls=(PROBE_CALL,)), PROBE_RESULT)
_OTHER_CALL = ToolCall(name="other_tool", arguments={"unit": "per day", "limit": 25}, id="call00002")

SAMPLES: tuple[tuple[ToolCall, ...], ...] = (
    (PROBE_CALL,),
    (PROBE_CALL, _OTHER_CALL),
    (_OTHER_CALL,),
    (ToolCall(name="other_tool", arguments={}, id="call00003"),),
    (ToolCall(name="other_tool", arguments={"is_on": True, "items": ["red", "blue"]}, id="call00004"),),
    (PROBE_CALL, _OTHER_CALL, ToolCall(name="other_tool", arguments={"unit": "w", "limit": 3}, id="call00005")),
)
"""The past answers that a template is tried with: one call, two, other names and numbers, no arguments, other types."""


def probe_template(renderer: PromptRenderer, control_tokens: frozenset[str]) -> TemplateProbe:
    """Render the conversations that formats are told by; never raises."""
    return TemplateProbe(
        source=renderer.template.source,
        rendered=try_render(renderer, PROBE_CONVERSATION, (PROBE_TOOL,)),
        control_tokens=control_tokens,
        rendered_tools=try_render(renderer, (QUESTION,), (PROBE_TOOL,)),
        turns=TurnCutter(renderer, (PROBE_TOOL, OTHER_TOOL)).turns(SAMPLES),
    )
