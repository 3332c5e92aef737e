"""The registry finds formats by name and by template."""

import pytest

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.adapters.toolcalls.formats.function_list import FORMAT as FUNCTION_LIST
from flowgen.adapters.toolcalls.formats.hermes_json import FORMAT as HERMES_JSON
from flowgen.adapters.toolcalls.formats.lfm2 import FORMAT as LFM2
from flowgen.adapters.toolcalls.json_call_reader import Keys
from flowgen.adapters.toolcalls.registry import FormatsByName
from flowgen.application.self_check import complaint
from flowgen.domain.errors import UnknownPlugin
from flowgen.domain.toolcalls import TemplateProbe
from support.templates import JSON_IN_TAGS, NAME_OUTSIDE, PARAMETERS, probe, renderer, template

FORMATS = FormatsByName([LFM2, HERMES_JSON, FUNCTION_LIST])


def test_formats_are_found_by_name() -> None:
    assert FORMATS.names() == ["function_list", "hermes_json", "lfm2"]
    assert FORMATS.get("lfm2").name == "lfm2"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownPlugin, match="function_list, hermes_json, lfm2") as caught:
        FORMATS.get("other")
    assert caught.value.field == "options.tool_call_format"


@pytest.mark.parametrize(
    ("probe", "name"),
    [
        (TemplateProbe(source="<|tool_list_start|>"), "lfm2"),
        (TemplateProbe(source='<tool_call>{"name": "f", "arguments": {}}</tool_call>'), "hermes_json"),
        (TemplateProbe(source="Use [func_name1(a=1), func_name2(b=2)]"), "function_list"),
        (
            TemplateProbe(
                source='<tool_call>{"name": "f", "arguments": {}}</tool_call>',
                control_tokens=frozenset({"<|tool_call_start|>", "<|tool_call_end|>"}),
            ),
            "hermes_json",
        ),
    ],
)
def test_the_strongest_claim_wins(probe: TemplateProbe, name: str) -> None:
    found = FORMATS.detect(probe)
    assert found is not None
    assert found[0].name == name


def test_no_claim_is_no_format() -> None:
    assert FORMATS.detect(TemplateProbe(source="{{ messages }}")) is None


def test_second_names_are_found_and_not_listed_as_formats() -> None:
    formats = FormatsByName([DeclaredFormat(Declaration(name="one", aliases=("uno",), calls=JsonObjects()))])
    assert formats.names() == ["one", "uno"]
    assert formats.get("uno").name == "one"
    assert [format.name for format in formats.formats()] == ["one"]


def test_a_vocabulary_counts_only_where_the_template_s_calls_are_read_back() -> None:
    tokens = ("<|tool_call_start|>", "<|tool_call_end|>")
    silent = FORMATS.detect(probe(template(""), *tokens))
    assert silent is not None
    assert silent[0].name == "lfm2"
    other = FORMATS.detect(probe(template(NAME_OUTSIDE), *tokens))
    assert other is not None
    assert other[0].name == "derived"


def test_a_format_without_signs_is_told_by_what_it_writes() -> None:
    calls = JsonObjects(opening="<call>\n", closing="\n</call>", keys=Keys(name=("tool",), arguments=("input",)))
    found = FormatsByName([DeclaredFormat(Declaration(name="plain", calls=calls))]).detect(
        probe(template(JSON_IN_TAGS))
    )
    assert found is not None
    assert (found[0].name, found[1].reason) == ("plain", "the template writes calls just as it does")


def test_a_format_takes_the_texts_of_the_template() -> None:
    calls = Tagged(
        opening='<use tool="',
        name_end='">\n',
        key_opening='<arg name="',
        key_end='">',
        value_closing="</arg>\n",
        closing="</use>",
        separator="\n",
    )
    own = DeclaredFormat(Declaration(name="uses", calls=calls, signs=(Sign(patterns=(r"<use(:\w+)? tool=",)),)))
    source = template(PARAMETERS.replace("use", "use:x").replace("<arg", "<arg:x").replace("</arg", "</arg:x"))
    found = FormatsByName([own]).detect(probe(source))
    assert found is not None
    assert found[0].name == "uses"
    assert found[0] is not own
    assert found[1].reason.endswith("its texts are the template's own")
    assert complaint(found[0], probe(source), renderer(source)) is None
    assert complaint(own, probe(source), renderer(source)) is not None
    plain = FormatsByName([own]).detect(probe(template(PARAMETERS)))
    assert plain is not None
    assert plain[0] is own
