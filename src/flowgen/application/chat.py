"""The chat use case: plan, render, constrain, generate, parse. Refuses to know HTTP, llama.cpp and template syntax."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import msgspec
from msgspec.structs import replace

from flowgen.application.answer_grammar import AnswerShape, BoundAnswer, bind_answer
from flowgen.application.answer_parser import AnswerParser
from flowgen.application.choices import Choices, variations
from flowgen.application.constraint_checks import ConstraintChecks
from flowgen.application.continuation import check_last, continued
from flowgen.application.history import writable_history
from flowgen.application.lifecycle import ModelHost
from flowgen.application.loaded_model import LoadedModel
from flowgen.application.reasoning import ReasoningSplitter
from flowgen.application.text_biases import with_text_biases
from flowgen.domain.chat import ChatRequest
from flowgen.domain.errors import ConstraintRefused, InvalidField, NotAChatModel, PromptNotRenderable
from flowgen.domain.events import ChatEvent, Completed, ContentDelta, LogprobsDelta
from flowgen.domain.generation import GenerationRequest, PromptSegment, TokenChunk
from flowgen.domain.messages import Tool
from flowgen.domain.ports import AnswerFrame, ConstraintCheck, Generation, ToolCallParser
from flowgen.domain.prompts import ReasoningTags, RenderedPrompt, TemplateOptions
from flowgen.domain.toolcalls import AnswerStart
from flowgen.domain.values import Value

_LARGE = 64 * 1024
"""The size of a request, in characters or bytes, from which on it is planned in a thread, not on the event loop."""


class ChatPlan(Value, frozen=True):
    """What a request comes to with one model. `tags` are those of the thinking that the answer may hold; `echo` is the
    text that the answer begins with, `warnings` what the constraint says that binds nothing."""

    request: ChatRequest
    prompt: RenderedPrompt
    tags: ReasoningTags | None
    bound: BoundAnswer
    echo: str = ""
    warnings: tuple[str, ...] = ()


class ChatStream:
    """An admitted chat, as events. Leaving `async with` cancels it and gives the model back."""

    def __init__(
        self,
        model: LoadedModel,
        plan: ChatPlan,
        generation: Generation,
        parser: AnswerParser,
        resources: AsyncExitStack,
    ) -> None:
        self.model_name = model.spec.name
        self.warnings: tuple[str, ...] = (*plan.prompt.warnings, *plan.warnings, *generation.warnings)
        self.num_prompt_tokens = generation.num_prompt_tokens
        self.echo = plan.echo
        self._plan = plan
        self._generation = generation
        self._parser = parser
        self._resources = resources

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._resources.aclose()

    async def __aiter__(self) -> AsyncIterator[ChatEvent]:
        """Give the events; the last is Completed. Raises GenerationInterrupted and EngineFailed."""
        if self._plan.request.echo:
            yield ContentDelta(text=self._plan.echo)
        async for chunk in self._generation:
            for event in self._events(chunk):
                yield event

    def _events(self, chunk: TokenChunk) -> list[ChatEvent]:
        events: list[ChatEvent] = list(self._parser.feed(chunk.text))
        if chunk.logprobs:
            events.append(LogprobsDelta(logprobs=chunk.logprobs))
        if chunk.finish is not None:
            events += self._parser.finish(chunk.finish.reason)
            if self._plan.request.suffix:
                events.append(ContentDelta(text=self._plan.request.suffix))
            events.append(Completed(finish=chunk.finish, warnings=(*chunk.finish.warnings, *self._parser.warnings)))
        return events


class ChatService:
    """Starts chats on the host's model."""

    def __init__(self, host: ModelHost, checker: ConstraintCheck) -> None:
        self._host = host
        self._checks = ConstraintChecks(checker)

    async def start(self, make: Callable[[LoadedModel], ChatRequest]) -> ChatStream:
        """Admit one chat; `make` turns the dialect's request into ours, given the model that will answer.

        Raises every error that can be known before the first token, and what `make` raises.
        """
        async with AsyncExitStack() as resources:
            model = await self._borrowed(resources)
            plan = await self._planned(make(model), model)
            generation = await _started(plan, model, resources)
            return ChatStream(model, plan, generation, _parser(plan, model), resources.pop_all())
        raise AssertionError("unreachable: the stack swallows no exception")

    async def start_choices(self, make: Callable[[LoadedModel], Sequence[ChatRequest]], count: int = 1) -> Choices:
        """Admit `count` answers to each request that `make` gives, in this order; all or none. Raises as `start`."""
        async with AsyncExitStack() as resources:
            model = await self._borrowed(resources)
            streams: list[ChatStream] = []
            for request in make(model):
                request = await with_text_biases(request, model.runtime)
                plan = await self._planned(request, model)
                for one in variations(request, count, model.spec.options.seed):
                    stream = await _begun(replace(plan, request=one), model)
                    streams.append(await resources.enter_async_context(stream))
            return Choices(streams, resources.pop_all())
        raise AssertionError("unreachable: the stack swallows no exception")

    async def render(self, make: Callable[[LoadedModel], ChatRequest]) -> RenderedPrompt:
        """The prompt that a model would read. Raises what `start` raises of prompts."""
        async with AsyncExitStack() as resources:
            model = await self._borrowed(resources)
            prompt, _ = await asyncio.to_thread(_prompt, make(model), model)
            return prompt
        raise AssertionError("unreachable: the stack swallows no exception")

    async def _borrowed(self, resources: AsyncExitStack) -> LoadedModel:
        model = await resources.enter_async_context(self._host.acquire())
        if not model.info.can_chat:
            raise NotAChatModel(model.info.why_not)
        return model

    async def _planned(self, request: ChatRequest, model: LoadedModel) -> ChatPlan:
        warnings = await self._checks.own(request)
        plan = await asyncio.to_thread(_plan, request, model) if _is_large(request) else _plan(request, model)
        warnings = (*warnings, *plan.bound.warnings, *await self._checks.joined(request, plan.bound.constraint))
        plan = replace(plan, warnings=tuple(dict.fromkeys(warnings)))
        if not request.echo:
            return plan
        told = [
            (await model.runtime.detokenize(part.tokens)).decode(errors="replace") if part.tokens else part.text
            for part in plan.prompt.segments
        ]
        return replace(plan, echo="".join(told))


