"""The other end of the socket: does what the server asks, with any engine. Runs in the engine's process.

Knows commands and who is told what; refuses to know llama.cpp. The process ends as soon as the socket closes, whatever
it does then: nobody is left to tell.
"""

import asyncio
import logging
import os
import select
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, Protocol

import msgspec

from flowgen.adapters.worker.codec import Frames, decode, encode
from flowgen.adapters.worker.error_codec import error_to_wire
from flowgen.adapters.worker.generation import Delivery
from flowgen.adapters.worker.messages import (
    Call,
    Cancel,
    Command,
    Detokenize,
    Embed,
    Failed,
    Inspect,
    Interrupt,
    Load,
    Piece,
    Reply,
    Start,
    Started,
    Status,
    Tokenize,
    Told,
)
from flowgen.adapters.worker.outbox import Outbox
from flowgen.domain.errors import EngineFailed, FlowGenError, InvalidRequest, ModelNotLoaded, ModelUnavailable
from flowgen.domain.generation import GenerationRequest
from flowgen.domain.model import ModelFacts, ModelSpec, Progress
from flowgen.domain.ports import ModelRuntime

_LOGGER = logging.getLogger(__name__)
_READ_BYTES = 1 << 18
_ENGINE_ENDED = 70
"""The exit code where the engine's thread has ended and the process could only refuse (EX_SOFTWARE)."""
_CANNOT_READ = 71


class Admitted(Protocol):
    """An answer that the engine has taken in. `cancel` may be called from any thread, at any time."""

    @property
    def num_prompt_tokens(self) -> int: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...
    @property
    def cancel(self) -> Callable[[], None]: ...


class ServedRuntime(ModelRuntime, Protocol):
    """A runtime that hands answers over from its own thread, without an event loop between."""

    async def admit(self, request: GenerationRequest, deliver: Callable[[Delivery], None]) -> Admitted:
        """As `start`; `deliver` gets the chunks, or the error that ends the answer, on the engine's thread."""


class ServedFactory(Protocol):
    """A factory of such runtimes."""

    async def inspect(self, spec: ModelSpec, reclaimable: int = 0) -> ModelFacts: ...

    async def load(self, spec: ModelSpec, progress: Progress) -> ServedRuntime: ...


