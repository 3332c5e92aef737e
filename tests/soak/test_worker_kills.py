"""Twenty kills of the engine's process under load: the long form of the test beside the others of the worker."""

import pytest

from support.server_process import server_process
from support.worker_kills import kill_under_load


@pytest.mark.soak
def test_twenty_kills() -> None:
    with server_process() as server:
        kill_under_load(server.url, server.pid, times=20)
