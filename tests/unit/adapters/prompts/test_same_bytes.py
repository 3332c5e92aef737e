"""A template in a file and the same in a tokenizer's folder give the same bytes, or refuse in the same words."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.prompts.gguf_renderer import GgufRenderer
from flowgen.adapters.prompts.hub import load_tokenizer
from flowgen.adapters.prompts.huggingface_renderer import HuggingFaceRenderer
from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, Tool, ToolCall
from flowgen.domain.model import ModelFacts
from flowgen.domain.ports import PromptRenderer
from flowgen.domain.prompts import RenderedPrompt, TemplateOptions

EVERYTHING = """{{- bos_token }}
{%- set ns = namespace(first=true, count=0) %}
{%- macro call(c) %}<call>{{ c.function.name }} {{ c.function.arguments | tojson(indent=2) }}</call>{% endmacro %}
{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- for tool in tools %}{{ tool | tojson }}{{ "\\n" if not loop.last }}{% endfor %}
    {{- '<|im_end|>\\n' }}
{%- endif %}
{% for message in messages %}
    {%- if message.role == 'user' and message.content == '' %}{{ raise_exception('An empty <question>!') }}{% endif %}
    {%- set ns.count = ns.count + 1 %}
    {{- '<|im_start|>' ~ message['role'] }}
    {%- if message.name is defined %} name={{ message.name }}{% endif %}
    {% if message.reasoning_content %}<think>{{ message.thinking | trim }}</think>{% endif %}
    {% generation %}{{ message.content | trim if message.role == 'assistant' else message.content }}{% endgeneration %}
    {%- for c in message.tool_calls or [] %}{{ call(c) }}{% if not c.id %}{% break %}{% endif %}{% endfor %}
    {{- message | tojson }}{{ message.keys() | list }}
{%- endfor %}
{%- if enable_thinking is defined and not enable_thinking %}quick {{ wishes | default('none') }}{% endif %}
{{ documents is none }} {{ ns.count }} {{ eos_token }}
{%- if add_generation_prompt %}
<|im_start|>assistant
{% endif %}"""

TRICKY = {
    "everything": EVERYTHING,
    "no newline is added": "{{ messages[0].content }}\n",
    "a dict's order": "{{ messages }}{{ tools }}",
    "escapes": "{{ '<&>\"' }}{{ messages[0].content | e }}{{ messages[0].content | tojson }}",
    "alternation": """{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('Roles must alternate: ' + m.role) }}{% endif %}{{ m.content }}{% endfor %}""",
    "arguments as text": """{% for m in messages %}{% for c in m.tool_calls or [] %}
{{ c.function.name + c.function.arguments }}{% endfor %}{{ m.content }}{% endfor %}""",
    "lines": "  {# a comment #}\n  {% if true %}\n  a\n  {% endif %}\n\n {%- if true -%} \n b \n{%+ endif %}\n",
    "an unknown developer": "{% for m in messages %}{{ m.role }}{% endfor %}{# developer #}",
    "unsafe": "{{ messages.append(1) }}",
}

words = st.text(alphabet="aé\n<&\"'{} ", max_size=6) | st.sampled_from(["<|im_end|>", " </s> ", "<s>x", "null", "None"])
arguments = st.dictionaries(st.sampled_from("abc"), st.none() | st.booleans() | st.integers() | words, max_size=3)
calls = st.builds(
    ToolCall, name=st.sampled_from(["f", "g"]), arguments=arguments, id=st.sampled_from(["", "call12345"])
)
messages = st.one_of(
    st.builds(Message, role=st.sampled_from(["system", "developer", "user"]), content=words),
    st.builds(
        Message,
        role=st.just("assistant"),
        content=words,
        reasoning=st.none() | words,
        tool_calls=st.lists(calls, max_size=2).map(tuple),
    ),
    st.builds(Message, role=st.just("tool"), content=words, tool_call_id=st.none() | words, name=st.none() | words),
)
conversations = st.lists(messages, min_size=1, max_size=4)
tools = st.lists(st.builds(Tool, name=words, description=words, parameters=arguments), max_size=2)
options = st.builds(
    TemplateOptions,
    variables=st.dictionaries(
        st.sampled_from(["enable_thinking", "wishes", "messages", "eos_token"]), words, max_size=2
    ),
    add_generation_prompt=st.booleans(),
)


@pytest.fixture(scope="module", params=TRICKY.values(), ids=list(TRICKY))
def pair(
    request: pytest.FixtureRequest, make_facts: Callable[..., ModelFacts], tokenizer_folder: Callable[..., str]
) -> tuple[PromptRenderer, PromptRenderer]:
    facts = make_facts(request.param)
    tokenizer = load_tokenizer(tokenizer_folder(request.param))
    return GgufRenderer(facts), HuggingFaceRenderer(tokenizer, "somebody/model", facts)


@given(conversation=conversations, tools=tools, options=options)
def test_both_renderers_give_the_same_bytes(
    pair: tuple[PromptRenderer, PromptRenderer],
    conversation: list[Message],
    tools: list[Tool],
    options: TemplateOptions,
) -> None:
    of_the_file, of_the_tokenizer = (outcome(renderer, conversation, tools, options) for renderer in pair)
    assert of_the_file == of_the_tokenizer


def outcome(renderer: PromptRenderer, *request: Any) -> RenderedPrompt | str:
    """The prompt, or the refusal's words."""
    try:
        return renderer.render(*request)
    except PromptNotRenderable as refusal:
        return refusal.message
