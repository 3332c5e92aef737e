"""Calls and answers over a socket whose other end the test holds: each gets one end, whatever the process does."""

import asyncio
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgen.adapters.worker.codec import Frames, decode, encode, frame
from flowgen.adapters.worker.connection import Connection
from flowgen.adapters.worker.error_codec import error_to_wire
from flowgen.adapters.worker.fate import Fate
from flowgen.adapters.worker.generation import WorkerGeneration
from flowgen.adapters.worker.messages import (
    Call,
    Cancel,
    Command,
    Failed,
    Interrupt,
    Piece,
    Reply,
    Start,
    Started,
    Status,
    Tokenize,
)
from flowgen.adapters.worker.process import WorkerProcess
from flowgen.domain.errors import EngineFailed, FlowGenError, GenerationInterrupted, InvalidRequest, QueueFull
from flowgen.domain.generation import Finish, GenerationRequest, PromptSegment, TokenChunk, Usage

ASK = GenerationRequest(prompt=(PromptSegment(text="hello"),))
END = TokenChunk(text="!", finish=Finish(reason="stop", usage=Usage(prompt_tokens=1, completion_tokens=2)))


class HeldProcess(WorkerProcess):
    """The other end of a socket, in the test's hand."""

    def __init__(self) -> None:
        self.socket, self._theirs = socket.socketpair()
        self._frames = Frames()
        self._fate = Fate(code=-9)

    async def heard(self) -> list[tuple[int, Command]]:
        """What was said in one frame."""
        loop = asyncio.get_running_loop()
        self._theirs.setblocking(False)
        while True:
            for whole in self._frames.feed(await loop.sock_recv(self._theirs, 1 << 16)):
                return [(call.id, decode(call.command, Command)) for call in decode(whole, list[Call])]  # type: ignore[arg-type]

    def say(self, *events: Any, cut: int | None = None) -> None:
        self._theirs.send(frame(encode(events))[:cut])

    def kill(self) -> None:
        self._theirs.close()

    def is_alive(self) -> bool:
        return self._theirs.fileno() >= 0

    def end(self, patience_s: float = 0.5) -> Fate:
        self._theirs.close()
        return self._fate


@pytest.fixture
async def process() -> HeldProcess:
    return HeldProcess()


@pytest.fixture
async def connection(process: HeldProcess) -> Any:
    connection = await Connection.open(process)
    yield connection
    await connection.close()
    await asyncio.sleep(0)


def started(number: int) -> Reply:
    return Reply(id=number, value=encode(Started(num_prompt_tokens=3, warnings=("w",))))


async def ends_of(generation: WorkerGeneration) -> list[str]:
    """What an answer ends with: its finish, an error, or both, which would be one too many."""
    ends: list[str] = []
    try:
        async for chunk in generation:
            if chunk.finish is not None:
                ends.append(chunk.finish.reason)
    except FlowGenError as error:
        ends.append(error.code)
    return ends


async def test_what_is_asked_in_one_turn_travels_together(connection: Connection, process: HeldProcess) -> None:
    calls = [asyncio.create_task(connection.call(Tokenize(text=text, special=False), list[int])) for text in "ab"]
    first, second = await process.heard()
    assert (first[1], second[1]) == (Tokenize(text="a", special=False), Tokenize(text="b", special=False))
    process.say(Reply(id=second[0], value=encode([2])), Reply(id=first[0], value=encode([1])))
    assert await asyncio.gather(*calls) == [[1], [2]]


async def test_chunks_may_come_before_the_reply(connection: Connection, process: HeldProcess) -> None:
    starting = asyncio.create_task(connection.start(ASK))
    ((number, command),) = await process.heard()
    assert command == Start(request=ASK)
    process.say(Piece(id=number, chunk=TokenChunk(text="a")), Piece(id=number, chunk=END), started(number))
    generation = await starting
    assert (generation.num_prompt_tokens, generation.warnings) == (3, ("w",))
    assert "".join([chunk.text async for chunk in generation]) == "a!"


async def test_a_refusal_is_raised_by_the_start(connection: Connection, process: HeldProcess) -> None:
    starting = asyncio.create_task(connection.start(ASK))
    ((number, _),) = await process.heard()
    process.say(Failed(id=number, error=error_to_wire(QueueFull(32, 7))))
    with pytest.raises(QueueFull) as caught:
        await starting
    assert (caught.value.num_waiting, caught.value.retry_after) == (32, 7)


