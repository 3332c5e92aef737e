"""Objects with bare keys: what the family's fields say."""

import pytest

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.bare_objects import BareObjects
from flowgen.domain.errors import CannotWrite
from flowgen.domain.messages import ToolCall
from support.formats import PING, WEATHER, calls_in

MADE_UP = DeclaredFormat(
    Declaration(name="made_up", calls=BareObjects(opening="<call>", closing="</call>", string_mark="<q>"))
)


def test_the_fields_are_the_letters() -> None:
    written = MADE_UP.write([WEATHER, PING])
    assert written == "<call>get_weather{city:<q>Paris<q>,days:3}</call><call>ping{}</call>"
    assert calls_in(MADE_UP, written, is_strict=True) == [(WEATHER.name, WEATHER.arguments), ("ping", {})]


def test_commas_may_be_missing_and_words_may_stand_without_marks() -> None:
    assert calls_in(MADE_UP, "<call>ping{a:<q>x<q>b:true,c:[1,{d:null}]}") == [
        ("ping", {"a": "x", "b": True, "c": [1, {"d": None}]})
    ]


def test_a_text_that_would_end_early_cannot_be_written() -> None:
    with pytest.raises(CannotWrite):
        MADE_UP.write([ToolCall(name="ping", arguments={"a": "x<q>y"})])


def test_a_value_between_marks_that_can_be_no_text_is_what_it_says() -> None:
    raw = "<call>get_weather{city:<q>12<q>,days:<q>12<q>}</call>"
    assert calls_in(MADE_UP, raw) == [("get_weather", {"city": "12", "days": 12})]
    assert calls_in(MADE_UP, raw, is_strict=True) == [("get_weather", {"city": "12", "days": "12"})]


def test_words_may_be_pythons() -> None:
    assert calls_in(MADE_UP, "<call>ping{a:True,b:None,c:Truth}") == [("ping", {"a": True, "b": None, "c": "Truth"})]
