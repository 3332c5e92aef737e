"""Keeps a silent event stream alive, so that no proxy or client gives up on it. Refuses to know what is streamed."""

import asyncio
from collections.abc import AsyncGenerator

PING = b": ping\n\n"
"""A comment line: clients skip it; an `event: ping` with empty data would break some."""


async def with_pings(source: AsyncGenerator[bytes, None], interval_s: float) -> AsyncGenerator[bytes, None]:
    """Pass `source` on, with a ping after every `interval_s` seconds of silence; closes it in any case."""
    pending: asyncio.Future[bytes] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(anext(source))
            await asyncio.wait({pending}, timeout=interval_s)
            if not pending.done():
                yield PING
                continue
            try:
                item = pending.result()
            except StopAsyncIteration:
                return
            pending = None
            yield item
    finally:
        await _close(source, pending)


async def _close(source: AsyncGenerator[bytes, None], pending: asyncio.Future[bytes] | None) -> None:
    """End the source, also in the middle of its step."""
    if pending is not None:
        pending.cancel()
        await asyncio.wait({pending})
        if not pending.cancelled():
            pending.exception()  # seen: the stream is at its end, and nobody waits for this any more
    await source.aclose()
