"""Takes a request's body off the wire. Knows its size and its end; refuses to know what is in it."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from litestar import Request
from litestar.exceptions import InternalServerException

from flowgen.domain.values import JsonObject
from flowgen.http.departure import ClientGone
from flowgen.http.reading import decode

HttpRequest = Request[Any, Any, Any]
T = TypeVar("T")

LARGE_BODY = 64 * 1024
"""Bytes of a body from which on it is read in a thread, not on the event loop."""


async def read_body(request: HttpRequest, reader: Callable[[JsonObject], T], default: JsonObject | None = None) -> T:
    """Decode and check a body; `default` stands for an empty one. Raises InvalidRequest and ClientGone."""
    try:
        body = await request.body()
    except InternalServerException as error:
        raise ClientGone from error  # what Litestar makes of a client that left in the middle of its request
    if not body.strip() and default is not None:
        return reader(default)
    if len(body) > LARGE_BODY:
        return await asyncio.to_thread(lambda: reader(decode(body)))
    return reader(decode(body))
