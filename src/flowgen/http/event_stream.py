"""Server-sent events over HTTP. Knows framing and that a stream ends with its client; refuses to know what is sent."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext, suppress
from typing import Any

import msgspec
from litestar.connection import Request
from litestar.response import Stream
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Scope, Send

from flowgen.domain.values import Value
from flowgen.http.departure import ClientGone, while_connected
from flowgen.http.heartbeat import pinged

DONE = b"data: [DONE]\n\n"
_LINE_ENDS = {character.encode(): f"\\u{ord(character):04x}".encode() for character in "\x85\u2028\u2029"}
"""Many clients end a line at these too, which JSON may hold as they are."""
_HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}
_encode = msgspec.json.Encoder().encode


class StreamSettings(Value, frozen=True):
    """How the server answers. `ping_interval_s` is how long a stream may be silent, in seconds. `is_lenient`: a known
    field of /v1 that cannot be done is a warning and no error."""

    ping_interval_s: float = 10.0
    is_lenient: bool = False
    max_body: int = 64 * 1024 * 1024
    """Bytes of the largest request body."""


def event(value: Any) -> bytes:
    """One `data:` line with JSON, which has no line breaks of its own, and the empty line after it."""
    data = _encode(value)
    if not data.isascii():
        for character, escape in _LINE_ENDS.items():
            data = data.replace(character, escape)
    return b"data: %b\n\n" % data


class EventStream(Stream):
    """Sends events with heartbeats. `held` is left when the last one is sent and when the client has left, even if it
    left before the first: a generator that never ran cannot clean up."""

    def __init__(
        self,
        events: AsyncGenerator[bytes, None],
        *,
        ping_interval_s: float,
        held: AbstractAsyncContextManager[Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.events = events
        self.ping_interval_s = ping_interval_s
        self.held = held or nullcontext()
        sent = {**_HEADERS, **(headers or {})}
        super().__init__(events, status_code=200, media_type="text/event-stream", headers=sent)

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **_: Any) -> ASGIResponse:
        """Build the response; what Litestar would merge into it (cookies, default headers) this app does not use."""
        return _EventResponse(
            self.events,
            self.held,
            self.ping_interval_s,
            media_type="text/event-stream",
            headers=dict(self.headers),
            status_code=self.status_code,
        )


class _EventResponse(ASGIStreamingResponse):
    """One task sends all events: a stream costs three tasks, and an event none."""

    __slots__ = ("events", "held", "ping_interval_s")

    def __init__(
        self,
        events: AsyncGenerator[bytes, None],
        held: AbstractAsyncContextManager[Any],
        ping_interval_s: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(iterator=events, **kwargs)
        self.events = events
        self.held = held
        self.ping_interval_s = ping_interval_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self.held, aclosing(self.events):
            await super().__call__(scope, receive, send)

    async def send_body(self, send: Send, receive: Receive) -> None:
        with suppress(ClientGone):
            await while_connected(receive, self._write(send))

    async def _write(self, send: Send) -> None:
        async with pinged(send, self.ping_interval_s) as body:
            async for piece in self.events:
                await body.write(piece)
            await body.end()
