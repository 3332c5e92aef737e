"""Joins reasoning, free text, calls and a document into one constraint. Refuses to know any syntax of calls."""

from collections.abc import Mapping

import msgspec

from flowgen.application.reasoning_grammar import reasoning_rules
from flowgen.domain.constraints import AnswerReading, CheckedTool, Constraint, Gbnf, JsonSchema, Lark, LarkPart
from flowgen.domain.errors import ConflictingFields, ConstraintRefused, InvalidField, RefusedField
from flowgen.domain.generation import SilentSpan
from flowgen.domain.messages import Tool, ToolChoice
from flowgen.domain.ports import AnswerFrame, DescribedFormat, ToolCallFormat
from flowgen.domain.prompts import ReasoningTags
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup
from flowgen.domain.values import Value

_DOCUMENT = "answer_document"


class AnswerShape(Value, frozen=True):
    """What an answer is asked to be.

    `constraint` binds the content, and `constraint_field` is its name in the request. `control_tokens` are the texts
    that the vocabulary has as special tokens. `opens_reasoning`: the prompt leaves a block of reasoning open;
    `generation_prompt` is its end.
    `constrain_tools` false leaves an answer unbound where nothing else binds it: with `auto`, in parallel, and without
    a constraint.
    """

    tools: tuple[Tool, ...] = ()
    choice: ToolChoice = ToolChoice()
    is_parallel: bool = True
    constrain_tools: bool = True
    constraint: Constraint | None = None
    constraint_field: str = "response_format"
    format: ToolCallFormat | None = None
    control_tokens: frozenset[str] = frozenset()
    reasoning: ReasoningTags | None = None
    opens_reasoning: bool = False
    generation_prompt: str = ""


class BoundAnswer(Value, frozen=True):
    """What the engine is to enforce and keep, and what the format's parser starts from: None is no parsing of calls.
    `warnings` say what of the tools' schemas binds nothing."""

    constraint: Constraint | None
    markup: Markup
    parser_start: AnswerStart | None
    warnings: tuple[str, ...] = ()


def check_tools(tools: tuple[Tool, ...], choice: ToolChoice) -> None:
    """Raise InvalidField for two tools of one name, and for a choice that the tools cannot meet."""
    names = [tool.name for tool in tools]
    for index, name in enumerate(names):
        if name in names[:index]:
            first = names.index(name)
            raise InvalidField(f"tools[{index}].function.name", name, f"names that differ (tools[{first}] has it)")
    if choice.mode == "required" and not tools:
        raise InvalidField("tool_choice", "required", "auto or none where there are no tools")
    if choice.mode == "named" and choice.name not in names:
        raise InvalidField("tool_choice", choice.name, f"the name of a tool ({', '.join(names) or 'there are none'})")


def bind_answer(shape: AnswerShape) -> BoundAnswer:
    """Plan an answer.

    Raises what `check_tools` raises, ConstraintRefused (field `tools[i].function.parameters`), RefusedField for tools
    that are to be called where the model has no format of calls, ConflictingFields for a grammar beside tools.
    """
    check_tools(shape.tools, shape.choice)
    tools = _callable(shape)
    if not tools:
        return BoundAnswer(constraint=_document_alone(shape), markup=_markup(shape, ()), parser_start=None)
    if shape.format is None:
        raise RefusedField(
            "tools", "no format of tool calls is known for this model; options.tool_call_format names one"
        )
    if isinstance(shape.constraint, Gbnf):
        raise ConflictingFields("options.grammar", "tools", "a grammar binds the whole answer")
    part = None if _is_free(shape) else _grammar(shape, shape.format, tools)
    constraint = None if part is None else _with_calls(shape, part, tools)
    start = AnswerStart(tools=tools, is_strict=constraint is not None, generation_prompt=shape.generation_prompt)
    warnings = () if part is None else tuple(f"{name}: {line}" for name, told in part.warnings.items() for line in told)
    return BoundAnswer(constraint=constraint, markup=_markup(shape, tools), parser_start=start, warnings=warnings)


def _callable(shape: AnswerShape) -> tuple[Tool, ...]:
    """The tools that the answer may call."""
    if shape.choice.mode == "none":
        return ()
    if shape.choice.mode == "named":
        return tuple(tool for tool in shape.tools if tool.name == shape.choice.name)
    allowed = shape.choice.allowed
    return shape.tools if allowed is None else tuple(tool for tool in shape.tools if tool.name in allowed)


def _is_free(shape: AnswerShape) -> bool:
    is_bound = shape.constrain_tools or shape.constraint is not None or not shape.is_parallel
    return shape.choice.mode == "auto" and not is_bound


def _document_alone(shape: AnswerShape) -> Constraint | None:
    if shape.constraint is None or shape.reasoning is None:
        return shape.constraint
    return _joined(shape, f"@{_DOCUMENT}", [], {_DOCUMENT: _document(shape, shape.constraint)}, ())


