"""A host with a scripted engine for tests of HTTP: what the chat says, when, and how it breaks is up to the test."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self, cast

from flowgen.application.chat import ChatService, ChatStream
from flowgen.application.choices import Choices
from flowgen.application.lifecycle import ModelHost, Patience
from flowgen.application.loaded_model import LoadedModel
from flowgen.domain.chat import ChatRequest
from flowgen.domain.errors import FlowGenError, GenerationInterrupted
from flowgen.domain.events import ChatEvent, Completed, ContentDelta
from flowgen.domain.generation import Finish, Usage
from flowgen.domain.messages import Message, Tool
from flowgen.domain.model import EngineStatus, ModelFacts, ModelInfo, ModelSpec, Progress
from flowgen.domain.ports import PromptRenderer, ToolCallFormat
from flowgen.domain.prompts import RenderedPrompt, TemplateInfo, TemplateOptions
from flowgen.domain.toolcalls import Match, TemplateProbe

Step = ChatEvent | float | Exception
"""An event, a pause in seconds, or a failure."""

DONE = Completed(finish=Finish(reason="stop", usage=Usage(prompt_tokens=3, completion_tokens=2)))
HI: list[Step] = [ContentDelta(text="Hi"), ContentDelta(text=" you."), DONE]


class FakeRuntime:
    """An engine that can be interrupted."""

    def __init__(self, spec: ModelSpec) -> None:
        facts = ModelFacts(
            path=spec.path, name=spec.name, architecture="fake", num_parameters=5, size=7, n_ctx_train=64
        )
        self.info = ModelInfo(facts=facts, n_ctx=64, n_vocab=4, effective={"n_ctx": 64})
        self.interrupted = asyncio.Event()
        self.reason = ""
        self.is_alive = True

    async def status(self) -> EngineStatus:
        return EngineStatus(
            num_running=0, num_waiting=0, is_alive=self.is_alive, reason="" if self.is_alive else "crash"
        )

    async def interrupt(self, reason: str) -> None:
        self.reason = reason
        self.interrupted.set()

    async def close(self) -> None:
        await self.interrupt("closed")


class FakeRuntimes:
    """Loads at once, or when `gate` opens; fails where told, before or after the first progress."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.inspect_failure: FlowGenError | None = None
        self.load_failure: FlowGenError | None = None
        self.loaded: list[FakeRuntime] = []

    async def inspect(self, spec: ModelSpec, reclaimable: int = 0) -> ModelFacts:
        if self.inspect_failure is not None:
            raise self.inspect_failure
        return FakeRuntime(spec).info.facts

    async def load(self, spec: ModelSpec, progress: Progress) -> Any:
        progress("weights", 0.5)
        await self.gate.wait()
        if self.load_failure is not None:
            raise self.load_failure
        await asyncio.to_thread(progress, "weights", 1.0)
        self.loaded.append(FakeRuntime(spec))
        return self.loaded[-1]


class FakeRenderer:
    template = TemplateInfo(origin="a test", source="")

    def render(self, messages: Sequence[Message], tools: Sequence[Tool], options: TemplateOptions) -> RenderedPrompt:
        return RenderedPrompt(segments=())


class FakeRenderers:
    def create(self, spec: ModelSpec, facts: ModelFacts) -> PromptRenderer:
        return FakeRenderer()


class NoFormats:
    def names(self) -> Sequence[str]:
        return ()

    def get(self, name: str) -> ToolCallFormat:
        raise NotImplementedError

    def detect(self, probe: TemplateProbe) -> tuple[ToolCallFormat, Match] | None:
        return None

    def derive(self, probe: TemplateProbe) -> tuple[ToolCallFormat, Match] | None:
        return None


class FakeCatalog:
    def model_file(self, name: str) -> str | None:
        return "/pkg/nano.gguf" if name == "flowgen-nano" else None

    def tokenizer_folder(self, name: str) -> str | None:
        return None


class ScriptedStream(ChatStream):
    """A ChatStream that plays a script."""

    def __init__(self, script: Sequence[Step], model: LoadedModel, resources: AsyncExitStack) -> None:
        self.model_name = model.spec.name
        self.warnings: tuple[str, ...] = ()
        self.num_prompt_tokens = 3
        self.echo = ""
        self._script = script
        self._runtime = cast(FakeRuntime, model.runtime)
        self._resources = resources

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._resources.aclose()

    async def __aiter__(self) -> AsyncIterator[ChatEvent]:
        for step in self._script:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, float):
                await self._pause(step)
            else:
                yield step

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._runtime.interrupted.wait(), seconds)
        except TimeoutError:
            return
        raise GenerationInterrupted(self._runtime.reason)


class ScriptedChat(ChatService):
    """A ChatService; `num_open` counts the streams that have not been given back."""

    def __init__(self, host: ModelHost) -> None:
        self.script: Sequence[Step] = HI
        self.start_pause_s = 0.0
        self.asked: list[ChatRequest] = []
        self.num_open = 0
        self._host = host

    async def start(self, make: Callable[[LoadedModel], ChatRequest]) -> ChatStream:
        async with AsyncExitStack() as resources:
            model = await resources.enter_async_context(self._host.acquire())
            self.asked.append(make(model))
            self.num_open += 1
            resources.callback(self._closed)
            await asyncio.sleep(self.start_pause_s)
            return ScriptedStream(self.script, model, resources.pop_all())
        raise AssertionError("unreachable")

    async def start_choices(self, make: Callable[[LoadedModel], Sequence[ChatRequest]], count: int = 1) -> Choices:
        async with AsyncExitStack() as resources:
            model = await resources.enter_async_context(self._host.acquire())
            self.asked += make(model)
            self.num_open += 1
            resources.callback(self._closed)
            await asyncio.sleep(self.start_pause_s)
            streams = [ScriptedStream(self.script, model, AsyncExitStack()) for _ in range(count)]
            return Choices(streams, resources.pop_all())
        raise AssertionError("unreachable")

    def _closed(self) -> None:
        self.num_open -= 1

    async def all_closed(self, timeout_s: float = 2.0) -> bool:
        """Wait until every stream has been given back; False if that took too long."""
        for _ in range(int(timeout_s / 0.01)):
            if not self.num_open:
                return True
            await asyncio.sleep(0.01)
        return False


class Backstage:
    """The parts behind an app under test."""

    def __init__(self) -> None:
        self.runtimes = FakeRuntimes()
        patience = Patience(drain_s=0.2, swap_s=0.3, close_s=1.0)
        self.host = ModelHost(self.runtimes, FakeRenderers(), NoFormats(), patience)
        self.chat = ScriptedChat(self.host)
        self.catalog = FakeCatalog()
