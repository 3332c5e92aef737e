"""The one model of a server: load, lend, drain, unload, as a state machine.

Knows the order of things and who waits for whom; refuses to know HTTP, files and llama.cpp.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from flowgen.application.lease import Lendable
from flowgen.application.loaded_model import Dialogue, LoadedModel, choose_dialogue
from flowgen.domain.errors import EngineFailed, FlowGenError, LoadInProgress, ModelNotLoaded, ModelUnavailable
from flowgen.domain.model import ModelFacts, ModelSpec, Progress
from flowgen.domain.ports import FormatRegistry, RendererFactory, RuntimeFactory
from flowgen.domain.values import JsonObject, Value

log = logging.getLogger(__name__)

State = Literal["empty", "loading", "ready", "draining", "closed"]


class Patience(Value, frozen=True):
    """How long the host waits, in seconds: for answers under way to end, and for a model to come."""

    drain_s: float = 30.0
    swap_s: float = 30.0
    close_s: float = 3.0


class LoadReport(Value, frozen=True):
    """What /load answers. `size` is in bytes, `options` are the parameters as llama.cpp read them back, `loaded_at` is
    in Unix seconds."""

    name: str
    model_path: str
    architecture: str
    num_parameters: int
    n_ctx: int
    size: int
    seconds: float
    template: str
    tool_call_format: str | None
    tool_call_format_reason: str
    options: JsonObject = {}
    chat_defaults: JsonObject = {}
    warnings: tuple[str, ...] = ()
    replaced: str | None = None
    loaded_at: int = 0


class HostSnapshot(Value, frozen=True):
    """The host at this moment: `loading` names the model on its way in, `report` describes the one that serves."""

    state: State
    model: LoadedModel | None = None
    report: LoadReport | None = None
    loading: str | None = None

    def loaded(self) -> LoadedModel:
        """The model. Raises ModelNotLoaded, or LoadInProgress while the first one comes."""
        if self.model is None:
            raise ModelNotLoaded if self.loading is None else LoadInProgress(self.loading)
        return self.model


class ModelHost:
    """Holds at most one model and lends it to chats; loads, swaps and unloads it. For one event loop."""

    def __init__(
        self,
        runtimes: RuntimeFactory,
        renderers: RendererFactory,
        formats: FormatRegistry,
        patience: Patience | None = None,
    ) -> None:
        self._runtimes = runtimes
        self._renderers = renderers
        self._formats = formats
        self._patience = patience or Patience()
        self._current: Lendable | None = None
        self._report: LoadReport | None = None
        self._loading: str | None = None
        self._load_task: asyncio.Task[LoadReport] | None = None
        self._is_closed = False
        self._unloading = asyncio.Lock()
        self._settled = asyncio.Event()
        self._settled.set()

    def snapshot(self) -> HostSnapshot:
        """What there is now; never waits."""
        model = self._current.model if self._current else None
        return HostSnapshot(state=self._state(), model=model, report=self._report, loading=self._loading)

    def _state(self) -> State:
        if self._is_closed:
            return "closed"
        if self._current is not None and self._current.is_open:
            return "ready"
        if self._loading is not None:
            return "loading"
        return "draining" if self._current is not None else "empty"

    def _check_open(self) -> None:
        if self._is_closed:
            raise ModelUnavailable("The server is shutting down.")

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[LoadedModel]:
        """Lend the model; it stays until the block is left. During a swap, wait for the new one.

        Raises ModelNotLoaded, and ModelUnavailable when the wait was too long or the server ends.
        """
        lendable = await self._wait_for_model()
        with lendable.lend() as model:
            yield model

    async def _wait_for_model(self) -> Lendable:
        deadline = time.monotonic() + self._patience.swap_s
        while True:
            self._check_open()
            if self._current is not None and self._current.is_open:
                return self._current
            if self._loading is None:
                raise ModelNotLoaded
            try:
                await asyncio.wait_for(self._settled.wait(), max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                raise ModelUnavailable(f"Model {self._loading} is still being loaded.") from None

    async def load(self, spec: ModelSpec, progress: Progress) -> LoadReport:
        """Load a model, in the place of the one that serves, if any.

        A load that has begun goes on to its end, also when its caller has left. Raises LoadInProgress and what the
        runtime and renderer factories raise; the error then names the state that holds now.
        """
        self._check_open()
        if self._loading is not None:
            raise LoadInProgress(self._loading)
        self._loading = spec.name
        self._settled.clear()
        self._load_task = asyncio.create_task(self._load(spec, progress))
        try:
            return await asyncio.shield(self._load_task)
        except asyncio.CancelledError:
            self._load_task.add_done_callback(_log_lost_failure)
            raise

    async def _load(self, spec: ModelSpec, progress: Progress) -> LoadReport:
        started = time.monotonic()
        try:
            async with self._unloading:
                return await self._swap(spec, progress, started)
        finally:
            self._loading = None
            self._settled.set()

    async def _swap(self, spec: ModelSpec, progress: Progress, started: float) -> LoadReport:
        old = self._current
        try:
            facts, dialogue = await self._prepare(spec, await old.model.held_bytes() if old else 0)
        except FlowGenError as error:
            raise _with_state(error, f"Model {old.model.spec.name} stays loaded." if old else None) from error
        if old is not None:
            progress("drain", 0.0)  # its answers may take their time: a watched load shows that it is at work
            await self._retire(old, f"The model was replaced by {spec.name}.")
        try:
            return await self._install(spec, facts, dialogue, progress, started, old)
        except FlowGenError as error:
            raise _with_state(error, await self._restore(old)) from error
        except Exception as error:  # a border: whatever an engine breaks with, the old model is to serve again
            log.exception("loading %s failed unexpectedly", spec.name)
            failure = EngineFailed(f"Model {spec.name} could not be loaded; the server's log has the details.")
            raise _with_state(failure, await self._restore(old)) from error

    async def _prepare(self, spec: ModelSpec, reclaimable: int) -> tuple[ModelFacts, Dialogue]:
        """Do all that can fail while the old model still serves; templates are tried in a thread, they may be slow."""
        facts = await self._runtimes.inspect(spec, reclaimable)

        def choose() -> Dialogue:
            return choose_dialogue(spec, facts, self._renderers.create(spec, facts), self._formats)

        return facts, await asyncio.to_thread(choose)

    async def _install(
        self,
        spec: ModelSpec,
        facts: ModelFacts,
        dialogue: Dialogue,
        progress: Progress,
        started: float,
        old: Lendable | None,
    ) -> LoadReport:
        self._check_open()
        runtime = await self._runtimes.load(spec, progress)
        if self._is_closed:
            await runtime.close()
        self._check_open()
        model = LoadedModel(spec=spec, runtime=runtime, dialogue=dialogue)
        self._current = Lendable(model)
        self._report = _describe(model, time.monotonic() - started, old.model.spec.name if old else None)
        return self._report

    async def _restore(self, old: Lendable | None) -> str:
        """Bring the old model back after a failed swap; say in a sentence what holds now."""
        if old is None or self._is_closed:
            return "No model is loaded."
        spec, dialogue = old.model.spec, old.model.dialogue
        try:
            await self._install(spec, old.model.info.facts, dialogue, _silent, time.monotonic(), None)
        except Exception:  # a border: the error that is told is the one that the swap failed with
            log.exception("could not restore %s", spec.name)
            return f"Model {spec.name} could not be restored; no model is loaded."
        return f"Model {spec.name} was restored."

    async def _retire(self, lendable: Lendable, reason: str, patience_s: float | None = None) -> None:
        """Let answers end, then end the rest, then free the model."""
        lendable.close()
        own_s = lendable.model.spec.options.drain_seconds
        if patience_s is None:
            patience_s = self._patience.drain_s if own_s is None else own_s
        if not await lendable.returned(patience_s):
            await lendable.model.runtime.interrupt(reason)
            await lendable.returned(self._patience.close_s)
        try:
            await lendable.model.runtime.close()
        finally:  # a model that breaks while it is freed is gone all the same
            if self._current is lendable:
                self._current = self._report = None

    async def unload(self, *, force: bool = False) -> str | None:
        """Free the model once its answers have ended, or at once with `force`; give its name, None if there was none.

        One that comes while the model is on its way out waits for it to be gone. Raises LoadInProgress.
        """
        if self._loading is not None:
            raise LoadInProgress(self._loading)
        leaving = self._current
        if leaving is None:
            return None
        leaving.close()
        if force:
            await leaving.model.runtime.interrupt("The model was unloaded.")
        async with self._unloading:
            if self._current is leaving:
                await self._retire(leaving, "The model was unloaded.", patience_s=0.0 if force else None)
        return leaving.model.spec.name

    async def close(self, reason: str) -> None:
        """End all answers with GenerationInterrupted(reason) and free the model; harmless twice."""
        self._is_closed = True
        self._settled.set()
        if self._current is not None:
            self._current.close()
            await self._current.model.runtime.interrupt(reason)
        if self._load_task is not None:
            _, unfinished = await asyncio.wait([self._load_task], timeout=self._patience.close_s)
            if unfinished:
                return  # the load holds the model's place; it frees what it loads when it sees that we are closed
        async with self._unloading:
            if self._current is not None:
                await self._retire(self._current, reason, patience_s=0.0)


def _with_state(error: FlowGenError, state: str | None) -> FlowGenError:
    if state:
        error.hint = f"{error.hint} {state}" if error.hint else state
    return error


def _describe(model: LoadedModel, seconds: float, replaced: str | None) -> LoadReport:
    info, dialogue = model.info, model.dialogue
    return LoadReport(
        name=model.spec.name,
        model_path=model.spec.path,
        architecture=info.facts.architecture,
        num_parameters=info.facts.num_parameters,
        n_ctx=info.n_ctx,
        size=info.facts.size,
        seconds=round(seconds, 3),
        template=dialogue.renderer.template.origin,
        tool_call_format=dialogue.format.name if dialogue.format else None,
        tool_call_format_reason=dialogue.format_reason,
        options=info.effective,
        chat_defaults=model.spec.chat_defaults,
        warnings=(*info.facts.warnings, *info.warnings, *dialogue.warnings),
        replaced=replaced,
        loaded_at=int(time.time()),
    )


def _silent(stage: str, fraction: float) -> None:
    """Progress of a restore, which nobody watches."""


def _log_lost_failure(task: asyncio.Task[LoadReport]) -> None:
    """A load whose caller has left has nobody else to tell how it failed."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("load failed: %s", error)