def _document(shape: AnswerShape, constraint: Constraint) -> LarkPart:
    return LarkPart(constraint=constraint, field=shape.constraint_field)


def _with_calls(shape: AnswerShape, part: GrammarPart, tools: tuple[Tool, ...]) -> Lark:
    parts = dict(part.parts)
    if shape.choice.mode != "auto":
        answer = part.calls
    elif shape.constraint is not None:
        answer = f"{part.calls} | @{_DOCUMENT}"
        parts[_DOCUMENT] = _document(shape, shape.constraint)
    else:
        answer = _text_and_calls(part, is_parallel=shape.is_parallel)
    return _joined(shape, answer, [part.rules], parts, tools, part.exact_tools)


def _grammar(shape: AnswerShape, syntax: ToolCallFormat, tools: tuple[Tool, ...]) -> GrammarPart:
    """Ask the format; its fields count the tools that may be called, the request's count all."""
    reserved = () if shape.reasoning is None else (shape.reasoning.opening,)
    plan = AnswerPlan(
        tools=tools,
        is_parallel=shape.is_parallel,
        control_tokens=shape.control_tokens,
        reserved=reserved,
        generation_prompt=shape.generation_prompt,
    )
    places = {tool.name: index for index, tool in enumerate(shape.tools)}
    fields = {f"tools[{place}]": f"tools[{places[tool.name]}]" for place, tool in enumerate(tools)}
    try:
        part = syntax.grammar(plan)
    except ConstraintRefused as refusal:
        field = _renamed(refusal.field or "tools", fields)
        raise ConstraintRefused(field, refusal.reason, keyword=refusal.keyword, pointer=refusal.pointer) from refusal
    parts = {
        name: msgspec.structs.replace(inner, field=_renamed(inner.field, fields)) for name, inner in part.parts.items()
    }
    warnings = {_renamed(field, fields): told for field, told in part.warnings.items()}
    return msgspec.structs.replace(part, parts=parts, warnings=warnings)


def _renamed(field: str, fields: Mapping[str, str]) -> str:
    tool, dot, rest = field.partition(".")
    return fields.get(tool, tool) + dot + rest


def _text_and_calls(part: GrammarPart, *, is_parallel: bool) -> str:
    block = part.text_calls or f"{part.text} {part.calls}" if part.text_before else part.calls
    if not part.text_after:
        return f"{part.text} | {block}"
    return f"({block})* {part.text}" if is_parallel else f"({block})? {part.text}"


def _joined(
    shape: AnswerShape,
    answer: str,
    rules: list[str],
    parts: Mapping[str, LarkPart],
    tools: tuple[Tool, ...],
    exact: frozenset[str] = frozenset(),
) -> Lark:
    beginning, reasoning = reasoning_rules(shape.reasoning, shape.control_tokens, is_open=shape.opens_reasoning)
    lines = [f"start: {beginning} answer_content", f"answer_content: {answer}", *reasoning, *rules]
    return Lark(
        grammar="\n".join(lines) + "\n", parts=parts, reading=_reading(shape, tools, exact, parts.get(_DOCUMENT))
    )


def _reading(
    shape: AnswerShape, tools: tuple[Tool, ...], exact: frozenset[str], document: LarkPart | None
) -> AnswerReading:
    """Where the values stand that the engine checks as they are written."""
    tags = shape.reasoning
    places = {tool.name: index for index, tool in enumerate(shape.tools)}
    return AnswerReading(
        format=shape.format.name if shape.format is not None and tools else None,
        description=shape.format.description() if isinstance(shape.format, DescribedFormat) and tools else "",
        tools=tuple(
            CheckedTool(tool=tool, field=f"tools[{places[tool.name]}].function.parameters", is_exact=tool.name in exact)
            for tool in tools
        ),
        document=document if document is not None and isinstance(document.constraint, JsonSchema) else None,
        reasoning=None if tags is None else (tags.opening, tags.closing, tags.label),
        opens_reasoning=shape.opens_reasoning,
        generation_prompt=shape.generation_prompt,
    )


def _markup(shape: AnswerShape, tools: tuple[Tool, ...]) -> Markup:
    markup = Markup()
    if shape.format is not None and tools:
        markup = shape.format.markup(tools)
    elif isinstance(shape.format, AnswerFrame):
        markup = shape.format.text_markup()
    spans = markup.silent_spans
    texts = "\0".join(text for span in spans for text in (span.opening, span.closing) if text)
    preserved = (*markup.preserved, *(token for token in sorted(shape.control_tokens) if token and token in texts))
    if shape.reasoning is not None:
        tags = shape.reasoning
        thinking = SilentSpan(opening=tags.opening, closing=tags.closing, at_start=True, is_open=shape.opens_reasoning)
        preserved, spans = (tags.opening, tags.closing, *preserved), (thinking, *spans)
    return Markup(preserved=tuple(dict.fromkeys(preserved)), silent_spans=spans)
