"""Calls that are JSON objects: what the family's fields say."""

import pytest

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.json_call_reader import Keys
from support.formats import PING, WEATHER, calls_in, read

LIST = DeclaredFormat(Declaration(name="a_list", calls=JsonObjects(opening="<c>", closing="</c>", is_list=True)))
BARE = DeclaredFormat(Declaration(name="bare", calls=JsonObjects(keys=Keys(name=("fn",), arguments=("with",)))))


def test_a_list_between_markers() -> None:
    written = LIST.write([WEATHER, PING])
    assert written.startswith('<c>[{"name": "get_weather", "arguments": {"city": "Paris"')
    assert [name for name, _ in calls_in(LIST, written, is_strict=True)] == ["get_weather", "ping"]


def test_without_markers_only_known_tools_are_calls() -> None:
    assert calls_in(BARE, '{"fn": "ping", "with": {}}') == [("ping", {})]
    answer = read(BARE, '{"fn": "nobody", "with": {}}')
    assert (answer.calls, answer.content) == ((), '{"fn": "nobody", "with": {}}')


def test_prose_between_marker_and_list_is_told_and_no_call() -> None:
    answer = read(LIST, '<c>see here [{"name": "ping"}]</c>')
    assert ([call.name for call in answer.calls], answer.texts) == (["ping"], "see here ")


@pytest.mark.parametrize(
    "body",
    [
        '[{"name": "get_weather", "arguments": {"city": "Rome",},},]',
        "[{'name': 'get_weather', 'arguments': {'city': 'Rome'}}]",
        '[{name: "get_weather", arguments: {city: "Rome"}}]',
        '[{{"name": "get_weather", "arguments": {"city": "Rome"}}}]',
        '{{"name": "get_weather", "arguments": {"city": "Rome"}}}',
        '[{"name": "get_weather", "arguments": {"city": "Rome"}]',
        '{"name": "get_weather", "arguments": {"city": "Rome"}',
        '[{"function": "get_weather", "arguments": {"city": "Rome"}}]',
        '{"type": "function", "function": "get_weather", "parameters": {"city": "Rome"}}',
    ],
)
def test_what_models_write_between_markers_is_understood(body: str) -> None:
    for after in ("", " Bye."):
        answer = read(LIST, f"<c>{body}</c>{after}")
        assert [(call.name, call.arguments) for call in answer.calls] == [("get_weather", {"city": "Rome"})]
        assert (answer.texts, answer.malformed) == (after, ())


@pytest.mark.parametrize("other", ["call", "ping", ""])
def test_the_text_of_function_is_the_name_only_where_there_is_no_other(other: str) -> None:
    for body in (
        f'{{"type": "function", "function": "{other}", "name": "ping", "arguments": {{}}}}',
        f'{{"function": "{other}", "arguments": {{}}, "name": "ping"}}',
        f'{{"name": "ping", "function": "{other}", "arguments": {{}}}}',
    ):
        answer = read(LIST, f"<c>{body}</c>")
        assert ([call.name for call in answer.calls], answer.malformed) == (["ping"], ())


def test_a_strict_parser_takes_what_the_grammar_writes() -> None:
    for body in ("{'name': 'ping', 'arguments': {}}", '{{"name": "ping"}}', '{"name": "ping", "arguments": {}'):
        assert calls_in(LIST, f"<c>[{body}]</c>", is_strict=True) == []


def test_python_quotes_make_a_call_of_a_known_tool_without_markers_too() -> None:
    assert calls_in(BARE, "{'fn': 'ping', 'with': {}}") == [("ping", {})]
    assert calls_in(BARE, "{'fn': 'nobody', 'with': {}}") == []
    assert calls_in(BARE, "{fn: 'ping', with: {}}") == []


def test_keys_in_the_other_order_and_arguments_in_a_string() -> None:
    assert calls_in(LIST, '<c>[{"arguments": "{\\"city\\": \\"Rome\\"}", "name": "get_weather"}]</c>') == [
        ("get_weather", {"city": "Rome"})
    ]


@pytest.mark.parametrize("is_strict", [False, True])
def test_a_call_whose_arguments_have_another_name_is_none(is_strict: bool) -> None:
    raw = '<c>[{"name": "get_weather", "argments": {"city": "Rome"}}]</c>'
    answer = read(LIST, f"{raw} Bye.", is_strict=is_strict)
    assert (answer.calls, answer.texts) == ((), f"{raw} Bye.")


def test_what_is_no_part_of_a_call_is_told_behind_it() -> None:
    raw = '<c>[{"name": "get_weather", "arguments": {"city": "Rome"}, "days": [3], "index": 0, "type": "function"}]</c>'
    answer = read(LIST, raw)
    assert [(call.name, call.arguments) for call in answer.calls] == [("get_weather", {"city": "Rome"})]
    assert (answer.texts, [one.reason for one in answer.malformed]) == ('"days": [3]', ["no part of a call"])
