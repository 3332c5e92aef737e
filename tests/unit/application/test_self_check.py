"""A past call is rendered by the model's own template and read back; what fails names both texts."""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.adapters.toolcalls.registry import FormatsByName
from flowgen.application.loaded_model import choose_dialogue
from flowgen.application.self_check import complaint
from flowgen.domain.model import ModelFacts, ModelSpec
from flowgen.domain.options import LoadOptions
from support.templates import NAME_OUTSIDE, probe, renderer, template

FITTING = DeclaredFormat(
    Declaration(name="fitting", calls=NamedJson(opening="<|call|>", name_end="<|with|>", closing="<|done|>"))
)
OTHER = DeclaredFormat(Declaration(name="other", calls=JsonObjects(opening="<do>", closing="</do>")))


def facts(source: str) -> ModelFacts:
    return ModelFacts(
        path="", name="m", architecture="", num_parameters=0, size=0, n_ctx_train=0, templates={"default": source}
    )


def test_a_format_that_reads_what_the_template_writes_passes() -> None:
    source = template(NAME_OUTSIDE.replace("<|calls|>", "").replace("<|end_calls|>", ""))
    assert complaint(FITTING, probe(source), renderer(source)) is None


def test_a_failure_names_both_texts() -> None:
    source = template(NAME_OUTSIDE)
    failed = complaint(OTHER, probe(source), renderer(source))
    assert failed is not None
    assert "'other'" in failed
    assert '<|call|>probe_function<|with|>{"probe_key": "probe_value"}<|done|>' in failed
    assert '<do>{"name": "probe_function", "arguments": {"probe_key": "probe_value"}}</do>' in failed


def test_where_a_template_renders_no_calls_they_go_through_the_content() -> None:
    source = template("")
    assert complaint(OTHER, probe(source), renderer(source)) is None
    cutting = source.replace("{{ message.content }}", "{{ message.content.split('</do>')[0].split('{')[-1] }}")
    assert complaint(OTHER, probe(cutting), renderer(cutting)) is None  # not a trace of the call is left to compare


def test_a_load_warns_of_a_format_that_does_not_fit() -> None:
    source = template(NAME_OUTSIDE)
    spec = ModelSpec(name="m", path="m.gguf", options=LoadOptions(tool_call_format="other"))
    dialogue = choose_dialogue(spec, facts(source), renderer(source), FormatsByName([OTHER]))
    assert dialogue.format is OTHER
    assert dialogue.format_reason == "options.tool_call_format"
    assert "self-check" in dialogue.warnings[0]
    spec = ModelSpec(name="m", path="m.gguf")
    dialogue = choose_dialogue(spec, facts(source), renderer(source), FormatsByName([OTHER]))
    assert dialogue.format is not None
    assert (dialogue.format.name, dialogue.warnings) == ("derived", ())
