"""What is checked of an answer, and what is said where its format cannot be read."""

from typing import Any

import pytest

from flowgen.adapters.constraints.checking.checks import answer_checks
from flowgen.bootstrap.answer_readers import AnswerReaders
from flowgen.domain.constraints import AnswerReading, CheckedTool
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.messages import Tool


def reading(format_name: str, *schemas: dict[str, Any]) -> AnswerReading:
    tools = [
        CheckedTool(tool=Tool(name=f"t{index}", parameters=schema), field=f"tools[{index}].function.parameters")
        for index, schema in enumerate(schemas)
    ]
    return AnswerReading(format=format_name, tools=tuple(tools))


PLAIN = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
CHECKED = {**PLAIN, "properties": {"a": {"type": "array", "uniqueItems": True}}}


def test_a_format_that_cannot_be_read_is_refused_with_the_tool_and_the_keyword_that_need_it() -> None:
    with pytest.raises(ConstraintRefused) as refusal:
        answer_checks(reading("of_a_template", PLAIN, CHECKED), AnswerReaders())
    message = str(refusal.value)
    assert "tools[1].function.parameters cannot be enforced" in message
    assert "keyword 'uniqueItems' at '/properties/a/uniqueItems'" in message
    assert "'of_a_template'" in message


def test_a_format_that_cannot_be_read_does_no_harm_where_the_grammar_says_all() -> None:
    assert answer_checks(reading("of_a_template", PLAIN), AnswerReaders()) is None


def test_a_known_format_is_read() -> None:
    assert answer_checks(reading("hermes_json", PLAIN, CHECKED), AnswerReaders()) is not None
