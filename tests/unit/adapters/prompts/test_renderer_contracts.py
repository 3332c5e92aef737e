"""All renderers pass the contract of the port."""

from collections.abc import Callable, Sequence

import pytest

from flowgen.adapters.prompts.builtin_template import BuiltinTemplateRenderer
from flowgen.adapters.prompts.gguf_renderer import GgufRenderer
from flowgen.adapters.prompts.hub import load_tokenizer
from flowgen.adapters.prompts.huggingface_renderer import HuggingFaceRenderer
from flowgen.domain.model import ModelFacts
from flowgen.domain.ports import PromptRenderer
from flowgen.testing.renderer_contract import PromptRendererContract

TEMPLATES = {
    "chatml": """{{ bos_token }}
{%- if tools %}{{ tools | tojson }}{% endif %}
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{% endif %}""",
    "trimming, in JSON, with an end token": """{% if tools %}{{ tools[0].function.name }}{% endif %}
{% for message in messages %}
    {{ {'role': message['role'], 'content': message['content'] | trim} | tojson }}<|im_end|>
{% endfor %}
{{ '<|im_start|>assistant:' if add_generation_prompt else '<|im_end|>' }}""",
    "measuring texts": """{% for tool in tools or [] %}{{ tool.function.name }}{% endfor %}
{% for message in messages %}
[INST] {{ message.content }}{{ message.content | length }} [/INST]
{% endfor %}
{% if add_generation_prompt %}<|im_start|>{% endif %}""",
}


@pytest.fixture(params=TEMPLATES.values(), ids=list(TEMPLATES))
def template(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestGgufRenderer(PromptRendererContract):
    @pytest.fixture
    def renderer(self, make_facts: Callable[..., ModelFacts], template: str) -> PromptRenderer:
        return GgufRenderer(make_facts(template))


class TestHuggingFaceRenderer(PromptRendererContract):
    @pytest.fixture
    def renderer(
        self, make_facts: Callable[..., ModelFacts], tokenizer_folder: Callable[..., str], template: str
    ) -> PromptRenderer:
        return HuggingFaceRenderer(load_tokenizer(tokenizer_folder(template)), "somebody/model", make_facts())


class TestBuiltinTemplateRenderer(PromptRendererContract):
    @pytest.fixture
    def renderer(self, make_facts: Callable[..., ModelFacts]) -> PromptRenderer:
        return BuiltinTemplateRenderer("chatml", chatml, make_facts())


def chatml(name: str, messages: Sequence[tuple[str, str]], add_generation_prompt: bool) -> str:
    """What llama.cpp's template of this name gives."""
    text = "".join(f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in messages)
    return text + ("<|im_start|>assistant\n" if add_generation_prompt else "")
