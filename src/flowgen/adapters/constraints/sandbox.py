"""Tries constraints in processes of their own, before an engine compiles them: what hangs, bloats or crashes a compiler
ends there and is a refusal. Knows processes and limits; refuses to know grammars."""

import contextlib
import hashlib
import itertools
import os
import queue
import select
import signal
import struct
import subprocess
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

import msgspec

from flowgen.application.schemas.half_characters import half_character
from flowgen.application.schemas.weights import heaviest
from flowgen.domain.constraints import Constraint, Gbnf, JsonSchema
from flowgen.domain.errors import ConstraintRefused, EngineFailed, ModelUnavailable
from flowgen.domain.values import Value

SECONDS = 1.5
"""What one constraint may take of a processor's time, however busy the machine is: the refusal is there within 2 s."""
_PATIENCE_S = 30.0
"""What it may take by the clock."""
_READY_S = 30.0
_WAIT_S = 30.0
"""The longest that a constraint waits for its turn."""
_END_S = 5.0
_NUM_REMEMBERED = 1024
LENGTH = struct.Struct(">Q")
_Slot = tuple[int, int, "_Process | None"]


class Refusal(Value, frozen=True):
    """A ConstraintRefused on its way between processes."""

    field: str
    reason: str
    keyword: str | None
    pointer: str


class Outcome(Value, frozen=True):
    """What came of a trial; no refusal: it compiles. `fault` is a defect of the compiler's side, in words."""

    refusal: Refusal | None = None
    fault: str | None = None
    warnings: tuple[str, ...] = ()


class Sandbox:
    """Checks constraints; safe from any thread. At most `num_processes` run, started when they are needed by `command`
    (see sandboxed.py). Outcomes of the last 1024 constraints are remembered, but for those that ran out of time."""

    def __init__(
        self, command: Callable[[], Sequence[str]], num_processes: int = 2, patience: float = _PATIENCE_S
    ) -> None:
        self._command = command
        self._patience = patience
        self._is_closed = False
        self._free: queue.PriorityQueue[_Slot] = queue.PriorityQueue()
        self._count = itertools.count()
        for _ in range(num_processes):
            self._put_back(None)
        self._known: OrderedDict[bytes, Outcome] = OrderedDict()
        self._lock = threading.Lock()

    def start_ahead(self) -> None:
        """Start a process unless all are at work, so that the first constraint finds one. Does not wait for it."""
        with contextlib.suppress(queue.Empty):
            process = self._free.get_nowait()[2]
            try:
                process = process or _Process(self._command())
            finally:
                self._put_back(process)

    def check(self, constraint: Constraint) -> tuple[str, ...]:
        """Blocking; give warnings. Raises ConstraintRefused for what cannot be compiled, or not within the limits;
        ModelUnavailable where too many others are tried at the moment."""
        outcome = self._outcome(_encoded(constraint), constraint)
        if outcome.fault is not None:
            raise EngineFailed(f"The constraint could not be tried: {outcome.fault}.")
        if outcome.refusal is not None:
            refusal = outcome.refusal
            raise ConstraintRefused(refusal.field, refusal.reason, keyword=refusal.keyword, pointer=refusal.pointer)
        return outcome.warnings

    def close(self) -> None:
        """End the processes that wait, and those at work as soon as they have answered. A later trial has its own."""
        self._is_closed = True
        waiting = []
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.append(self._free.get_nowait()[2])
        for process in waiting:
            if process is not None:
                process.end()
            self._put_back(None)

    def _outcome(self, data: bytes, constraint: Constraint) -> Outcome:
        key = hashlib.sha256(data).digest()
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        outcome = self._tried(data, constraint)
        with self._lock:
            self._known[key] = outcome
            while len(self._known) > _NUM_REMEMBERED:
                self._known.popitem(last=False)
        return outcome

    def _tried(self, data: bytes, constraint: Constraint) -> Outcome:
        """Raises ConstraintRefused, which is not remembered, where the limits end it."""
        process = self._take()
        try:
            process = process or _Process(self._command())
            return process.ask(data, self._patience)
        except _Ended as ended:
            process = self._another()
            field = "options.grammar" if isinstance(constraint, Gbnf) else "response_format"
            keyword, pointer = heaviest(constraint.schema) if isinstance(constraint, JsonSchema) else ("", "")
            raise ConstraintRefused(field, str(ended), keyword=keyword, pointer=pointer) from None
        finally:
            if self._is_closed and process is not None:
                process.end()
            self._put_back(None if self._is_closed else process)

    def _another(self) -> "_Process | None":
        """Start a process in place of one that ended, and one beside it: the next constraint does not wait for them."""
        if self._is_closed:
            return None
        with contextlib.suppress(EngineFailed):  # whoever needs it is told
            self.start_ahead()
            return _Process(self._command())
        return None

    def _put_back(self, process: "_Process | None") -> None:
        """Those that are ready are taken first, then those that start, then those yet to be started."""
        rank = 2 if process is None else 0 if process.is_ready else 1
        self._free.put((rank, next(self._count), process))

    def _take(self) -> "_Process | None":
        try:
            return self._free.get(timeout=_WAIT_S)[2]
        except queue.Empty:
            raise ModelUnavailable("Too many schemas and grammars are being compiled.", retry_after=2) from None


