"""The server's end of the socket: calls that await their replies, and answers that are fed. For one event loop.

Every call and every answer gets one end, whatever becomes of the process. Refuses to know what is restarted and when.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec

from flowgen.adapters.worker.codec import Frames, NotEncodable, decode, encode, frame
from flowgen.adapters.worker.error_codec import error_from_wire
from flowgen.adapters.worker.fate import Fate
from flowgen.adapters.worker.generation import WorkerGeneration
from flowgen.adapters.worker.messages import (
    Call,
    Cancel,
    Command,
    Event,
    Failed,
    Interrupt,
    Piece,
    Reply,
    Start,
    Started,
    Told,
)
from flowgen.adapters.worker.process import WorkerProcess
from flowgen.domain.errors import EngineFailed, FlowGenError, GenerationInterrupted, InvalidRequest, ModelUnavailable
from flowgen.domain.generation import GenerationRequest
from flowgen.domain.model import Progress

UNLOADED = "The model has been unloaded."
T = TypeVar("T")
_LOGGER = logging.getLogger(__name__)


class Connection(asyncio.Protocol):
    """A process and what was asked of it. `fate` resolves once it has ended by itself; `finished` is called whenever an
    answer has come to its end."""

    def __init__(self, process: WorkerProcess) -> None:
        self.process = process
        self.fate: asyncio.Future[Fate] = asyncio.get_running_loop().create_future()
        self.finished: Callable[[], None] = lambda: None
        self.is_open = True
        self._transport: asyncio.Transport
        self._frames = Frames()
        self._ids = itertools.count(1)
        self._calls: dict[int, asyncio.Future[bytes]] = {}
        self._progress: dict[int, Progress] = {}
        self._answers: dict[int, WorkerGeneration] = {}
        self._outgoing: list[Call] = []
        self._burying: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, process: WorkerProcess) -> "Connection":
        """Take over a process's socket."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_unix_connection(lambda: cls(process), sock=process.socket)
        return connection

    async def call(self, command: Command, kind: type[T], progress: Progress | None = None) -> T:
        """Ask and await the reply. Raises what the worker raised, and EngineFailed when it ends before."""
        number = next(self._ids)
        if progress is not None:
            self._progress[number] = progress
        return decode(await self._ask(number, command), kind)

    async def start(self, request: GenerationRequest) -> WorkerGeneration:
        """Have an answer admitted. Raises what the worker raised, and EngineFailed when it ends before."""
        number = next(self._ids)
        generation = WorkerGeneration(lambda: self._cancel(number))
        self._answers[number] = generation  # before it is admitted: its chunks may come first
        try:
            started = decode(await self._ask(number, Start(request=request)), Started)
        except BaseException:
            self._answers.pop(number, None)
            raise
        generation.admitted(started.num_prompt_tokens, started.warnings)
        return generation

    def interrupt(self, reason: str) -> None:
        """End all answers now, here and there, those too that are being admitted."""
        for number in list(self._answers):
            if self._settle(number, lambda reply: reply.set_exception(GenerationInterrupted(reason))):
                self._send(number, encode(Cancel()))
        self._end_answers(lambda: GenerationInterrupted(reason))
        self._send(next(self._ids), encode(Interrupt(reason=reason)))

    async def close(self) -> None:
        """End all that is under way, and the process; it is gone when this returns."""
        self._hang_up()
        await asyncio.to_thread(self.process.end)

    def abandon(self) -> None:
        """Kill the process without waiting for its end."""
        self._hang_up()
        self.process.kill()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            for whole in self._frames.feed(data):
                for event in decode(whole, list[Event]):
                    self._take(event)
        except msgspec.MsgspecError:
            _LOGGER.exception("the engine's process sent what cannot be read")
            self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if self.is_open:
            self.is_open = False
            self._burying = asyncio.ensure_future(self._bury())

    async def _bury(self) -> None:
        """Learn how the process ended, and tell everyone who waits."""
        fate = await asyncio.to_thread(self.process.end)
        if not self.fate.done():  # cancelled with the one who awaited it
            self.fate.set_result(fate)
        self._fail(lambda: EngineFailed(fate.sentence()), lambda: EngineFailed(fate.sentence()))

    async def _ask(self, number: int, command: Command) -> bytes:
        if not self.is_open:
            raise EngineFailed("The engine's process has ended.")
        try:
            data = encode(command)
        except NotEncodable as error:
            raise InvalidRequest(f"The request cannot be done: {error}.") from None
        reply: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._calls[number] = reply
        self._send(number, data)
        try:
            return await reply
        except asyncio.CancelledError:
            self._send(number, encode(Cancel()))
            raise
        finally:
            self._calls.pop(number, None)
            self._progress.pop(number, None)

    def _send(self, number: int, command: bytes) -> None:
        """Send with all else that is said in this turn of the loop."""
        if not self.is_open:
            return
        if not self._outgoing:
            asyncio.get_running_loop().call_soon(self._flush)
        self._outgoing.append(Call(id=number, command=command))

    def _flush(self) -> None:
        calls, self._outgoing = self._outgoing, []
        if self.is_open:
            self._transport.write(frame(encode(calls)))

    def _take(self, event: Any) -> None:
        match event:
            case Piece(id=number, chunk=chunk):
                self._deliver(number, chunk, is_last=chunk.finish is not None)
            case Reply(id=number, value=value):
                self._settle(number, lambda reply: reply.set_result(value))
            case Failed(id=number, error=wire):
                failure = error_from_wire(wire)
                if not self._settle(number, lambda reply: reply.set_exception(failure)):
                    self._deliver(number, failure, is_last=True)
            case Told(id=number, stage=stage, fraction=fraction):
                self._tell(number, stage, fraction)

    def _deliver(self, number: int, delivery: Any, *, is_last: bool) -> None:
        generation = self._answers.get(number)
        if generation is None:
            return  # cancelled; it was under way when the worker learned of it
        if is_last:
            del self._answers[number]
            if not isinstance(delivery, FlowGenError):
                self.finished()
        generation.deliver(delivery)

    def _settle(self, number: int, settle: Callable[["asyncio.Future[bytes]"], None]) -> bool:
        """Give a call its end; False where there is no such call."""
        reply = self._calls.pop(number, None)
        if reply is None or reply.done():
            return False
        settle(reply)
        return True

    def _tell(self, number: int, stage: str, fraction: float) -> None:
        progress = self._progress.get(number)
        if progress is not None:
            progress(stage, fraction)

    def _cancel(self, number: int) -> None:
        if self._answers.pop(number, None) is not None:
            self._send(number, encode(Cancel()))

    def _hang_up(self) -> None:
        self.is_open = False
        self._transport.abort()
        self._fail(lambda: ModelUnavailable(UNLOADED), lambda: GenerationInterrupted(UNLOADED))

    def _fail(self, for_a_call: Callable[[], FlowGenError], for_an_answer: Callable[[], FlowGenError]) -> None:
        """End everything, each with an error of its own: errors are added to on their way."""
        self._end_answers(for_an_answer)
        for number in list(self._calls):
            failure = for_a_call()
            self._settle(number, lambda reply, failure=failure: reply.set_exception(failure))  # type: ignore[misc]

    def _end_answers(self, error: Callable[[], FlowGenError]) -> None:
        """Those that were admitted: the others end with their call."""
        for number, generation in list(self._answers.items()):
            if number not in self._calls:
                del self._answers[number]
                generation.deliver(error())
