"""Chats that are dropped at random moments leave nothing behind: the short form of tests/soak/test_dropped_chats.py."""

import asyncio

from support.dropped_chats import drop_chats
from support.served_here import served_here


def test_sixty_dropped_chats_leave_nothing() -> None:
    with served_here(n_ctx=1024, n_seq_max=4, n_cells=2048, queue_size=64) as server:
        num_ended = asyncio.run(drop_chats(server, num_chats=60, seed=3))
    assert 0 < num_ended < 60
