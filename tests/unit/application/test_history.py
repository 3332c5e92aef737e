"""A conversation is rendered whole or refused: nothing that a template leaves out is lost without a word."""

from collections.abc import Sequence

import pytest

from flowgen.adapters.prompts.gguf_renderer import GgufRenderer
from flowgen.adapters.toolcalls.formats.function_list import FORMAT as FUNCTION_LIST
from flowgen.adapters.toolcalls.registry import FormatsByName
from flowgen.application.history import writable_history
from flowgen.application.loaded_model import Dialogue, choose_dialogue
from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, ToolCall
from flowgen.domain.model import ModelFacts, ModelSpec
from flowgen.domain.options import LoadOptions

ALL = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
TALK = "{% for m in messages if m.role in ('user', 'assistant') %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
STRICT = (
    "{% if messages | rejectattr('role', 'in', ['user', 'assistant']) | list %}{{ raise_exception('no') }}{% endif %}"
    + ALL
)
USER = Message(role="user", content="Hello!")
CALL = Message(role="assistant", tool_calls=(ToolCall(name="f", arguments={"a": 1}),))
RESULT = Message(role="tool", content="40")


def dialogue(template: str, tool_call_format: str | None = "function_list") -> Dialogue:
    facts = ModelFacts(
        path="/m", name="m", architecture="a", num_parameters=1, size=1, n_ctx_train=1, templates={"default": template}
    )
    spec = ModelSpec(name="m", path="/m", options=LoadOptions(tool_call_format=tool_call_format))
    return choose_dialogue(spec, facts, GgufRenderer(facts), FormatsByName([FUNCTION_LIST]))


@pytest.mark.parametrize(
    ("template", "dropped"), [(ALL, set()), (TALK, {"system", "developer", "tool"}), (STRICT, set())]
)
def test_what_a_template_drops_is_found_by_trying(template: str, dropped: set[str]) -> None:
    assert dialogue(template).dropped_roles == dropped


@pytest.mark.parametrize(
    ("messages", "index", "role"),
    [
        ([Message(role="system", content="Be kind."), USER], 0, "system"),
        ([Message(role="developer", content="Be kind."), USER], 0, "developer"),
        ([USER, CALL, RESULT], 2, "tool"),
    ],
)
def test_a_message_that_would_be_dropped_is_refused(messages: Sequence[Message], index: int, role: str) -> None:
    with pytest.raises(PromptNotRenderable, match=role) as refused:
        writable_history(messages, dialogue(TALK))
    assert refused.value.field == f"messages[{index}]"


def test_calls_are_written_where_the_template_leaves_them_out() -> None:
    written = writable_history([USER, CALL, RESULT], dialogue(ALL))
    assert [message.content for message in written] == ["Hello!", "[f(a=1)]", "40"]
    assert written[1].tool_calls == ()


def test_calls_stay_where_the_template_renders_them() -> None:
    template = ALL + "{% for m in messages if m.tool_calls %}{{ m.tool_calls | tojson }}{% endfor %}"
    assert writable_history([USER, CALL], dialogue(template)) == (USER, CALL)


def test_calls_without_a_format_are_refused() -> None:
    with pytest.raises(PromptNotRenderable, match="tool_call_format"):
        writable_history([USER, CALL], dialogue(ALL, None))
