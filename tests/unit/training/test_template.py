"""The chat template: the fast renderer equals the jinja file, and the shapes of tools it takes."""

import random
from pathlib import Path
from typing import Any

import pytest
import training
from jinja2.sandbox import ImmutableSandboxedEnvironment
from training import render
from training.conversations import conversation
from training.names import Source

TEMPLATE = Path(training.__file__).parent / "chat_template.jinja"


@pytest.fixture(scope="module")
def template() -> Any:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = render.dumped
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("held", [True, False])
def test_the_fast_renderer_equals_the_template(template: Any, held: bool) -> None:
    src = Source(random.Random(9), held=held)
    for _ in range(150):
        messages, tools = conversation(src)
        whole = template.render(messages=messages, tools=tools or None, bos_token="<|startoftext|>")
        assert "".join(text for text, _ in render.pieces(messages, tools)) == whole


def test_nested_types_and_a_bare_tool(template: Any) -> None:
    properties = {
        "o": {"type": "object", "properties": {"z": {"type": ["string", "null"]}}},
        "p": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "q": {"type": "array", "items": {"type": "integer"}},
        "u": {"enum": ["c", 2]},
    }
    tools = [
        {"name": "f", "parameters": {"properties": properties, "required": ["q"]}},
        {"name": "g", "description": "G."},
    ]
    text = template.render(messages=[{"role": "user", "content": "x"}], tools=tools, bos_token="")
    assert '[f(o?: {z?: string|null}, p?: string|null, q: [integer], u?: "c"|2)[o,p,q,u]\ng() G.]' in text


def test_past_calls_and_results(template: Any) -> None:
    call = {"name": "f", "arguments": {"a": None, "b": [True, -1.5, {"k": 'v"'}]}}
    messages = [{"role": "assistant", "content": None, "tool_calls": [call]}, {"role": "tool", "content": {"x": 1}}]
    text = template.render(messages=messages, bos_token="", add_generation_prompt=True)
    assert text == (
        "<|im_start|>assistant\n"
        '<|tool_call_start|>[f(a=None, b=[True, -1.5, {"k": "v\\""}])]<|tool_call_end|><|im_end|>\n'
        '<|im_start|>tool\n<|tool_response_start|>{"x": 1}<|tool_response_end|><|im_end|>\n<|im_start|>assistant\n'
    )
