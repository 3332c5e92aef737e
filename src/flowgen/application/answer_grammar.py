"""Joins reasoning, free text, calls and a document into one constraint. Refuses to know any syntax of calls."""

from flowgen.domain.constraints import Constraint
from flowgen.domain.messages import Tool, ToolChoice
from flowgen.domain.ports import ToolCallFormat
from flowgen.domain.prompts import ReasoningTags
from flowgen.domain.toolcalls import AnswerStart, Markup
from flowgen.domain.values import Value


class AnswerShape(Value, frozen=True):
    """What an answer is asked to be.

    `constraint` binds the content. `control_tokens` are the texts that the vocabulary has as special tokens.
    `opens_reasoning`: the prompt leaves a block of reasoning open. `constrain_tools` false leaves an answer unbound
    where nothing else binds it: with `auto`, in parallel, and without a constraint.
    """

    tools: tuple[Tool, ...] = ()
    choice: ToolChoice = ToolChoice()
    is_parallel: bool = True
    constrain_tools: bool = True
    constraint: Constraint | None = None
    format: ToolCallFormat | None = None
    control_tokens: frozenset[str] = frozenset()
    reasoning: ReasoningTags | None = None
    opens_reasoning: bool = False


class BoundAnswer(Value, frozen=True):
    """What the engine is to enforce and keep, and what the format's parser starts from: None is no parsing of calls."""

    constraint: Constraint | None
    markup: Markup
    parser_start: AnswerStart | None


def check_tools(tools: tuple[Tool, ...], choice: ToolChoice) -> None:
    """Raise InvalidField for two tools of one name, and for a choice that the tools cannot meet."""
    raise NotImplementedError


def bind_answer(shape: AnswerShape) -> BoundAnswer:
    """Plan an answer. Raises what `check_tools` raises, ConstraintRefused (field `tools[i].function.parameters`) and
    RefusedField for tools that are to be called where the model has no format of calls."""
    raise NotImplementedError
