"""What a tool-call format declares and is asked. Knows plans and grammar parts; refuses to know any syntax."""

from collections.abc import Mapping
from typing import Any

from flowgen.domain.constraints import LarkPart
from flowgen.domain.generation import SilentSpan
from flowgen.domain.messages import Tool, ToolCall
from flowgen.domain.values import Value


class PastTurn(Value, frozen=True):
    """A past answer that consists of `calls`, as a template renders it.

    `prompt` is what asks for the answer, all that stands between the question and it, and `turn` what the model itself
    wrote: its text begins where an answer does, and ends where the template goes on alike for any answer. An empty
    block of thinking is left out of both, and tokens that end a turn.
    """

    calls: tuple[ToolCall, ...]
    prompt: str
    turn: str


class TemplateProbe(Value, frozen=True):
    """What detection looks at: the template's source, conversations rendered by it (empty where the template refuses),
    and the texts of the vocabulary's special tokens.

    `rendered` has one past call and its result, `rendered_tools` a tool and no call yet. `turns` are past answers with
    several names, arguments and numbers of calls, one call first; none where the template renders no calls.
    """

    source: str
    rendered: str = ""
    control_tokens: frozenset[str] = frozenset()
    rendered_tools: str = ""
    turns: tuple[PastTurn, ...] = ()


class Match(Value, frozen=True):
    """A format's claim to a template: the highest `rank` wins; `reason` is told to people."""

    rank: int
    reason: str
    parameters: Mapping[str, Any] = {}


class AnswerPlan(Value, frozen=True):
    """The calls that an answer may hold. `control_tokens` are texts that the vocabulary has as special tokens:
    a grammar names those by token, all others by letters. Free text must not begin, after white space, with a text of
    `reserved` (a reasoning tag). `generation_prompt` is the prompt's end, which the answer goes on from.
    `is_foreign`: the vocabulary has special tokens, and none of the format's, so that the model has not learnt it."""

    tools: tuple[Tool, ...]
    is_parallel: bool = True
    control_tokens: frozenset[str] = frozenset()
    reserved: tuple[str, ...] = ()
    generation_prompt: str = ""
    is_foreign: bool = False


class GrammarPart(Value, frozen=True):
    """Rules in llguidance's Lark for one format; all their names begin with the format's own prefix.

    `calls` names the rule of a whole block of calls, markers included; `text` the rule of a free text in which no call
    can hide. `text_before` and `text_after`: free text may stand there beside calls, and more blocks may follow it.
    `text_calls` names the rule of a free text with a block right after it, for markers that are letters: a greedy text
    would swallow their beginning. None is `text calls`. `@name` in the rules stands for `parts[name]`.
    `exact_tools` names tools of whose arguments the rules say all, so that nothing is left to be checked.
    `warnings` are sentences about what schemas say that binds nothing, by the request's field.
    """

    rules: str
    calls: str
    text: str
    text_calls: str | None = None
    parts: Mapping[str, LarkPart] = {}
    text_before: bool = True
    text_after: bool = True
    exact_tools: frozenset[str] = frozenset()
    warnings: Mapping[str, tuple[str, ...]] = {}


class Markup(Value, frozen=True):
    """What the engine is to know of a format: special tokens that it must keep in the text, and where stop strings
    are not looked for."""

    preserved: tuple[str, ...] = ()
    silent_spans: tuple[SilentSpan, ...] = ()


class AnswerStart(Value, frozen=True):
    """What a parser starts from. `is_strict`: the answer was bound to the grammar; else the parser is lenient.
    `generation_prompt` is the end of the prompt, which the answer goes on from. Without `separates_reasoning` a format
    that tells reasoning itself tells it with its markup. Without `takes_calls` what looks
    like a call is content."""

    tools: tuple[Tool, ...] = ()
    is_strict: bool = True
    generation_prompt: str = ""
    separates_reasoning: bool = True
    takes_calls: bool = True
