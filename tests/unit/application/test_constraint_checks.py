"""Constraints are checked before an answer starts; what would end a bound answer early is refused by both names."""

import pytest

from flowgen.application.constraint_checks import ConstraintChecks
from flowgen.domain.chat import ChatRequest
from flowgen.domain.constraints import Choice, Constraint, Gbnf, JsonSchema, Lark, Regex
from flowgen.domain.errors import ConflictingFields, ConstraintRefused

SCHEMA = JsonSchema(schema={"type": "null"})


class Checker:
    """Remembers what it was asked, refuses Lark."""

    def __init__(self) -> None:
        self.asked: list[Constraint] = []

    def check(self, constraint: Constraint) -> tuple[str, ...]:
        self.asked.append(constraint)
        if isinstance(constraint, Lark):
            raise ConstraintRefused("tools[0].x", "no", keyword="not", pointer="/not")
        return ("The keyword 'x' says nothing.",)


def asking(constraint: Constraint | None = SCHEMA, **fields: object) -> ChatRequest:
    return ChatRequest(messages=(), constraint=constraint, **fields)  # type: ignore[arg-type]


async def test_the_callers_constraint_is_checked_once_and_its_warnings_are_kept() -> None:
    checker = Checker()
    checks, request = ConstraintChecks(checker), asking()
    assert await checks.own(request) == ("The keyword 'x' says nothing.",)
    assert await checks.joined(request, SCHEMA) == ()
    assert checker.asked == [SCHEMA]


async def test_what_binds_the_whole_answer_is_checked_too() -> None:
    checker = Checker()
    with pytest.raises(ConstraintRefused) as caught:
        await ConstraintChecks(checker).joined(asking(None), Lark(grammar="start: x"))
    assert (caught.value.field, caught.value.pointer) == ("tools[0].x", "/not")


async def test_a_refusal_names_the_dialects_field() -> None:
    with pytest.raises(ConstraintRefused) as caught:
        await ConstraintChecks(Checker()).own(asking(Lark(grammar="x"), constraint_field="response_format.lark"))
    assert (caught.value.field, caught.value.keyword) == ("response_format.lark", "not")


async def test_without_a_constraint_nothing_is_checked() -> None:
    checker = Checker()
    request = asking(None, stop=("x",), ignore_eos=True)
    assert await ConstraintChecks(checker).own(request) == ()
    assert await ConstraintChecks(checker).joined(request, None) == ()
    assert checker.asked == []


@pytest.mark.parametrize(
    "constraint",
    [SCHEMA, Regex(pattern="a"), Choice(options=("a",)), Gbnf(grammar='root ::= "a"'), Lark(grammar='start: "a"')],
)
async def test_stop_and_ignore_eos_beside_a_constraint_are_refused_by_both_names(constraint: Constraint) -> None:
    for fields, name in (({"stop": ("}",)}, "stop"), ({"ignore_eos": True}, "ignore_eos")):
        request = asking(constraint, options_field="options.", constraint_field="response_format.schema", **fields)
        with pytest.raises(ConflictingFields, match=rf"options\.{name} and response_format\.schema exclude") as caught:
            await ConstraintChecks(Checker()).joined(request, constraint)
        assert caught.value.field == f"options.{name}"


async def test_tools_that_bind_have_an_end_too() -> None:
    with pytest.raises(ConflictingFields, match="ignore_eos and tools"):
        await ConstraintChecks(Checker()).joined(asking(None, ignore_eos=True), Regex(pattern="a"))
    with pytest.raises(ConstraintRefused):  # a stop string may end free text between calls
        await ConstraintChecks(Checker()).joined(asking(None, stop=("x",)), Lark(grammar="start: x"))