async def _started(plan: ChatPlan, model: LoadedModel, resources: AsyncExitStack) -> Generation:
    generation = await model.runtime.start(_generation_request(plan))
    return await resources.enter_async_context(generation)


async def _begun(plan: ChatPlan, model: LoadedModel) -> ChatStream:
    """A stream that borrows its model from the one who asks."""
    async with AsyncExitStack() as resources:
        generation = await _started(plan, model, resources)
        return ChatStream(model, plan, generation, _parser(plan, model), resources.pop_all())
    raise AssertionError("unreachable: the stack swallows no exception")


def _plan(request: ChatRequest, model: LoadedModel) -> ChatPlan:
    prompt, tags = _prompt(request, model)
    return ChatPlan(request=request, prompt=prompt, tags=tags, bound=_bound(_shape(request, model, prompt, tags)))


def _is_large(request: ChatRequest) -> bool:
    size = sum(len(message.content) for message in request.messages)
    return size > _LARGE or len(msgspec.json.encode((request.messages, request.tools))) > _LARGE


def _prompt(request: ChatRequest, model: LoadedModel) -> tuple[RenderedPrompt, ReasoningTags | None]:
    """The prompt, and the tags of the thinking that may follow it."""
    if request.segments:
        return RenderedPrompt(segments=request.segments), None
    if request.prompt is not None:
        return RenderedPrompt(segments=(PromptSegment(text=request.prompt),)), None
    if not request.messages:
        raise InvalidField("messages", [], "at least one message")
    tags = model.dialogue.renderer.template.reasoning
    if not request.continues_last:
        return _render(request, model), tags
    check_last(request.messages)
    before = replace(request, messages=request.messages[:-1])
    return continued(_render(before, model), request.messages[-1], tags)


def _render(request: ChatRequest, model: LoadedModel) -> RenderedPrompt:
    tools = _offered(request)
    if tools and not model.dialogue.renders_tools and model.spec.options.tool_call_format is None:
        raise PromptNotRenderable(
            "This model's template does not show tools to the model.",
            hint="Leave tools out, or load with options.tool_call_format to bind the answer all the same.",
            field="tools",
        )
    messages = writable_history(request.messages, model.dialogue)
    options = TemplateOptions(variables=request.template_variables, add_generation_prompt=request.opens_answer)
    return model.dialogue.renderer.render(messages, tools, options)


def _offered(request: ChatRequest) -> tuple[Tool, ...]:
    """The tools that the model is shown: under `none` no tool is, so that it is not tempted."""
    return () if request.tool_choice.mode == "none" else request.tools


def _shape(request: ChatRequest, model: LoadedModel, prompt: RenderedPrompt, tags: ReasoningTags | None) -> AnswerShape:
    return AnswerShape(
        tools=request.tools,
        choice=request.tool_choice,
        is_parallel=request.is_parallel,
        constrain_tools=request.constrain_tools,
        constraint=request.constraint,
        constraint_field=request.constraint_field,
        format=model.dialogue.format,
        control_tokens=frozenset(model.info.facts.control_tokens),
        reasoning=tags,
        opens_reasoning=prompt.opens_reasoning,
        generation_prompt=prompt.generation_prompt,
    )


def _bound(shape: AnswerShape) -> BoundAnswer:
    try:
        return bind_answer(shape)
    except RecursionError:
        raise ConstraintRefused("tools", "a schema of theirs is nested too deeply") from None


def _generation_request(plan: ChatPlan) -> GenerationRequest:
    request, bound = plan.request, plan.bound
    return GenerationRequest(
        prompt=plan.prompt.segments,
        sampling=request.sampling,
        constraint=bound.constraint,
        max_tokens=request.max_tokens,
        stop=request.stop,
        silent_spans=bound.markup.silent_spans,
        preserved=bound.markup.preserved,
        logprobs=request.logprobs,
        prompt_logprobs=request.echo and request.logprobs is not None,
        ignore_eos=request.ignore_eos,
        reuses_prefix=request.reuses_prefix,
        stopping_criteria=request.stopping_criteria,
        logits_processors=request.logits_processors,
    )


def _parser(plan: ChatPlan, model: LoadedModel) -> AnswerParser:
    calls: ToolCallParser | None = None
    ends: tuple[str, ...] = ()
    syntax, start = model.dialogue.format, plan.bound.parser_start
    if syntax is not None and start is not None:
        calls = syntax.parser(start)
        ends = syntax.reasoning_ends() if isinstance(syntax, AnswerFrame) and not start.is_strict else ()
    elif isinstance(syntax, AnswerFrame) and plan.request.prompt is None:
        calls = syntax.text_parser(AnswerStart(generation_prompt=plan.prompt.generation_prompt))
    splitter = ReasoningSplitter(plan.tags, is_open=plan.prompt.opens_reasoning, ends=ends)
    new_id = syntax.new_call_id if isinstance(syntax, AnswerFrame) else None
    return AnswerParser(splitter, calls, frozenset(tool.name for tool in plan.request.tools), new_id)
