"""Beside calls no text holds what opens one: neither the special token nor its letters."""

import pytest

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.toolcalls.declaration import DeclaredFormat
from flowgen.adapters.toolcalls.families.messages import Messages
from flowgen.adapters.toolcalls.families.nested_tags import NestedTags
from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.application.answer_grammar import AnswerShape, bind_answer
from flowgen.domain.messages import Tool
from flowgen.domain.ports import CompiledConstraint
from flowgen.testing.byte_vocabulary import byte_vocabulary, is_whole

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
