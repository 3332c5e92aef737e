"""The plan of an answer: which constraint, what to keep, whether calls are parsed. Grammars are tried by compiling."""

from typing import Any

import pytest

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.toolcalls.formats.function_list import FORMAT as FUNCTION_LIST
from flowgen.adapters.toolcalls.formats.hermes_json import FORMAT as HERMES_JSON
from flowgen.adapters.toolcalls.formats.lfm2 import FORMAT as LFM2
from flowgen.application.answer_grammar import AnswerShape, bind_answer, check_tools
from flowgen.domain.constraints import Choice, Gbnf, JsonSchema, Lark, Regex
from flowgen.domain.errors import ConflictingFields, ConstraintRefused, InvalidField, RefusedField
from flowgen.domain.messages import Tool, ToolChoice
from flowgen.domain.ports import ToolCallFormat
from flowgen.domain.prompts import ReasoningTags
from flowgen.testing.byte_vocabulary import byte_vocabulary, is_whole

MARKERS = ("<|tool_call_start|>", "<|tool_call_end|>")
TAGS = ("<think>", "</think>")
TOOLS = (
    Tool(name="f", parameters={"type": "object", "properties": {"a": {"type": "integer"}}}),
    Tool(name="g"),
)
SCHEMA = JsonSchema(schema={"type": "object", "properties": {"q": {"type": "integer"}}, "additionalProperties": False})
CONSTRAINER = LlguidanceConstrainer()
CALL = "<|tool_call_start|>[g()]<|tool_call_end|>"


def takes(text: str, *, specials: tuple[str, ...] = MARKERS, **wishes: Any) -> bool:
    shape = AnswerShape(**{"tools": TOOLS, "format": LFM2, "control_tokens": frozenset(specials), **wishes})
    constraint = bind_answer(shape).constraint
    assert constraint is not None
    vocabulary = byte_vocabulary(*sorted(shape.control_tokens))
    return is_whole(CONSTRAINER.compile(constraint, vocabulary), text, vocabulary)


def test_without_tools_and_schema_the_answer_is_free() -> None:
    bound = bind_answer(AnswerShape())
    assert (bound.constraint, bound.parser_start) == (None, None)


@pytest.mark.parametrize(
    "constraint", [SCHEMA, Gbnf(grammar='root ::= "a"'), Regex(pattern="a"), Choice(options=("a",))]
)
def test_a_constraint_alone_is_passed_on(constraint: Any) -> None:
    assert bind_answer(AnswerShape(constraint=constraint)).constraint is constraint
    none = ToolChoice(mode="none")
    bound = bind_answer(AnswerShape(constraint=constraint, tools=TOOLS, choice=none, format=LFM2))
    assert (bound.constraint, bound.parser_start) == (constraint, None)


def test_none_parses_nothing_and_keeps_no_markup() -> None:
    bound = bind_answer(AnswerShape(tools=TOOLS, choice=ToolChoice(mode="none"), format=LFM2))
    assert (bound.constraint, bound.parser_start, bound.markup.preserved) == (None, None, ())


def test_auto_is_text_and_calls() -> None:
    assert takes("Hello")
    assert takes(CALL)
    assert takes(f"Hi {CALL} and {CALL} there")
    assert not takes(f"Hi {CALL} and {CALL}", is_parallel=False)
    assert takes(f"Hi {CALL} there", is_parallel=False)


def test_auto_with_a_schema_is_calls_or_the_document() -> None:
    assert takes(CALL, constraint=SCHEMA)
    assert takes('{"q":1}', constraint=SCHEMA)
    assert not takes("Hello", constraint=SCHEMA)
    assert not takes(f'{{"q":1}}{CALL}', constraint=SCHEMA)


@pytest.mark.parametrize("choice", [ToolChoice(mode="required"), ToolChoice(mode="named", name="g")])
def test_required_and_named_are_calls_only(choice: ToolChoice) -> None:
    assert takes(CALL, choice=choice, constraint=SCHEMA)
    assert not takes('{"q":1}', choice=choice, constraint=SCHEMA)
    assert not takes(f"Hi {CALL}", choice=choice)


def test_a_named_tool_is_the_only_one() -> None:
    other = "<|tool_call_start|>[f()]<|tool_call_end|>"
    assert not takes(other, choice=ToolChoice(mode="named", name="g"))
    bound = bind_answer(AnswerShape(tools=TOOLS, choice=ToolChoice(mode="named", name="g"), format=LFM2))
    assert bound.parser_start is not None
    assert [tool.name for tool in bound.parser_start.tools] == ["g"]


