"""Requests of /v1/chat/completions: wire -> domain. Pure; in two steps, because what a model can do differs.

Knows which fields exclude each other; refuses to know where bodies come from and what an answer looks like.
"""

from msgspec.structs import replace

from flowgen.application.loaded_model import LoadedModel
from flowgen.domain.chat import ChatRequest
from flowgen.domain.errors import ConflictingFields, InvalidField
from flowgen.domain.messages import Message, Tool, ToolChoice
from flowgen.domain.values import JsonObject, Value
from flowgen.http import conversation
from flowgen.http.chat_fields import check_choice, unread_variables
from flowgen.http.openai.allowed_tools import tool_choice
from flowgen.http.openai.bindings import binding
from flowgen.http.openai.fields import ROWS, Refusals
from flowgen.http.openai.generation import (
    asked_tokens,
    check_count,
    check_ends,
    generated,
    includes_usage,
    most_tokens,
    settled,
)
from flowgen.http.openai.results import check_results
from flowgen.http.openai.template_variables import FIELD, check_variables
from flowgen.http.openai.wire import ChatCompletionBody
from flowgen.http.reading import ignored, read

_ROWS = ROWS["/v1/chat/completions"]


class AskedCompletion(Value, frozen=True):
    """A checked body: the request as far as no model is needed, and what only this dialect cares for."""

    body: ChatCompletionBody
    request: ChatRequest
    include_usage: bool
    is_lenient: bool
    warnings: tuple[str, ...]

    @property
    def stream(self) -> bool:
        """Whether the answer is to come as events."""
        return self.body.stream


class SettledCompletion(Value, frozen=True):
    """What one model is asked; `warnings` are all that the request gave rise to."""

    request: ChatRequest
    warnings: tuple[str, ...]


def read_completion(raw: JsonObject, *, is_lenient: bool = False, is_answered: bool = True) -> AskedCompletion:
    """Check a body of /v1/chat/completions; one that is only rendered need not open an answer. Raises InvalidRequest
    that names the field."""
    unknown: list[str] = []
    refusals = Refusals(is_lenient=is_lenient)
    body = read(ChatCompletionBody, refusals.without_refused(_ROWS, raw), "", unknown)
    if not body.messages:
        raise InvalidField("messages", raw.get("messages"), "a list of at least one message")
    messages = conversation.messages(body.messages, unknown)
    check_results(messages, refusals)
    tools = conversation.tools(body.tools or [], unknown)
    choice = _tool_choice(body, tools, unknown)
    bound = binding(body, unknown, refusals)
    continues = _continues(body, messages)
    if continues and bound is not None:
        raise ConflictingFields(bound.field, "messages", "a last message of the assistant is continued, not bound")
    check_ends(body, bound, has_calls=bool(tools) and choice.mode != "none")
    request = replace(
        generated(body, bound),
        messages=messages,
        tools=tools,
        tool_choice=choice,
        is_parallel=body.parallel_tool_calls,
        max_tokens=most_tokens(asked_tokens(body)),
        logprobs=_logprobs(body),
        continues_last=continues,
        opens_answer=_opens(body, refusals, continues=continues, is_answered=is_answered),
        template_variables=check_variables(body, refusals),
    )
    include_usage = includes_usage(body, unknown, refusals)
    warnings = (*ignored(unknown), *refusals.warnings)
    return AskedCompletion(
        body=body, request=request, include_usage=include_usage, is_lenient=is_lenient, warnings=warnings
    )


def settle(asked: AskedCompletion, model: LoadedModel) -> SettledCompletion:
    """The request to this model. Raises RefusedField for what it cannot do."""
    refusals = Refusals(is_lenient=asked.is_lenient)
    check_count(asked.body.n, asked.body.n, model)
    request = replace(asked.request, sampling=settled(asked.request.sampling, asked.body, model))
    shows_tools = request.tools and request.tool_choice.mode != "none"
    if shows_tools and not refusals.is_possible(_ROWS["tools"], model):
        request = replace(request, tools=(), tool_choice=ToolChoice())
    variables = dict(request.template_variables)
    effort = asked.body.reasoning_effort
    if effort is not None and not _is_idle(effort, model) and refusals.is_possible(_ROWS["reasoning_effort"], model):
        variables["reasoning_effort"] = effort
    ignored_ones = unread_variables(variables, model.dialogue.renderer.template.source, FIELD)
    request = replace(request, template_variables=variables)
    return SettledCompletion(request=request, warnings=(*asked.warnings, *refusals.warnings, *ignored_ones))


def _is_idle(effort: str, model: LoadedModel) -> bool:
    """A model that never thinks does what asks it not to."""
    template = model.dialogue.renderer.template
    return effort == "none" and template.reasoning is None and "reasoning_effort" not in template.source


def _tool_choice(body: ChatCompletionBody, tools: tuple[Tool, ...], unknown: list[str]) -> ToolChoice:
    if body.tool_choice is None:
        return ToolChoice()
    choice = tool_choice(body.tool_choice, "tool_choice", tools, unknown)
    check_choice(choice, "tool_choice", tools)
    return choice


def _continues(body: ChatCompletionBody, messages: tuple[Message, ...]) -> bool:
    """Whether the answer goes on with the last message. Raises InvalidField where it is asked to and cannot."""
    asked, is_last = body.continue_final_message, messages[-1].role == "assistant"
    if asked and not is_last:
        raise InvalidField("continue_final_message", True, "true where the last message is the assistant's")
    return is_last and asked is not False


def _opens(body: ChatCompletionBody, refusals: Refusals, *, continues: bool, is_answered: bool) -> bool:
    """Whether the prompt ends with the answer's beginning; it must where an answer is to come."""
    if body.add_generation_prompt or continues:
        return True
    if is_answered:
        refusals.refuse("add_generation_prompt", "an answer begins the assistant's turn")
    return is_answered


def _logprobs(body: ChatCompletionBody) -> int | None:
    """The number of alternatives per token, None for no log-probabilities."""
    if body.top_logprobs and not body.logprobs:
        raise InvalidField("top_logprobs", body.top_logprobs, "a number beside logprobs: true")
    return (body.top_logprobs or 0) if body.logprobs else None
