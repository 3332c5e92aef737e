"""Two thousand chats of all kinds, dropped at random moments: every sequence free, no cell lost, no task left."""

import asyncio

import pytest

from support.dropped_chats import drop_chats
from support.served_here import served_here


@pytest.mark.soak
def test_two_thousand_dropped_chats_leave_nothing() -> None:
    with served_here(n_ctx=1024, n_seq_max=4, n_cells=2048, queue_size=64) as server:
        num_ended = asyncio.run(drop_chats(server, num_chats=2000, seed=1))
    assert 0 < num_ended < 2000
