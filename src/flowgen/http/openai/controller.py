"""OpenAI's endpoints of answers: decode, map, ask the application, answer. Refuses to know what any of it means."""

import time
import uuid
from collections.abc import Sequence
from typing import Any

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.response import Response

from flowgen.application.chat import ChatService
from flowgen.application.choices import Choices
from flowgen.application.loaded_model import LoadedModel
from flowgen.domain.chat import ChatRequest
from flowgen.domain.errors import ContextOverflow
from flowgen.http.bodies import HttpRequest, read_body
from flowgen.http.departure import while_connected
from flowgen.http.event_stream import EventStream, StreamSettings
from flowgen.http.openai.answer_wire import ChatCompletion
from flowgen.http.openai.answers import Envelope, completion
from flowgen.http.openai.mapping import AskedCompletion, read_completion, settle
from flowgen.http.openai.openapi import (
    COMPLETION_RESPONSES,
    TEXT_RESPONSES,
    ChatCompletionOperation,
    TextCompletionOperation,
)
from flowgen.http.openai.sse import completion_events
from flowgen.http.openai.text_answer_wire import TextCompletion
from flowgen.http.openai.text_answers import TextEnvelope, text_completion, text_events
from flowgen.http.openai.text_mapping import AskedText, read_text, settle_text
from flowgen.http.openai.warnings_header import warnings_header


class OpenAIController(Controller):
    """OpenAI's API: answers."""

    tags = ["openai"]
    path = "/v1"

    @post("/chat/completions", status_code=200, operation_class=ChatCompletionOperation, responses=COMPLETION_RESPONSES)
    async def chat_completions(
        self, request: HttpRequest, chat: NamedDependency[ChatService], settings: NamedDependency[StreamSettings]
    ) -> Response[Any]:
        """Answer a conversation, whole or with `stream` as server-sent events."""
        asked = await read_body(request, lambda raw: read_completion(raw, is_lenient=settings.is_lenient))
        call = _ChatCall(chat, asked)
        answer = await while_connected(request.receive, call.answer())
        if isinstance(answer, ChatCompletion):
            return Response(answer, status_code=200)
        return EventStream(
            completion_events(answer, call.envelope(answer)),
            ping_interval_s=settings.ping_interval_s,
            held=answer,
            headers=warnings_header(call.all_warnings(answer)),
        )

    @post("/completions", status_code=200, operation_class=TextCompletionOperation, responses=TEXT_RESPONSES)
    async def completions(
        self, request: HttpRequest, chat: NamedDependency[ChatService], settings: NamedDependency[StreamSettings]
    ) -> Response[Any]:
        """Go on with a text, whole or with `stream` as server-sent events."""
        asked = await read_body(request, lambda raw: read_text(raw, is_lenient=settings.is_lenient))
        call = _TextCall(chat, asked)
        answer = await while_connected(request.receive, call.answer())
        if isinstance(answer, TextCompletion):
            return Response(answer, status_code=200)
        return EventStream(
            text_events(answer, call.envelope(answer)),
            ping_interval_s=settings.ping_interval_s,
            held=answer,
            headers=warnings_header(call.all_warnings(answer)),
        )


class _ChatCall:
    """One chat: what was asked, and what became of it once a model was there to answer."""

    def __init__(self, chat: ChatService, asked: AskedCompletion) -> None:
        self._chat = chat
        self._asked = asked
        self._warnings = asked.warnings

    async def answer(self) -> ChatCompletion | Choices:
        """Start the answers and, unless they are to be streamed, finish them."""
        choices = await self._chat.start_choices(self._make, self._asked.body.n)
        if self._asked.stream:
            return choices
        async with choices:
            return completion(await choices.answers(), self.envelope(choices))

    def _make(self, model: LoadedModel) -> Sequence[ChatRequest]:
        settled = settle(self._asked, model)
        self._warnings = settled.warnings
        return [settled.request]

    def all_warnings(self, choices: Choices) -> tuple[str, ...]:
        """What there is to warn of before the first token."""
        return (*self._warnings, *choices.warnings)

    def envelope(self, choices: Choices) -> Envelope:
        """What the answers are sent in; its id and time are new."""
        return Envelope(
            id=f"chatcmpl-{uuid.uuid4().hex}",
            model=choices.model_name,
            created=int(time.time()),
            with_logprobs=self._asked.request.logprobs is not None,
            include_usage=self._asked.include_usage,
            warnings=self.all_warnings(choices),
        )


class _TextCall:
    """One completion of texts."""

    def __init__(self, chat: ChatService, asked: AskedText) -> None:
        self._chat = chat
        self._asked = asked
        self._warnings = asked.warnings

    async def answer(self) -> TextCompletion | Choices:
        """Start the answers and, unless they are to be streamed, finish them."""
        try:
            choices = await self._chat.start_choices(self._make, self._asked.body.n)
        except ContextOverflow as error:
            error.field = "prompt"
            raise
        if self._asked.body.stream:
            return choices
        async with choices:
            return text_completion(await choices.answers(), choices, self.envelope(choices))

    def _make(self, model: LoadedModel) -> Sequence[ChatRequest]:
        requests, self._warnings = settle_text(self._asked, model)
        return requests

    def all_warnings(self, choices: Choices) -> tuple[str, ...]:
        """What there is to warn of before the first token."""
        return (*self._warnings, *choices.warnings)

    def envelope(self, choices: Choices) -> TextEnvelope:
        """What the answers are sent in; its id and time are new."""
        return TextEnvelope(
            id=f"cmpl-{uuid.uuid4().hex}",
            model=choices.model_name,
            created=int(time.time()),
            with_logprobs=self._asked.request.logprobs is not None,
            include_usage=self._asked.include_usage,
            warnings=self.all_warnings(choices),
            num_choices=self._asked.body.n,
            echoes=self._asked.body.echo,
        )
