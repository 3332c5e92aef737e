"""Formats that are read off what a template writes."""

import pytest

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.toolcalls.deriving.derived import derive
from flowgen.adapters.toolcalls.deriving.sections import divide
from flowgen.adapters.toolcalls.families.bare_objects import BareObjects
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.adapters.toolcalls.families.pythonic import Pythonic
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.adapters.toolcalls.registry import FormatsByName
from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.application.self_check import complaint, read_back
from flowgen.application.template_probe import OTHER_TOOL, PROBE_TOOL, SAMPLES
from flowgen.bootstrap.answer_readers import AnswerReaders
from flowgen.domain.messages import ToolCall, ToolChoice
from flowgen.testing.byte_vocabulary import byte_vocabulary, is_whole
from support import templates
from support.templates import probe, renderer, template

SHAPES = {
    "json in tags": (templates.JSON_IN_TAGS, JsonObjects),
    "json list": (templates.JSON_LIST, JsonObjects),
    "name is key": (templates.NAME_IS_KEY, JsonObjects),
    "name outside": (templates.NAME_OUTSIDE, NamedJson),
    "numbered": (templates.NUMBERED, NamedJson),
    "parameters": (templates.PARAMETERS, Tagged),
    "typed": (templates.TYPED, Tagged),
    "pythonic": (templates.PYTHONIC, Pythonic),
    "bare objects": (templates.BARE_OBJECTS, BareObjects),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_format_is_read_off_and_reads_back(shape: str) -> None:
    calls, family = SHAPES[shape]
    source = template(calls)
    found = FormatsByName([]).detect(probe(source))
    assert found is not None
    format, match = found
    assert format.name == "derived"
    assert "read off how the template writes a past call" in match.reason
    derived = derive(probe(source))
    assert derived is not None
    assert isinstance(derived.declaration.calls, family)
    assert complaint(format, probe(source), renderer(source)) is None


@pytest.mark.parametrize("shape", SHAPES)
def test_what_it_writes_it_reads(shape: str) -> None:
    found = probe(template(SHAPES[shape][0]))
    derived = derive(found)
    assert derived is not None
    for turn in found.turns[:4]:  # other types are spelt in several ways
        assert derived.write(turn.calls) == turn.turn


@pytest.mark.parametrize("shape", SHAPES)
def test_what_it_writes_its_grammar_takes(shape: str) -> None:
    derived = derive(probe(template(SHAPES[shape][0])))
    assert derived is not None
    required = AnswerShape(tools=(PROBE_TOOL, OTHER_TOOL), choice=ToolChoice(mode="required"), format=derived)
    vocabulary = byte_vocabulary()
    constraint = bind_answer(required).constraint
    assert constraint is not None
    compiled = LlguidanceConstrainer(read_answer=AnswerReaders()).compile(constraint, vocabulary)
    for calls in SAMPLES[:2]:
        assert is_whole(compiled, derived.write(calls), vocabulary)
    wrong = ToolCall(name="probe_function", arguments={"other_key": "x"})
    assert not is_whole(compiled, derived.write([wrong]), vocabulary)


def test_texts_of_the_keys_and_of_the_section_are_found() -> None:
    derived = derive(probe(template(templates.JSON_LIST)))
    assert derived is not None
    assert isinstance(derived.declaration.calls, JsonObjects)
    keys = derived.declaration.calls.keys
    assert (keys.name, keys.arguments, keys.id, keys.written_id) == (("name",), ("parameters",), ("id",), "last")
    assert derived.declaration.calls.opening == "[[USE]]"


def test_sections_are_what_calls_have_in_common() -> None:
    sections = divide(probe(template(templates.NAME_OUTSIDE)).turns)
    assert sections is not None
    assert (sections.opening, sections.separator, sections.closing) == ("<|calls|>", "", "<|end_calls|>")
    assert sections.calls[0].text == '<|call|>probe_function<|with|>{"probe_key": "probe_value"}<|done|>'


@pytest.mark.parametrize(
    "calls",
    [
        "",
        "{% for call in message.tool_calls %}I call {{ call.function.name }}.{% endfor %}",
    ],
)
def test_what_cannot_be_read_back_is_no_format(calls: str) -> None:
    assert derive(probe(template(calls))) is None
    assert FormatsByName([]).detect(probe(template(calls))) is None


def test_a_name_that_the_prompt_s_end_opens() -> None:
    source = template(
        "{% for call in message.tool_calls %}{% if not loop.first %}>>>{% endif %}{{ call.function.name }}\n"
        "{{ call.function.arguments | tojson }}{% endfor %}"
    ).replace("<|im_start|>assistant\n{% endif", "<|im_start|>assistant\n>>>{% endif")
    source = source.replace("{{ message.content }}", "{{ '>>>' if message.role == 'assistant' }}{{ message.content }}")
    found = probe(source)
    derived = derive(found)
    assert derived is not None
    assert [call.name for call in read_back(derived, found.turns[1])] == ["probe_function", "other_tool"]
