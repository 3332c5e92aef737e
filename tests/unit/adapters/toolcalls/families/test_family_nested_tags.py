"""Elements in elements: what the family's fields say."""

import pytest

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.nested_tags import NestedTags
from flowgen.domain.errors import CannotWrite
from flowgen.domain.messages import ToolCall
from support.formats import PING, calls_in

MADE_UP = DeclaredFormat(Declaration(name="made_up", calls=NestedTags(mark="%%")))


def test_the_mark_stands_before_every_tag() -> None:
    written = MADE_UP.write([PING])
    assert written == '%%<tool_call>\n%%<invoke name="ping">%%</invoke>\n%%</tool_call>'
    assert calls_in(MADE_UP, written, is_strict=True) == [("ping", {})]


def test_elements_are_objects_and_lists() -> None:
    inner = "%%<a>%%<b>1%%</b>%%<c>%%<item>x%%</item>%%<item>y%%</item>%%</c>%%</a>"
    raw = f'%%<tool_call>%%<invoke name="get_weather">%%<days>{inner}%%</days>%%</invoke>%%</tool_call>'
    assert calls_in(MADE_UP, raw) == [("get_weather", {"days": {"a": {"b": "1", "c": ["x", "y"]}}})]


def test_only_a_text_that_is_an_argument_may_hold_the_mark() -> None:
    assert "50%%" in MADE_UP.write([ToolCall(name="get_weather", arguments={"city": "50%%"})])
    with pytest.raises(CannotWrite):
        MADE_UP.write([ToolCall(name="get_weather", arguments={"city": ["50%%"]})])
