"""Which of a file's templates serves."""

from collections.abc import Callable

import pytest

from flowgen.adapters.prompts.gguf_renderer import GgufRenderer
from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, Tool
from flowgen.domain.model import ModelFacts
from flowgen.domain.prompts import ReasoningTags, TemplateOptions

HELLO = (Message(role="user", content="Hello"),)
TOOLS = (Tool(name="add"),)


def test_the_default_template_and_where_it_comes_from(make_facts: Callable[..., ModelFacts]) -> None:
    renderer = GgufRenderer(make_facts("{{ bos_token }}{{ messages[0].content }}</think>{{ eos_token }}"))
    assert renderer.render(HELLO, (), TemplateOptions()).text == "<s>Hello</think></s>"
    assert renderer.template.origin == "tokenizer.chat_template in the file"
    assert renderer.template.source == "{{ bos_token }}{{ messages[0].content }}</think>{{ eos_token }}"
    assert renderer.template.reasoning == ReasoningTags()


def test_requests_with_tools_have_their_own_template_where_there_is_one(make_facts: Callable[..., ModelFacts]) -> None:
    templates = {"default": "usual", "tool_use": "{{ tools[0].function.name }}", "rag": "never"}
    renderer = GgufRenderer(make_facts(), templates=templates)
    assert renderer.render(HELLO, (), TemplateOptions()).text == "usual"
    assert renderer.render(HELLO, TOOLS, TemplateOptions()).text == "add"
    assert "usual" in renderer.template.source
    assert "tools[0]" in renderer.template.source
    assert "never" not in renderer.template.source


def test_a_file_without_a_default_template_is_refused(make_facts: Callable[..., ModelFacts]) -> None:
    with pytest.raises(PromptNotRenderable, match=r"no default chat template among \['rag'\]"):
        GgufRenderer(make_facts(), templates={"rag": "x"})


def test_a_broken_template_is_refused_at_once(make_facts: Callable[..., ModelFacts]) -> None:
    with pytest.raises(PromptNotRenderable, match="cannot be compiled"):
        GgufRenderer(make_facts("{% for %}"))
