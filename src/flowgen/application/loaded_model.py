"""A model with all that chatting with it takes. Knows how the parts were chosen; refuses to know how they work."""

from flowgen.application.past_turns import QUESTION, try_render
from flowgen.application.self_check import complaint
from flowgen.application.template_probe import PROBE_RESULT, PROBE_TOOL, probe_template
from flowgen.domain.errors import RefusedField
from flowgen.domain.messages import Message, Role
from flowgen.domain.model import ModelFacts, ModelInfo, ModelSpec
from flowgen.domain.ports import FormatRegistry, ModelRuntime, PromptRenderer, ToolCallFormat
from flowgen.domain.toolcalls import TemplateProbe
from flowgen.domain.values import Value

DERIVED = "derived"
"""The name that asks for the format which the template itself shows."""
_PROBE_WISH = "probe_wish"


class Dialogue(Value, frozen=True):
    """How to talk with a model: its renderer, its tool-call format, and what its template does by itself.

    `format_reason` says why this format, or why there is none. `dropped_roles` are those whose messages the template
    leaves out without a word. `warnings` belong into /load's answer.
    """

    renderer: PromptRenderer
    format: ToolCallFormat | None
    format_reason: str
    renders_tools: bool
    renders_calls: bool
    dropped_roles: frozenset[Role] = frozenset()
    warnings: tuple[str, ...] = ()


class LoadedModel(Value, frozen=True):
    """A model that chats. `runtime` is live; all else are values."""

    spec: ModelSpec
    runtime: ModelRuntime
    dialogue: Dialogue

    @property
    def info(self) -> ModelInfo:
        """What the runtime says of the model."""
        return self.runtime.info

    async def held_bytes(self) -> int:
        """The memory that is free once the model has gone; an engine that has ended holds none any more."""
        return self.info.facts.needed if (await self.runtime.status()).is_alive else 0


def choose_dialogue(spec: ModelSpec, facts: ModelFacts, renderer: PromptRenderer, formats: FormatRegistry) -> Dialogue:
    """Find the tool-call format (the option's, else the detected one) and what the template renders by itself.

    Raises UnknownPlugin for a format that does not exist, RefusedField where none can be derived that is to be.
    """
    probe = probe_template(renderer, frozenset(facts.control_tokens))
    chosen, reason = _choose_format(spec.options.tool_call_format, probe, formats)
    failed = complaint(chosen, probe, renderer) if chosen is not None else None
    return Dialogue(
        renderer=renderer,
        format=chosen,
        format_reason=reason,
        renders_tools=PROBE_TOOL.name in probe.rendered_tools,
        renders_calls="probe_value" in probe.rendered,
        dropped_roles=_dropped_roles(renderer, probe.rendered),
        warnings=() if failed is None else (failed,),
    )


def _dropped_roles(renderer: PromptRenderer, with_calls: str) -> frozenset[Role]:
    """The roles that the template renders without an error and without their texts."""
    dropped: set[Role] = set()
    wishes: tuple[Role, ...] = ("system", "developer")
    for role in wishes:
        wish = Message(role=role, content=_PROBE_WISH)
        rendered = try_render(renderer, (wish, QUESTION), ())
        if rendered and _PROBE_WISH not in rendered:
            dropped.add(role)
    written = (QUESTION, Message(role="assistant", content="Called."), PROBE_RESULT)
    results = [text for text in (with_calls, try_render(renderer, written, ())) if text]
    if results and not any(PROBE_RESULT.content in text for text in results):
        dropped.add("tool")
    return frozenset(dropped)


def _choose_format(
    name: str | None, probe: TemplateProbe, formats: FormatRegistry
) -> tuple[ToolCallFormat | None, str]:
    if name == DERIVED:
        derived = formats.derive(probe)
        if derived is None:
            raise RefusedField("options.tool_call_format", "no format can be read off how the template writes calls")
        return derived[0], derived[1].reason
    if name is not None:
        return formats.get(name), "options.tool_call_format"
    found = formats.detect(probe)
    if found is None:
        return None, "no known format matches the model's template"
    return found[0], found[1].reason
