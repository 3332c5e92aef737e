"""GET /engine: what the engine says of itself, and a 409 without one."""

import httpx
import pytest

from flowgen.domain.model import CacheStatus, EngineStatus, SequenceStatus
from support.http_fakes import Backstage

STATUS = EngineStatus(
    num_running=1,
    num_waiting=2,
    num_cells=8192,
    num_cells_used=300,
    cache=CacheStatus(num_cells=200, host_bytes=4096, hit_rate=0.5),
    tokens_per_second=12.5,
    sequences=(
        SequenceStatus(
            state="decode",
            num_prompt_tokens=90,
            num_cached_tokens=60,
            num_computed_tokens=100,
            num_generated_tokens=10,
        ),
    ),
)


async def test_without_a_model_there_is_no_engine(client: httpx.AsyncClient) -> None:
    answer = await client.get("/engine")
    assert (answer.status_code, answer.json()) == (409, {"error": "Model not loaded. Call /load first."})


async def test_an_idle_engine(loaded: httpx.AsyncClient) -> None:
    assert (await loaded.get("/engine")).json() == {
        "num_running": 0,
        "num_waiting": 0,
        "num_cells": 0,
        "num_cells_used": 0,
        "cache": {"num_cells": 0, "host_bytes": 0, "hit_rate": 0.0},
        "tokens_per_second": 0.0,
        "sequences": [],
    }


async def test_a_busy_engine(loaded: httpx.AsyncClient, backstage: Backstage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def status() -> EngineStatus:
        return STATUS

    monkeypatch.setattr(backstage.runtimes.loaded[0], "status", status)
    assert (await loaded.get("/engine")).json() == {
        "num_running": 1,
        "num_waiting": 2,
        "num_cells": 8192,
        "num_cells_used": 300,
        "cache": {"num_cells": 200, "host_bytes": 4096, "hit_rate": 0.5},
        "tokens_per_second": 12.5,
        "sequences": [
            {
                "state": "decode",
                "num_prompt_tokens": 90,
                "num_cached_tokens": 60,
                "num_computed_tokens": 100,
                "num_generated_tokens": 10,
            }
        ],
    }
