"""The runtime over a process keeps the contract, with a scripted engine at the other end."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from flowgen.domain.ports import ModelRuntime
from flowgen.testing.runtime_contract import ModelRuntimeContract


class TestOverAScriptedEngine(ModelRuntimeContract):
    @pytest.fixture
    async def runtime(self, load) -> AsyncIterator[ModelRuntime]:
        yield await load()
