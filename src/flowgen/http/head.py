"""Answers HEAD wherever there is a GET: health checks and `curl -I` send it. Refuses to know the routes."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """ASGI middleware: a HEAD is a GET whose body is not sent, and `Allow` names it beside GET."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [(name, _allowed(name, value)) for name, value in message["headers"]]
            elif message["type"] == "http.response.body" and is_head:
                message["body"] = b""
            await send(message)

        asked: Scope = {**scope, "method": "GET"} if is_head else scope
        await self._app(asked, receive, answer)


def _allowed(name: bytes, value: bytes) -> bytes:
    return value.replace(b"GET", b"GET, HEAD") if name.lower() == b"allow" else value
