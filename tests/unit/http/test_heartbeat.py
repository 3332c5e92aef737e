"""A body that is silent pings; one that is not does not; and nothing overtakes anything."""

import asyncio
from typing import Any

import pytest

from flowgen.http.heartbeat import PING, PingedBody, pinged


class Wire:
    """Keeps what was sent; the first send takes `slow_s` seconds."""

    def __init__(self, slow_s: float = 0.0) -> None:
        self.pieces: list[bytes] = []
        self.is_over = False
        self._slow_s = slow_s

    async def send(self, message: Any) -> None:
        slow_s, self._slow_s = self._slow_s, 0.0
        await asyncio.sleep(slow_s)
        self.pieces.append(message["body"])
        self.is_over = not message["more_body"]


async def test_silence_is_filled_until_the_end() -> None:
    wire = Wire()
    async with pinged(wire.send, 0.05) as body:
        await body.write(b"a")
        await asyncio.sleep(0.3)
        await body.write(b"b")
        await body.end()
    sent = len(wire.pieces)
    await asyncio.sleep(0.1)
    assert wire.is_over
    assert [piece for piece in wire.pieces if piece != PING] == [b"a", b"b", b""]
    assert PING in wire.pieces[1:-2]
    assert wire.pieces[-1] == b""
    assert len(wire.pieces) == sent


async def test_a_busy_stream_has_no_pings() -> None:
    wire = Wire()
    async with pinged(wire.send, 30.0) as body:
        for _ in range(100):
            await body.write(b"a")
    assert wire.pieces == [b"a"] * 100


async def test_a_ping_waits_for_a_piece_on_its_way_to_a_slow_client() -> None:
    wire = Wire(slow_s=0.2)
    body = PingedBody(wire.send, 0.05)
    pings = asyncio.ensure_future(body.ping())
    await body.write(b"a")
    pings.cancel()
    await asyncio.wait({pings})
    assert wire.pieces[0] == b"a"


async def test_a_broken_wire_breaks_the_writer_alone() -> None:
    async def send(message: Any) -> None:
        raise OSError("gone")

    async with pinged(send, 0.01) as body:
        await asyncio.sleep(0.05)
        with pytest.raises(OSError, match="gone"):
            await body.write(b"a")
