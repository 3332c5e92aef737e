"""The native endpoints: decode, map, ask the application, answer. Refuses to know what any of it means."""

import time
import uuid
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Response

from flowgen.application.chat import ChatService, ChatStream
from flowgen.application.fold import fold
from flowgen.application.lifecycle import ModelHost
from flowgen.application.loaded_model import LoadedModel
from flowgen.domain.chat import ChatRequest
from flowgen.domain.errors import ModelNotLoaded
from flowgen.domain.model import ModelSpec
from flowgen.domain.ports import ModelCatalog
from flowgen.http.bodies import HttpRequest, read_body
from flowgen.http.departure import while_connected
from flowgen.http.event_stream import EventStream, StreamSettings
from flowgen.http.native import answers
from flowgen.http.native.answer_wire import CompletionBody, EngineBody, HealthBody, LoadedBody, UnloadedBody
from flowgen.http.native.mapping import AskedChat, SettledChat, read_chat, read_load, read_unload, settle_for
from flowgen.http.native.openapi import (
    CHAT_RESPONSES,
    FAILURES,
    HEALTH_RESPONSES,
    LOAD_RESPONSES,
    ChatOperation,
    LoadOperation,
    UnloadOperation,
)
from flowgen.http.native.sse import LoadWatch, chat_events


class NativeController(Controller):
    """The reference API."""

    tags = ["native"]

    @post("/load", status_code=200, operation_class=LoadOperation, responses=LOAD_RESPONSES)
    async def load(
        self,
        request: HttpRequest,
        host: NamedDependency[ModelHost],
        catalog: NamedDependency[ModelCatalog],
        settings: NamedDependency[StreamSettings],
    ) -> Response[Any]:
        """Load a model, in the place of the one that is loaded; with `Accept: text/event-stream`, tell the progress."""
        spec, warnings = await read_body(request, lambda raw: read_load(raw, catalog))
        if "text/event-stream" in request.headers.get("accept", ""):
            return await _watched_load(host, spec, warnings, settings)
        report = await host.load(spec, _unwatched)
        return Response(answers.loaded(report, warnings), status_code=200)

    @post("/chat", status_code=200, operation_class=ChatOperation, responses=CHAT_RESPONSES)
    async def chat(
        self, request: HttpRequest, chat: NamedDependency[ChatService], settings: NamedDependency[StreamSettings]
    ) -> Response[Any]:
        """Answer a conversation, whole or with `options.stream` as server-sent events."""
        asked = await read_body(request, read_chat)
        call = _Call(chat, asked)
        answer = await while_connected(request.receive, call.answer())
        if isinstance(answer, CompletionBody):
            return Response(answer, status_code=200)
        events = chat_events(answer, call.envelope(answer))
        return EventStream(events, ping_interval_s=settings.ping_interval_s, held=answer)

    @post("/unload", status_code=200, operation_class=UnloadOperation, responses=FAILURES)
    async def unload(self, request: HttpRequest, host: NamedDependency[ModelHost]) -> Response[UnloadedBody]:
        """Free the model once its answers have ended, or at once with `force`."""
        body, warnings = await read_body(request, read_unload, default={})
        name = await host.unload(force=body.force)
        return Response(answers.unloaded(name, warnings), status_code=200)

    @get("/health", responses=HEALTH_RESPONSES)
    async def health(self, host: NamedDependency[ModelHost]) -> Response[HealthBody]:
        """Say whether the server can chat."""
        snapshot = host.snapshot()
        engine = await snapshot.model.runtime.status() if snapshot.model and snapshot.state == "ready" else None
        body, code = answers.health(snapshot, engine)
        return Response(body, status_code=code)

    @get("/models/current", responses=FAILURES)
    async def current(self, host: NamedDependency[ModelHost]) -> LoadedBody:
        """Describe the model that is loaded: what /load answered, and the defaults of its chats."""
        snapshot = host.snapshot()
        snapshot.loaded()
        if snapshot.report is None:
            raise ModelNotLoaded
        return answers.loaded(snapshot.report, is_leaving=snapshot.state != "ready")

    @get("/engine", responses=FAILURES)
    async def engine(self, host: NamedDependency[ModelHost]) -> EngineBody:
        """Say what the engine is doing: sequences, KV cells, the prefix cache, tokens per second."""
        return answers.engine(await host.snapshot().loaded().runtime.status())


class _Call:
    """One chat: what was asked, and what became of it once a model was there to answer."""

    def __init__(self, chat: ChatService, asked: AskedChat) -> None:
        self._chat = chat
        self._asked = asked
        self.settled: SettledChat

    async def answer(self) -> CompletionBody | ChatStream:
        """Start the chat and, unless it is to be streamed, finish it."""
        stream = await self._chat.start(self._make)
        if self.settled.stream:
            return stream
        async with stream:
            return answers.completion(await fold(stream), self.envelope(stream))

    def _make(self, model: LoadedModel) -> ChatRequest:
        self.settled = settle_for(self._asked, model)
        return self.settled.request

    def envelope(self, stream: ChatStream) -> answers.Envelope:
        """What the answer is sent in; its id and time are new."""
        return answers.Envelope(
            id=f"chat-{uuid.uuid4().hex}",
            model=self.settled.model or stream.model_name,
            created=int(time.time()),
            with_logprobs=self.settled.request.logprobs is not None,
            warnings=self.settled.warnings,
        )


async def _watched_load(
    host: ModelHost, spec: ModelSpec, warnings: tuple[str, ...], settings: StreamSettings
) -> EventStream:
    watch = LoadWatch(host, spec)
    await watch.begin()
    return EventStream(watch.events(warnings), ping_interval_s=settings.ping_interval_s)


def _unwatched(stage: str, fraction: float) -> None:
    """Progress of a load that is answered at its end."""