class Serving:
    """Serves one server and one model. The engine tells the outbox of the end of each step."""

    def __init__(self, factory: ServedFactory, outbox: Outbox) -> None:
        self._factory = factory
        self._outbox = outbox
        self._runtime: ServedRuntime | None = None
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._answers: dict[int, Callable[[], None]] = {}
        self._loop = asyncio.get_running_loop()

    def take(self, calls: list[Call]) -> None:
        """Begin with what a frame asks, in its order."""
        for call in calls:
            try:
                command: Command = decode(call.command, Command)  # type: ignore[arg-type]  # a union is no type
            except (msgspec.MsgspecError, RecursionError) as error:
                self._fail(call.id, InvalidRequest(f"The request cannot be done by the engine's process: {error}."))
            else:
                self._begin(call.id, command)

    def _begin(self, number: int, command: Command) -> None:
        if isinstance(command, Cancel):
            self._cancel(number)
            return
        self._spawn(number, self._do(number, command))

    def _spawn(self, number: int, work: Coroutine[Any, Any, None]) -> None:
        self._tasks[number] = asyncio.create_task(work)
        self._tasks[number].add_done_callback(lambda _: self._tasks.pop(number, None))

    def _cancel(self, number: int) -> None:
        if number in self._tasks:
            self._tasks[number].cancel()
        if number in self._answers:
            self._answers.pop(number)()
            self._outbox.forget(number)

    async def _do(self, number: int, command: Command) -> None:
        try:
            value = encode(await self._result(number, command))
        except FlowGenError as error:
            self._fail(number, error)
            await self._check_engine(error)
        except (Exception, SystemExit):  # a border: a fault in one call, a plugin's too, ends no other
            _LOGGER.exception("the engine's process failed at %s", type(command).__name__)
            self._fail(number, EngineFailed("The engine failed; the server's log says why."))
        else:
            self._post(Reply(id=number, value=value))

    async def _result(self, number: int, command: Command) -> Any:
        match command:
            case Inspect(spec=spec, reclaimable=reclaimable):
                return await self._factory.inspect(spec, reclaimable)
            case Load(spec=spec):
                return await self._load(number, spec)
            case Start(request=request):
                return await self._start(number, request)
            case Tokenize(text=text, special=special, add_special=add_special):
                return await self._loaded().tokenize(text, special=special, add_special=add_special)
            case Detokenize(tokens=tokens):
                return await self._loaded().detokenize(tokens)
            case Embed(inputs=inputs):
                return await self._loaded().embed(inputs)
            case Status():
                return await self._loaded().status()
            case Interrupt(reason=reason):
                return await self._loaded().interrupt(reason)
        raise NotImplementedError(type(command).__name__)

    def _loaded(self) -> ServedRuntime:
        if self._runtime is None:
            raise ModelNotLoaded
        return self._runtime

    async def _load(self, number: int, spec: ModelSpec) -> Any:
        def progress(stage: str, fraction: float) -> None:
            self._post(Told(id=number, stage=stage, fraction=fraction))

        self._runtime = await self._factory.load(spec, progress)
        return self._runtime.info

    async def _start(self, number: int, request: GenerationRequest) -> Started:
        def deliver(delivery: Delivery) -> None:
            if isinstance(delivery, FlowGenError):
                self._outbox.post(Failed(id=number, error=error_to_wire(delivery)))
            else:
                self._outbox.post(Piece(id=number, chunk=delivery))
            if isinstance(delivery, FlowGenError) or delivery.finish is not None:
                self._loop.call_soon_threadsafe(self._ended, number, delivery)

        admitted = await self._loaded().admit(request, deliver)
        self._answers[number] = admitted.cancel
        return Started(num_prompt_tokens=admitted.num_prompt_tokens, warnings=admitted.warnings)

    def _ended(self, number: int, delivery: Delivery) -> None:
        self._answers.pop(number, None)
        if isinstance(delivery, FlowGenError):
            self._spawn(-number, self._check_engine(delivery))

    async def _check_engine(self, error: FlowGenError) -> None:
        """End the process where the engine's thread has ended: a new one can serve."""
        is_suspicious = isinstance(error, EngineFailed | ModelUnavailable)
        if is_suspicious and self._runtime is not None and not (await self._runtime.status()).is_alive:
            self._outbox.flush()
            os._exit(_ENGINE_ENDED)

    def _fail(self, number: int, error: FlowGenError) -> None:
        self._post(Failed(id=number, error=error_to_wire(error)))

    def _post(self, event: Any) -> None:
        self._outbox.post(event)
        self._outbox.flush()


def run(descriptor: int, make_factory: Callable[[Callable[[], None]], ServedFactory]) -> NoReturn:
    """Serve the server at the other end of a socket until it closes. `make_factory` gets what an engine calls at the
    end of each turn, of which another follows while an answer is under way: it sends what has come of it."""
    connection = socket.socket(fileno=descriptor)
    threading.Thread(target=_leave_with, args=[connection], name="flowgen-worker-leave", daemon=True).start()
    outbox = Outbox(lambda data: _send(connection, data))
    asyncio.run(_serve(connection, make_factory(outbox.step_ended), outbox))
    os._exit(0)


async def _serve(connection: socket.socket, factory: ServedFactory, outbox: Outbox) -> None:
    serving, frames = Serving(factory, outbox), Frames()

    def read() -> None:
        try:
            for whole in frames.feed(connection.recv(_READ_BYTES, socket.MSG_DONTWAIT)):
                serving.take(decode(whole, list[Call]))
        except BlockingIOError:
            return
        except ConnectionError:
            os._exit(0)
        except Exception:  # a border: a process that cannot hear what it is asked is of no use
            _LOGGER.exception("the engine's process cannot read what it is asked")
            os._exit(_CANNOT_READ)

    asyncio.get_running_loop().add_reader(connection, read)
    await asyncio.Event().wait()


def _send(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(data)
    except ConnectionError:
        os._exit(0)


def _leave_with(connection: socket.socket) -> None:
    """End this process as soon as the other end closes, whatever all other threads are busy with then."""
    poll = select.poll()
    poll.register(connection, 0)  # the hang-up alone, which is always told
    poll.poll()
    os._exit(0)