async def test_leaving_an_answer_tells_the_worker_and_what_comes_late_is_dropped(
    connection: Connection, process: HeldProcess
) -> None:
    starting = asyncio.create_task(connection.start(ASK))
    ((number, _),) = await process.heard()
    process.say(started(number))
    async with await starting:
        pass
    assert await process.heard() == [(number, Cancel())]
    process.say(Piece(id=number, chunk=END), Failed(id=number, error=error_to_wire(EngineFailed("late"))))
    call = asyncio.create_task(connection.call(Status(), list[int]))
    ((number, _),) = await process.heard()
    process.say(Reply(id=number, value=encode([])))
    assert await call == []


async def test_a_frame_that_is_cut_by_the_end_is_no_answer(connection: Connection, process: HeldProcess) -> None:
    starting = asyncio.create_task(connection.start(ASK))
    ((number, _),) = await process.heard()
    process.say(started(number))
    generation = await starting
    process.say(Piece(id=number, chunk=END), cut=9)
    process.kill()
    assert await ends_of(generation) == ["engine_failed"]


async def test_what_cannot_be_sent_is_refused_before_it_is_sent(connection: Connection) -> None:
    with pytest.raises(InvalidRequest, match="half a character"):
        await connection.call(Tokenize(text="\ud800", special=False), list[int])


async def test_nonsense_ends_the_process(connection: Connection, process: HeldProcess) -> None:
    call = asyncio.create_task(connection.call(Status(), list[int]))
    await process.heard()
    process.say("nonsense")
    with pytest.raises(EngineFailed):
        await call


async def test_those_who_wait_are_told_though_the_one_who_watched_the_fate_is_gone(
    connection: Connection, process: HeldProcess
) -> None:
    call = asyncio.create_task(connection.call(Status(), list[int]))
    watching = asyncio.ensure_future(connection.fate)
    await process.heard()
    process.kill()
    watching.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(EngineFailed):
            await call


async def test_an_interruption_ends_what_is_being_admitted(connection: Connection, process: HeldProcess) -> None:
    starting = asyncio.create_task(connection.start(ASK))
    ((number, _),) = await process.heard()
    connection.interrupt("a swap")
    with pytest.raises(GenerationInterrupted, match="a swap"):
        await starting
    told = await process.heard()
    assert told[0] == (number, Cancel())
    assert told[1][1] == Interrupt(reason="a swap")


async def happen(
    what: str,
    which: int,
    connection: Connection,
    process: HeldProcess,
    numbers: list[int],
    answers: list[WorkerGeneration],
) -> None:
    """Let something happen, to one answer or to all."""
    match what:
        case "piece":
            process.say(Piece(id=numbers[which], chunk=TokenChunk(text="a")))
        case "end":
            process.say(Piece(id=numbers[which], chunk=END))
        case "failure":
            process.say(Failed(id=numbers[which], error=error_to_wire(EngineFailed("x"))))
        case "cancel":
            await answers[which].cancel()
        case "interrupt":
            connection.interrupt("a swap")
        case "death":
            process.kill()
        case "close":
            await connection.close()
    await asyncio.sleep(0)


HAPPENINGS = st.sampled_from(["piece", "end", "failure", "cancel", "interrupt", "death", "close"])


@given(st.lists(st.tuples(HAPPENINGS, st.integers(0, 2)), max_size=12))
def test_every_answer_has_one_end_at_most_and_none_hangs(happenings: list[tuple[str, int]]) -> None:
    async def play() -> None:
        process = HeldProcess()
        connection = await Connection.open(process)
        starting = [asyncio.create_task(connection.start(ASK)) for _ in range(3)]
        numbers = [number for number, _ in await process.heard()]
        process.say(*map(started, numbers))
        answers = await asyncio.gather(*starting)
        consumers = [asyncio.create_task(ends_of(answer)) for answer in answers]
        for what, which in happenings:
            if connection.is_open and process.is_alive():
                await happen(what, which, connection, process, numbers, answers)
        await connection.close()
        async with asyncio.timeout(5):
            ends = await asyncio.gather(*consumers)
        cancelled = {which for what, which in happenings if what == "cancel"}
        assert all(len(end) == 1 or (not end and which in cancelled) for which, end in enumerate(ends))

    asyncio.run(play())
