"""Server-sent events over HTTP. Knows framing and that a stream ends with its client; refuses to know what is sent."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from typing import Any

import msgspec
from litestar.connection import Request
from litestar.response import Stream
from litestar.response.base import ASGIResponse
from litestar.response.sse import ServerSentEventMessage
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Scope, Send

from flowgen.http.heartbeat import with_pings

DONE = ServerSentEventMessage(data="[DONE]", sep="\n").encode()
_LINE_ENDS = {character.encode(): f"\\u{ord(character):04x}".encode() for character in "\x85\u2028\u2029"}
"""Many clients end a line at these too, which JSON may hold as they are."""
_HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}


def event(value: Any) -> bytes:
    """One `data:` line with JSON, and the empty line after it."""
    data = msgspec.json.encode(value)
    for character, escape in _LINE_ENDS.items():
        data = data.replace(character, escape)
    return ServerSentEventMessage(data=data, sep="\n").encode()


class EventStream(Stream):
    """Sends events with heartbeats. `held` is left when the last one is sent and when the client has left, even if it
    left before the first: a generator that never ran cannot clean up."""

    def __init__(
        self,
        events: AsyncGenerator[bytes, None],
        *,
        ping_interval_s: float,
        held: AbstractAsyncContextManager[Any] | None = None,
    ) -> None:
        self.events = with_pings(events, ping_interval_s)
        self.held = held or nullcontext()
        super().__init__(self.events, status_code=200, media_type="text/event-stream", headers=_HEADERS)

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **_: Any) -> ASGIResponse:
        """Build the response; what Litestar would merge into it (cookies, default headers) this app does not use."""
        return _ClosingResponse(
            self.events,
            self.held,
            media_type="text/event-stream",
            headers=dict(_HEADERS),
            status_code=self.status_code,
        )


class _ClosingResponse(ASGIStreamingResponse):
    """Litestar cancels the stream of a client that left, but only a closed generator frees what it holds at once."""

    __slots__ = ("events", "held")

    def __init__(
        self, events: AsyncGenerator[bytes, None], held: AbstractAsyncContextManager[Any], **kwargs: Any
    ) -> None:
        super().__init__(iterator=events, **kwargs)
        self.events = events
        self.held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self.held, aclosing(self.events):
            await super().__call__(scope, receive, send)
