"""OpenAI's endpoints: decode, map, ask the application, answer. Refuses to know what any of it means."""

import time
import uuid
from typing import Any

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.response import Response

from flowgen.application.chat import ChatService, ChatStream
from flowgen.application.fold import fold
from flowgen.http.bodies import HttpRequest, read_body
from flowgen.http.departure import while_connected
from flowgen.http.event_stream import EventStream, StreamSettings
from flowgen.http.openai.answer_wire import ChatCompletion
from flowgen.http.openai.answers import Envelope, completion
from flowgen.http.openai.mapping import AskedCompletion, read_completion, settle
from flowgen.http.openai.openapi import COMPLETION_RESPONSES, CompletionOperation
from flowgen.http.openai.sse import completion_events
from flowgen.http.openai.warnings_header import warnings_header


class OpenAIController(Controller):
    """OpenAI's API, as far as it is here."""

    tags = ["openai"]
    path = "/v1"

    @post("/chat/completions", status_code=200, operation_class=CompletionOperation, responses=COMPLETION_RESPONSES)
    async def chat_completions(
        self, request: HttpRequest, chat: NamedDependency[ChatService], settings: NamedDependency[StreamSettings]
    ) -> Response[Any]:
        """Answer a conversation, whole or with `stream` as server-sent events."""
        asked = await read_body(request, read_completion)
        answer = await while_connected(request.receive, _answer(chat, asked))
        if isinstance(answer, ChatCompletion):
            return Response(answer, status_code=200)
        return EventStream(
            completion_events(answer, _envelope(asked, answer)),
            ping_interval_s=settings.ping_interval_s,
            held=answer,
            headers=warnings_header((*asked.warnings, *answer.warnings)),
        )


async def _answer(chat: ChatService, asked: AskedCompletion) -> ChatCompletion | ChatStream:
    """Start the chat and, unless it is to be streamed, finish it."""
    stream = await chat.start(lambda model: settle(asked, model.spec))
    if asked.stream:
        return stream
    async with stream:
        return completion(await fold(stream), _envelope(asked, stream))


def _envelope(asked: AskedCompletion, stream: ChatStream) -> Envelope:
    return Envelope(
        id=f"chatcmpl-{uuid.uuid4().hex}",
        model=stream.model_name,
        created=int(time.time()),
        with_logprobs=asked.request.logprobs is not None,
        include_usage=asked.include_usage,
        warnings=asked.warnings,
    )
