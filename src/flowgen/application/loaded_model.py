"""A model with all that chatting with it takes. Knows how the parts were chosen; refuses to know how they work."""

from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, Role, Tool, ToolCall
from flowgen.domain.model import ModelFacts, ModelInfo, ModelSpec
from flowgen.domain.ports import FormatRegistry, ModelRuntime, PromptRenderer, ToolCallFormat
from flowgen.domain.prompts import TemplateOptions
from flowgen.domain.toolcalls import TemplateProbe
from flowgen.domain.values import Value

_PROBE_TOOL = Tool(
    name="probe_function",
    description="A function.",
    parameters={"type": "object", "properties": {"probe_key": {"type": "string"}}, "required": ["probe_key"]},
)
_PROBE_CALL = ToolCall(name="probe_function", arguments={"probe_key": "probe_value"}, id="call00001")
_PROBE_RESULT = Message(role="tool", content="probe_result", tool_call_id="call00001", name="probe_function")
_PROBE_CONVERSATION = (
    Message(role="user", content="Call the function."),
    Message(role="assistant", tool_calls=(_PROBE_CALL,)),
    _PROBE_RESULT,
)
_PROBE_WISH = "probe_wish"


class Dialogue(Value, frozen=True):
    """How to talk with a model: its renderer, its tool-call format, and what its template does by itself.

    `format_reason` says why this format, or why there is none. `dropped_roles` are those whose messages the template
    leaves out without a word.
    """

    renderer: PromptRenderer
    format: ToolCallFormat | None
    format_reason: str
    renders_tools: bool
    renders_calls: bool
    dropped_roles: frozenset[Role] = frozenset()


class LoadedModel(Value, frozen=True):
    """A model that chats. `runtime` is live; all else are values."""

    spec: ModelSpec
    runtime: ModelRuntime
    dialogue: Dialogue

    @property
    def info(self) -> ModelInfo:
        """What the runtime says of the model."""
        return self.runtime.info


def choose_dialogue(spec: ModelSpec, facts: ModelFacts, renderer: PromptRenderer, formats: FormatRegistry) -> Dialogue:
    """Find the tool-call format (the option's, else the detected one) and what the template renders by itself.

    Raises UnknownPlugin for a format that does not exist.
    """
    with_tools = _try_render(renderer, _PROBE_CONVERSATION[:1], (_PROBE_TOOL,))
    with_calls = _try_render(renderer, _PROBE_CONVERSATION, (_PROBE_TOOL,))
    probe = TemplateProbe(
        source=renderer.template.source, rendered=with_calls, control_tokens=frozenset(facts.control_tokens)
    )
    chosen, reason = _choose_format(spec.options.tool_call_format, probe, formats)
    return Dialogue(
        renderer=renderer,
        format=chosen,
        format_reason=reason,
        renders_tools=_PROBE_TOOL.name in with_tools,
        renders_calls="probe_value" in with_calls,
        dropped_roles=_dropped_roles(renderer, with_calls),
    )


def _dropped_roles(renderer: PromptRenderer, with_calls: str) -> frozenset[Role]:
    """The roles that the template renders without an error and without their texts."""
    dropped: set[Role] = set()
    wishes: tuple[Role, ...] = ("system", "developer")
    for role in wishes:
        wish = Message(role=role, content=_PROBE_WISH)
        rendered = _try_render(renderer, (wish, *_PROBE_CONVERSATION[:1]), ())
        if rendered and _PROBE_WISH not in rendered:
            dropped.add(role)
    written = (_PROBE_CONVERSATION[0], Message(role="assistant", content="Called."), _PROBE_RESULT)
    results = [text for text in (with_calls, _try_render(renderer, written, ())) if text]
    if results and not any(_PROBE_RESULT.content in text for text in results):
        dropped.add("tool")
    return frozenset(dropped)


def _choose_format(
    name: str | None, probe: TemplateProbe, formats: FormatRegistry
) -> tuple[ToolCallFormat | None, str]:
    if name is not None:
        return formats.get(name), "options.tool_call_format"
    found = formats.detect(probe)
    if found is None:
        return None, "no known format matches the model's template"
    return found[0], found[1].reason


def _try_render(renderer: PromptRenderer, messages: tuple[Message, ...], tools: tuple[Tool, ...]) -> str:
    try:
        return renderer.render(messages, tools, TemplateOptions()).text
    except PromptNotRenderable:
        return ""  # templates may refuse tools or tool messages; then they render neither
