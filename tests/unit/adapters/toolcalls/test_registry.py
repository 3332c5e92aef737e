"""The registry finds formats by name and by template."""

import pytest

from flowgen.adapters.toolcalls.formats.function_list import FORMAT as FUNCTION_LIST
from flowgen.adapters.toolcalls.formats.hermes_json import FORMAT as HERMES_JSON
from flowgen.adapters.toolcalls.formats.lfm2 import FORMAT as LFM2
from flowgen.adapters.toolcalls.registry import FormatsByName
from flowgen.domain.errors import UnknownPlugin
from flowgen.domain.toolcalls import TemplateProbe

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
