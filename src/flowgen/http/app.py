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
from litestar.types import ASGIApp, Receive, Scope, Send

from flowgen import __version__
from flowgen.application.chat import ChatService
from flowgen.application.lifecycle import ModelHost
from flowgen.application.schema_support import SchemaSupport
from flowgen.application.texts import TextService
from flowgen.domain.ports import ModelCatalog
from flowgen.http.capabilities.controller import CapabilitiesController
from flowgen.http.departure import ClientGone
from flowgen.http.event_stream import StreamSettings
from flowgen.http.guard import Bound, Guard
from flowgen.http.head import HeadAsGet
from flowgen.http.llamacpp.controller import LlamaCppController
from flowgen.http.native import errors as native_errors
from flowgen.http.native.answer_wire import ErrorBody
from flowgen.http.native.controller import NativeController
from flowgen.http.openai import errors as openai_errors
from flowgen.http.openai.controller import OpenAIController
from flowgen.http.openai.models_controller import OpenAIModelsController

_CLIENT_GONE = 499
"""Nobody reads it; the access log does."""
_CLOSE_S = 1.5
"""Seconds that the application's end may wait for the model to be freed."""


def create_app(
    *,
    host: ModelHost,
    chat: ChatService,
    catalog: ModelCatalog,
    schemas: SchemaSupport,
    bound: Bound,
    is_lenient: bool = False,
    ping_interval_s: float = 10.0,
    max_body: int = 64 * 1024 * 1024,
) -> Litestar:
    """Make the application. Its shutdown closes the host, for servers that do not do so before."""
    settings = StreamSettings(ping_interval_s=ping_interval_s, is_lenient=is_lenient, max_body=max_body)
    app = Litestar(
        [NativeController, OpenAIController, OpenAIModelsController, LlamaCppController, CapabilitiesController],
        dependencies={
            "host": _provide(host),
            "chat": _provide(chat),
            "schemas": _provide(schemas),
            "texts": _provide(TextService(host)),
            "catalog": _provide(catalog),
            "settings": _provide(settings),
        },
        exception_handlers={Exception: _answer_error},
        openapi_config=_openapi(),
        request_max_body_size=max_body,
        on_shutdown=[partial(_close, host)],
        logging_config=None,
    )
    # around the router: what no route serves is guarded too
    app.asgi_handler = Guard(HeadAsGet(app.asgi_handler), bound, _refuse)
    return app


async def _close(host: ModelHost) -> None:
    """Free the model, if that is quick: a load cannot be cut short, and the process's end frees all."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(host.close("The server is shutting down."), _CLOSE_S)


def _provide(part: object) -> Provide:
    """A closure: Litestar cannot take the container's own providers."""
    return Provide(lambda: part, sync_to_thread=False)


def _refuse(reason: str) -> ASGIApp:
    """Answer a request that the guard stopped, in the shape of its path's dialect."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        is_openai = openai_errors.is_ours(scope["path"])
        body = openai_errors.refusal(reason) if is_openai else ErrorBody(error=reason)
        response = ASGIResponse(body=msgspec.json.encode(body), status_code=403, media_type="application/json")
        await response(scope, receive, send)

    return answer


def _answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    if isinstance(error, ClientGone):
        return Response(ErrorBody(error=str(error)), status_code=_CLIENT_GONE)
    if openai_errors.is_ours(request.url.path):
        return openai_errors.response_of(error, request.method, request.url.path)
    return native_errors.response_of(error, request.method, request.url.path)


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
