"""What llama.cpp's own templates cannot carry is refused by name."""

from collections.abc import Callable, Sequence

import pytest

from flowgen.adapters.prompts.builtin_template import BuiltinTemplateRenderer
from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, Tool, ToolCall
from flowgen.domain.model import ModelFacts
from flowgen.domain.prompts import ReasoningTags, TemplateOptions

HELLO = Message(role="user", content="Hello")


def apply(name: str, messages: Sequence[tuple[str, str]], add_generation_prompt: bool) -> str:
    if messages[-1][0] == "assistant":
        raise ValueError("it wants a user")
    return f"{name}:{messages}:" + ("A:" if add_generation_prompt else "")


@pytest.fixture
def renderer(make_facts: Callable[..., ModelFacts]) -> BuiltinTemplateRenderer:
    return BuiltinTemplateRenderer("gemma", apply, make_facts("not this one"))


def test_roles_and_contents_are_what_it_takes(renderer: BuiltinTemplateRenderer) -> None:
    messages = (Message(role="developer", content="Be brief."), HELLO)
    prompt = renderer.render(messages, (), TemplateOptions())
    assert prompt.text == "gemma:[('system', 'Be brief.'), ('user', 'Hello')]:A:"
    assert prompt.generation_prompt == "A:"
    assert renderer.template.origin == "llama.cpp's built-in template 'gemma'"


@pytest.mark.parametrize(
    ("message", "tools", "field"),
    [
        (HELLO, (Tool(name="add"),), "tools"),
        (Message(role="assistant", tool_calls=(ToolCall(name="a", arguments={}),)), (), "messages[0].tool_calls"),
        (Message(role="user", content="cut\0here"), (), "messages[0].content"),
        (Message(role="assistant", content="Hi"), (), "messages"),
    ],
)
def test_what_it_cannot_render_is_refused(
    renderer: BuiltinTemplateRenderer, message: Message, tools: tuple[Tool, ...], field: str
) -> None:
    with pytest.raises(PromptNotRenderable, match="'gemma' built into llama") as refused:
        renderer.render((message,), tools, TemplateOptions())
    assert refused.value.field == field


def test_a_template_that_opens_the_thinking(make_facts: Callable[..., ModelFacts]) -> None:
    renderer = BuiltinTemplateRenderer("deep", lambda name, messages, add: "Hello" + "<think>\n" * add, make_facts())
    assert renderer.template.reasoning == ReasoningTags()
    assert renderer.render((HELLO,), (), TemplateOptions()).opens_reasoning is True


def test_variables_are_warned_of(renderer: BuiltinTemplateRenderer) -> None:
    prompt = renderer.render((HELLO,), (), TemplateOptions(variables={"enable_thinking": False, "messages": 1}))
    assert len(prompt.warnings) == 2
    assert any("enable_thinking" in warning and "no variables" in warning for warning in prompt.warnings)
