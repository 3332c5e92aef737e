"""Which source of a template goes before which, and what cannot be had."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from flowgen.adapters.prompts.builtin_template import BuiltinTemplates
from flowgen.adapters.prompts.gguf_renderer import GgufRenderer
from flowgen.adapters.prompts.renderer_factory import Renderers
from flowgen.domain.errors import ConflictingFields, InvalidField, PromptNotRenderable, TokenizerNotFound, UnknownPlugin
from flowgen.domain.messages import Message
from flowgen.domain.model import ModelFacts, ModelSpec
from flowgen.domain.options import LoadOptions
from flowgen.domain.plugins import PluginCall
from flowgen.domain.ports import PromptRenderer
from flowgen.domain.prompts import TemplateOptions

HELLO = (Message(role="user", content="Hello"),)


class OneModel:
    """A catalog of one embedded model."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def model_file(self, name: str) -> str | None:
        return None

    def tokenizer_folder(self, name: str) -> str | None:
        return self._folder if name == "flowgen-nano" else None


class OneHandler:
    """A registry of one plugin, which remembers what it was given."""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}

    def names(self) -> Sequence[str]:
        return ["mine"]

    def make(self, call: PluginCall, field: str) -> PromptRenderer:
        if call.name != "mine":
            raise UnknownPlugin(field, call.name, self.names())
        self.parameters = call.parameters
        return GgufRenderer(call.parameters["facts"], templates={"default": "plugin"}, origin="plugin")


@pytest.fixture
def handlers() -> OneHandler:
    return OneHandler()


@pytest.fixture
def create(
    make_facts: Callable[..., ModelFacts], tokenizer_folder: Callable[..., str], handlers: OneHandler
) -> Callable[..., PromptRenderer]:
    def created(*template: str, tokenizer_name: str | None = None, **options: Any) -> PromptRenderer:
        builtin = BuiltinTemplates(
            names=lambda: ["chatml", "gemma"], apply=lambda name, messages, add: f"builtin {name}"
        )
        factory = Renderers(OneModel(tokenizer_folder("embedded")), handlers, builtin)
        spec = ModelSpec(name="m", path="m", tokenizer_name=tokenizer_name, options=LoadOptions(**options))
        return factory.create(spec, make_facts(*template))

    return created


def test_nothing_heavy_is_imported_before_a_tokenizer_is_asked_for() -> None:
    check = (
        "import sys, flowgen.adapters.prompts.renderer_factory;"
        "sys.exit(str(sorted({'transformers', 'huggingface_hub', 'numpy', 'torch'} & set(sys.modules))))"
    )
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, text=True).stderr.strip() == "[]"


def text(renderer: PromptRenderer) -> str:
    return renderer.render(HELLO, (), TemplateOptions()).text


def test_the_file_s_template(create: Callable[..., PromptRenderer]) -> None:
    renderer = create("file")
    assert text(renderer) == "file"
    assert renderer.template.origin == "tokenizer.chat_template in the file"


def test_chatml_for_a_file_without_a_template(create: Callable[..., PromptRenderer]) -> None:
    renderer = create()
    assert text(renderer) == "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"
    assert renderer.template.origin == "fallback: ChatML; the file has no template"


def test_the_tokenizer_s_template_goes_before_the_file_s(
    create: Callable[..., PromptRenderer], tokenizer_folder: Callable[..., str]
) -> None:
    folder = tokenizer_folder("tokenizer {{ bos_token }}")
    renderer = create("file", tokenizer_name=folder)
    assert text(renderer) == "tokenizer <s>"
    assert renderer.template.origin == f"Hugging Face tokenizer {folder}"


def test_the_embedded_model_s_tokenizer_is_found_by_name(create: Callable[..., PromptRenderer]) -> None:
    renderer = create("file", tokenizer_name="flowgen-nano")
    assert text(renderer) == "embedded"
    assert renderer.template.origin == "Hugging Face tokenizer flowgen-nano"


def test_a_tokenizer_without_a_template_leaves_the_file_s(
    create: Callable[..., PromptRenderer], tokenizer_folder: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    folder = tokenizer_folder()
    renderer = create("file", tokenizer_name=folder)
    assert text(renderer) == "file"
    assert renderer.template.origin.endswith(f"in the file; the Hugging Face tokenizer {folder} has none")
    assert "has no chat template" in caplog.text


def test_a_format_goes_before_the_tokenizer(create: Callable[..., PromptRenderer]) -> None:
    renderer = create("file", tokenizer_name="flowgen-nano", chat_format="gemma")
    assert text(renderer) == "builtin gemma"
    assert renderer.template.origin == "llama.cpp's built-in template 'gemma'"


@pytest.mark.parametrize("options", [{"chat_format": "gemma"}, {"chat_handler": "mine"}])
def test_a_wrong_tokenizer_is_refused_also_where_another_template_serves(
    create: Callable[..., PromptRenderer], options: dict[str, str]
) -> None:
    with pytest.raises(TokenizerNotFound):
        create("file", tokenizer_name="/no/such/folder", **options)


def test_an_unknown_format_lists_the_known_ones(create: Callable[..., PromptRenderer]) -> None:
    with pytest.raises(InvalidField, match="one of chatml, gemma") as refused:
        create("file", chat_format="{{ messages }}")
    assert refused.value.field == "options.chat_format"


@pytest.mark.parametrize("handler", ["mine", {"name": "mine"}, ["mine"]])
def test_a_handler_goes_before_all(create: Callable[..., PromptRenderer], handler: Any) -> None:
    assert text(create("file", tokenizer_name="flowgen-nano", chat_handler=handler)) == "plugin"


def test_a_handler_has_its_parameters_and_the_facts(
    create: Callable[..., PromptRenderer], handlers: OneHandler
) -> None:
    create("file", chat_handler={"name": "mine", "style": "terse"})
    assert handlers.parameters["style"] == "terse"
    assert handlers.parameters["facts"].architecture == "lfm2"


@pytest.mark.parametrize("handler", [["mine", "mine"], {"name": "mine", "facts": {}}, 5, {}])
def test_handlers_of_a_wrong_shape(create: Callable[..., PromptRenderer], handler: Any) -> None:
    with pytest.raises(InvalidField) as refused:
        create("file", chat_handler=handler)
    assert str(refused.value.field).startswith("options.chat_handler")


def test_no_handlers_are_none(create: Callable[..., PromptRenderer]) -> None:
    assert text(create("file", chat_handler=[])) == "file"


def test_an_unknown_handler_lists_the_known_ones(create: Callable[..., PromptRenderer]) -> None:
    with pytest.raises(UnknownPlugin, match="known: mine"):
        create("file", chat_handler="yours")


def test_a_handler_and_a_format_exclude_each_other(create: Callable[..., PromptRenderer]) -> None:
    with pytest.raises(ConflictingFields, match=r"options\.chat_handler and options\.chat_format"):
        create("file", chat_handler="mine", chat_format="gemma")


def test_a_tokenizer_that_is_not_there(create: Callable[..., PromptRenderer]) -> None:
    with pytest.raises(TokenizerNotFound, match="no folder here"):
        create("file", tokenizer_name="/no/such/folder")


def test_a_broken_template_of_a_tokenizer_is_refused_at_once(
    create: Callable[..., PromptRenderer], tokenizer_folder: Callable[..., str]
) -> None:
    with pytest.raises(PromptNotRenderable, match="cannot be compiled"):
        create("file", tokenizer_name=tokenizer_folder("{% for %}"))
