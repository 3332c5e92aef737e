"""What a request may say of plugins, and what it may not."""

from typing import Any

import pytest

from flowgen.domain.errors import InvalidField
from flowgen.domain.plugins import PluginCall, plugin_calls


@pytest.mark.parametrize(
    ("value", "calls"),
    [
        (None, ()),
        ([], ()),
        ("max_time", (PluginCall(name="max_time"),)),
        ({"name": "max_time"}, (PluginCall(name="max_time"),)),
        ({"name": "max_time", "seconds": 5}, (PluginCall(name="max_time", parameters={"seconds": 5}),)),
        (["a", {"name": "b", "n": 3}], (PluginCall(name="a"), PluginCall(name="b", parameters={"n": 3}))),
    ],
)
def test_the_shapes_of_a_plugin_reference(value: Any, calls: tuple[PluginCall, ...]) -> None:
    assert plugin_calls(value, "options.stopping_criteria") == calls


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (5, "options.x"),
        ("", "options.x"),
        (True, "options.x"),
        ({}, "options.x.name"),
        ({"seconds": 5}, "options.x.name"),
        ({"name": 5}, "options.x.name"),
        ({"name": ""}, "options.x.name"),
        (["a", ["b"]], "options.x[1]"),
        (["a", {"name": None}], "options.x[1].name"),
    ],
)
def test_any_other_shape_names_the_field(value: Any, field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        plugin_calls(value, "options.x")
    assert refused.value.field == field
    assert str(refused.value).startswith(f"{field}: got ")


def test_the_value_is_left_as_it_is() -> None:
    value = {"name": "max_time", "seconds": 5}
    plugin_calls(value, "options.x")
    assert value == {"name": "max_time", "seconds": 5}
