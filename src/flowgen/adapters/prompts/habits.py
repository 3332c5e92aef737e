"""What a template does with turns that templates differ about. Knows conversations to try it with; refuses to guess
where trying tells.

Most templates take the arguments of past calls as objects; some (DeepSeek's) join them to text, and print an object as
Python would. Some render the role `developer`, some refuse it, and some mention it and leave its text out.
"""

from functools import cached_property

from flowgen.adapters.prompts.chat_template import ChatTemplate
from flowgen.adapters.prompts.turns import tool_definitions, turns
from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, Tool, ToolCall

_TOOL = Tool(name="probe_tool", parameters={"type": "object", "properties": {"probe_key": {"type": "string"}}})
_CALL = ToolCall(name="probe_tool", arguments={"probe_key": "probe_value"}, id="probe0000")  # Mistral: 9 letters
_WITH_A_CALL = (
    Message(role="user", content="probe"),
    Message(role="assistant", tool_calls=(_CALL,)),
    Message(role="tool", content="probe", tool_call_id=_CALL.id, name=_CALL.name),
)
_WITH_A_DEVELOPER = (Message(role="developer", content="probe_wish"), Message(role="user", content="probe"))


class TemplateHabits:
    """The habits of one template, each tried when it is first asked for."""

    def __init__(self, template: ChatTemplate) -> None:
        self._template = template

    @cached_property
    def wants_text_arguments(self) -> bool:
        """True where objects fail or come out as Python's `{'key': ...}`, and JSON text comes out as it is."""
        as_object = self._tried(arguments_as_text=False)
        if as_object is not None and "{'probe_key': 'probe_value'}" not in as_object:
            return False
        return '{"probe_key": "probe_value"}' in (self._tried(arguments_as_text=True) or "")

    @cached_property
    def renders_developer(self) -> bool:
        """True where the template knows the role; one that renders any role does not, and nor does the model."""
        if "developer" not in self._template.source:
            return False
        try:
            rendered = self._template.render(turns(_WITH_A_DEVELOPER, knows_developer=True), None, {}, False)
        except PromptNotRenderable:
            return False
        return "probe_wish" in rendered

    def _tried(self, *, arguments_as_text: bool) -> str | None:
        conversation = turns(_WITH_A_CALL, arguments_as_text=arguments_as_text)
        try:
            return self._template.render(conversation, tool_definitions([_TOOL]), {}, False)
        except PromptNotRenderable:
            return None