@pytest.mark.parametrize("syntax", [LFM2, HERMES_JSON, FUNCTION_LIST])
@pytest.mark.parametrize("specials", [(*MARKERS, *TAGS), ()])
def test_a_document_may_follow_reasoning(syntax: ToolCallFormat, specials: tuple[str, ...]) -> None:
    for tools in (TOOLS, ()):
        wishes: dict[str, Any] = {"tools": tools, "format": syntax, "constraint": SCHEMA, "reasoning": ReasoningTags()}
        assert takes('{"q":1}', specials=specials, **wishes)
        assert takes('<think>Hm {"</think>\n\n{"q":1}', specials=specials, **wishes)
        assert not takes("<think>Hm", specials=specials, **wishes)
        assert takes('Hm</think>{"q":1}', specials=specials, opens_reasoning=True, **wishes)
        assert not takes('{"q":1}', specials=specials, opens_reasoning=True, **wishes)


def test_a_gbnf_may_follow_reasoning() -> None:
    wishes: dict[str, Any] = {"tools": (), "constraint": Gbnf(grammar='root ::= "yes" | "no"')}
    assert takes("Hm</think>yes", reasoning=ReasoningTags(), opens_reasoning=True, **wishes)


def test_unconstrained_tools_are_parsed_leniently() -> None:
    bound = bind_answer(AnswerShape(tools=TOOLS, format=LFM2, constrain_tools=False))
    assert bound.constraint is None
    assert bound.parser_start is not None
    assert not bound.parser_start.is_strict


@pytest.mark.parametrize(
    "wishes", [{"choice": ToolChoice(mode="required")}, {"is_parallel": False}, {"constraint": SCHEMA}]
)
def test_what_must_be_kept_is_bound_all_the_same(wishes: dict[str, Any]) -> None:
    assert isinstance(
        bind_answer(AnswerShape(tools=TOOLS, format=LFM2, constrain_tools=False, **wishes)).constraint, Lark
    )


def test_the_engine_keeps_markers_and_tags_and_looks_for_no_stops_in_them() -> None:
    markup = bind_answer(AnswerShape(tools=TOOLS, format=LFM2, reasoning=ReasoningTags(), opens_reasoning=True)).markup
    assert markup.preserved == (*TAGS, *MARKERS)
    assert [(span.opening, span.is_open, span.at_start) for span in markup.silent_spans] == [
        ("<think>", True, True),
        ("<|tool_call_start|>", False, False),
    ]


@pytest.mark.parametrize(
    ("tools", "choice", "field"),
    [
        ((Tool(name="a"), Tool(name="b"), Tool(name="a")), ToolChoice(), "tools[2].function.name"),
        ((), ToolChoice(mode="required"), "tool_choice"),
        ((Tool(name="a"),), ToolChoice(mode="named", name="b"), "tool_choice"),
        ((), ToolChoice(mode="named", name="b"), "tool_choice"),
        ((Tool(name="a"),), ToolChoice(mode="named"), "tool_choice"),
    ],
)
def test_choices_that_cannot_be_met(tools: tuple[Tool, ...], choice: ToolChoice, field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        check_tools(tools, choice)
    assert caught.value.field == field


def test_tools_without_a_format_are_refused_unless_none_is_called() -> None:
    with pytest.raises(RefusedField):
        bind_answer(AnswerShape(tools=TOOLS))
    assert bind_answer(AnswerShape(tools=TOOLS, choice=ToolChoice(mode="none"))).constraint is None


def test_a_grammar_beside_tools_names_both() -> None:
    with pytest.raises(ConflictingFields, match=r"options\.grammar and tools"):
        bind_answer(AnswerShape(tools=TOOLS, format=LFM2, constraint=Gbnf(grammar='root ::= "a"')))


def test_refusals_name_the_dialects_field() -> None:
    schema = JsonSchema(schema={"not": {}})
    constraint = bind_answer(
        AnswerShape(tools=TOOLS, format=LFM2, constraint=schema, constraint_field="response_format.schema")
    ).constraint
    assert constraint is not None
    with pytest.raises(ConstraintRefused) as caught:
        CONSTRAINER.check(constraint)
    assert (caught.value.field, caught.value.pointer) == ("response_format.schema", "/not")
