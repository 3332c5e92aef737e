"""The HTTP application: routes, dependencies, guard, errors, OpenAPI. Refuses to know who made what it is given."""

import asyncio
import contextlib
from functools import partial
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.di import Provide
from litestar.enums import MediaType
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.response import Response
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from flowgen import __version__
from flowgen.application.chat import ChatService
from flowgen.application.lifecycle import ModelHost
from flowgen.domain.ports import ModelCatalog
from flowgen.http.departure import ClientGone
from flowgen.http.guard import Bound, Guard
from flowgen.http.native.answer_wire import ErrorBody
from flowgen.http.native.controller import NativeController, StreamSettings
from flowgen.http.native.errors import response_of

MAX_BODY = 64 * 1024 * 1024
"""Bytes of the largest request body."""
_CLIENT_GONE = 499
"""Nobody reads it; the access log does."""
_CLOSE_S = 1.5
"""Seconds that the application's end may wait for the model to be freed."""


def create_app(
    *,
    host: ModelHost,
    chat: ChatService,
    catalog: ModelCatalog,
    bound: Bound,
    ping_interval_s: float = 10.0,
    max_body: int = MAX_BODY,
) -> Litestar:
    """Make the application. Its shutdown closes the host, for servers that do not do so before."""
    settings = StreamSettings(ping_interval_s=ping_interval_s)
    app = Litestar(
        [NativeController],
        dependencies={
            "host": _provide(host),
            "chat": _provide(chat),
            "catalog": _provide(catalog),
            "settings": _provide(settings),
        },
        exception_handlers={Exception: _answer_error},
        openapi_config=_openapi(),
        request_max_body_size=max_body,
        on_shutdown=[partial(_close, host)],
        logging_config=None,
    )
    app.asgi_handler = Guard(app.asgi_handler, bound, _refuse)  # around the router: what no route serves is guarded too
    return app


async def _close(host: ModelHost) -> None:
    """Free the model, if that is quick: a load cannot be cut short, and the process's end frees all."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(host.close("The server is shutting down."), _CLOSE_S)


def _provide(part: object) -> Provide:
    """A closure: Litestar cannot take the container's own providers."""
    return Provide(lambda: part, sync_to_thread=False)


def _refuse(reason: str) -> ASGIApp:
    body = msgspec.json.encode(ErrorBody(error=reason))
    return ASGIResponse(body=body, status_code=403, media_type="application/json")


def _answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorBody]:
    if isinstance(error, ClientGone):
        return Response(ErrorBody(error=str(error)), status_code=_CLIENT_GONE)
    return response_of(error, request.method, request.url.path)


def _openapi() -> OpenAPIConfig:
    """JSON and YAML only: the interactive pages load scripts from elsewhere."""
    return OpenAPIConfig(
        title="FlowGen",
        version=__version__,
        description="A local server for GGUF language models.",
        path="/schema",
        render_plugins=[
            JsonRenderPlugin(path=["/", "/openapi.json"], media_type=MediaType.JSON),
            YamlRenderPlugin(path=["/openapi.yaml", "/openapi.yml"]),
        ],
        use_handler_docstrings=True,
    )