def _encoded(constraint: Constraint) -> bytes:
    """Raises ConstraintRefused for what cannot be written as JSON."""
    schema = constraint.schema if isinstance(constraint, JsonSchema) else None
    try:
        return msgspec.json.encode(constraint)
    except RecursionError:
        reason, (keyword, pointer) = "it is nested too deeply", heaviest(schema)
    except UnicodeEncodeError:
        reason, (keyword, pointer) = (
            "half a character (a lone surrogate) is no text",
            half_character(schema) or (None, ""),
        )
    raise ConstraintRefused("response_format", reason, keyword=keyword, pointer=pointer)


class _Ended(Exception):
    """The process is no more: it was killed or crashed."""


class _Process:
    def __init__(self, command: Sequence[str]) -> None:
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, bufsize=0
            )
        except OSError as error:
            raise EngineFailed(f"The process that tries constraints cannot be started: {error}.") from error
        self.is_ready = False

    def ask(self, data: bytes, patience: float) -> Outcome:
        """Raises _Ended, and the process has, where it takes longer or breaks."""
        try:
            if not self.is_ready:
                self._read(time.monotonic() + _READY_S)
                self.is_ready = True
            self._write(LENGTH.pack(len(data)) + data)
            return msgspec.json.decode(self._read(time.monotonic() + patience), type=Outcome)
        except TimeoutError:
            self.end()
            raise _Ended(f"it cannot be compiled within {patience:g} s") from None
        except (OSError, EOFError):
            if self._has_run_out():
                raise _Ended(f"it cannot be compiled within {SECONDS:g} s of a processor's time") from None
            raise _Ended("it takes more memory to compile than it may, or is nested too deeply") from None

    def _has_run_out(self) -> bool:
        """End a process whose pipe has closed; say whether it had used up its time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)  # its own end, not ours, tells why
        self.end()
        return self._process.returncode == -signal.SIGPROF

    def end(self) -> None:
        """Kill it and reap it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _write(self, data: bytes) -> None:
        if self._process.stdin is None:
            raise EOFError
        view = memoryview(data)
        while view:
            view = view[self._process.stdin.write(view) or 0 :]

    def _read(self, deadline: float) -> bytes:
        (length,) = LENGTH.unpack(self._bytes(LENGTH.size, deadline))
        return self._bytes(length, deadline)

    def _bytes(self, count: int, deadline: float) -> bytes:
        if self._process.stdout is None:
            raise EOFError
        data = b""
        while len(data) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                raise TimeoutError
            piece = os.read(self._process.stdout.fileno(), count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data
