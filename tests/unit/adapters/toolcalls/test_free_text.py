"""Beside calls no text holds what opens one: neither the special token nor its letters."""

import pytest

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.toolcalls.declaration import DeclaredFormat
from flowgen.adapters.toolcalls.families.messages import Messages
from flowgen.adapters.toolcalls.families.nested_tags import NestedTags
from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.adapters.toolcalls.formats.pythonic import FORMAT as PYTHONIC
from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.ports import CompiledConstraint
from flowgen.testing.byte_vocabulary import byte_vocabulary, is_whole
from support.formats import calls_in, read

CONSTRAINER = LlguidanceConstrainer(num_vocabularies=200)
TOOL = Tool(name="f", parameters={"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]})
MARKED = [
    one
    for one in builtin_formats()
    if one.declaration.calls is not None
    and one.declaration.calls.openings().marked
    and not isinstance(one.declaration.calls, Messages)
]


def compiled(syntax: DeclaredFormat, *tokens: str) -> CompiledConstraint:
    shape = AnswerShape(tools=(TOOL,), format=syntax, control_tokens=frozenset(tokens))
    constraint = bind_answer(shape).constraint
    assert constraint is not None
    return CONSTRAINER.compile(constraint, byte_vocabulary(*tokens))


@pytest.mark.parametrize("syntax", MARKED, ids=[one.name for one in MARKED])
def test_no_text_opens_a_call(syntax: DeclaredFormat) -> None:
    assert syntax.declaration.calls is not None
    marker = syntax.declaration.calls.openings().marked[0]
    for tokens in ((), (marker,)):
        grammar = compiled(syntax, *tokens)
        assert is_whole(grammar, "Hi there.", byte_vocabulary(*tokens))
        for text in (f"Hi {marker} there", f"Hi {marker}", marker):
            assert not is_whole(grammar, text, byte_vocabulary(*tokens)), (tokens, text)


BARE = [one for one in builtin_formats() if one.name in ("llama3_json", "bare_json", "generic_json", "xlam")]
UNBOUND = (
    '{"arguments": {"b": 1}, "name": "f"}',
    '{"parameters": {"b": 1}, "name": "f"}',
    '{"type": "object", "name": "f", "arguments": {"b": 1}}',
    r'{"type": "functio\u006e", "name": "f", "arguments": {"b": 1}}',
    '{"id": "1", "name": "f", "arguments": {"b": 1}}',
    r'{"n\u0061me": "f", "arguments": {"b": 1}}',
    r'{"name": "\u0066", "arguments": {"b": 1}}',
    '{"name": \'f\', "arguments": {"b": 1}}',
    '[{"arguments": {"b": 1}, "name": "f"}]',
    '[,{"name": "f", "arguments": {"b": 1}}]',
    '{"function": {"arguments": {"b": 1}, "name": "f"}}',
    '{"function": {"function": {"name": "f", "arguments": {"b": 1}}}}',
    '[{"function": {"name": "f", "arguments": {"b": 1}}}]',
    '{"tool_calls": [{"arguments": {"b": 1}, "name": "f"}]}',
    '{"response": "Hi", "name": "f", "arguments": {"b": 1}}',
    '{"response": "Hi", "x": 1}',
    '{"response": "Hi", "response": 1}',
    '[{"response": "Hi"}]',
    '{"response": "Hi"',
    '{"": "Hi"}',
    '{"function": [1 {"name": "f", "arguments": {"b": 1}}]}',
    '{"tool_calls": ["a" {"name": "f", "arguments": {"b": 1}}]}',
    '{\x1c"name": "f", "arguments": {"b": 1}}',
    '{"name"\x1f: "f", "arguments": {"b": 1}}',
    '[\x1d{"name": "f", "arguments": {"b": 1}}]',
    '\x1e[{"name": "f", "arguments": {"b": 1}}]',
    '```json\n[{"name": "f", "arguments": {"b": 1}}]\n```',
    '```\n{"name": "f", "arguments": {"b": 1}}\n```',
    '<tool_call>[{"name": "f", "arguments": {"b": 1}}]</tool_call>',
    '[TOOL_CALLS][{"name": "f", "arguments": {"b": 1}}]',
    '<|python_tag|>{"name": "f", "parameters": {"b": 1}}',
)


@pytest.mark.parametrize("text", UNBOUND)
@pytest.mark.parametrize("syntax", BARE, ids=[one.name for one in BARE])
def test_json_that_the_grammar_takes_for_text_is_no_call(syntax: DeclaredFormat, text: str) -> None:
    assert is_whole(compiled(syntax), text, byte_vocabulary())
    answer = read(syntax, text, is_strict=True, tools=(TOOL,))
    assert (answer.calls, answer.content, answer.malformed) == ((), text, ())


@pytest.mark.parametrize("text", ["\x1c[f(b=1)]", "[\x1ff(b=1)]", "[f\x1d(b=1)]"])
def test_white_space_that_the_grammar_does_not_know_begins_no_python(text: str) -> None:
    assert is_whole(compiled(PYTHONIC), text, byte_vocabulary())
    assert calls_in(PYTHONIC, text, is_strict=True, tools=(TOOL,)) == []


@pytest.mark.parametrize("syntax", [one for one in BARE if one.name != "generic_json"], ids=lambda one: one.name)
def test_a_call_may_say_that_it_is_one_of_a_function_and_is_bound(syntax: DeclaredFormat) -> None:
    text = syntax.write([ToolCall(name="f", arguments={"a": "x"})]).replace("{", '{"type": "function", ', 1)
    assert is_whole(compiled(syntax), text, byte_vocabulary())
    assert calls_in(syntax, text, is_strict=True, tools=(TOOL,)) == [("f", {"a": "x"})]
    assert not is_whole(compiled(syntax), text.replace('"a"', '"b"'), byte_vocabulary())


def letters_are_taken(grammar: CompiledConstraint, text: str) -> bool:
    matcher = grammar.matcher()
    return all(matcher.accept(byte) for byte in text.encode())


@pytest.mark.parametrize("syntax", MARKED, ids=[one.name for one in MARKED])
def test_where_a_marker_is_a_token_its_letters_are_none(syntax: DeclaredFormat) -> None:
    assert syntax.declaration.calls is not None
    calls = syntax.declaration.calls
    marker = calls.openings().marked[0]
    token = calls.mark if isinstance(calls, NestedTags) else marker
    assert letters_are_taken(compiled(syntax), f"Hi {marker}"[:-1])
    assert not letters_are_taken(compiled(syntax, token), f"Hi {marker}")
