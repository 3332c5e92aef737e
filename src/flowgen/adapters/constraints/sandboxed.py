"""What runs in a sandbox's process: compiles what it is sent and says what came of it. Ends as soon as its standard
input closes, whatever it does then."""

import gc
import os
import queue
import resource
import signal
import sys
import threading
from typing import NoReturn

import msgspec

from flowgen.adapters.constraints.llguidance_constrainer import DEEP, LlguidanceConstrainer
from flowgen.adapters.constraints.sandbox import LENGTH, SECONDS, Outcome, Refusal
from flowgen.application.schemas.weights import heaviest
from flowgen.domain.constraints import Constraint, JsonSchema
from flowgen.domain.errors import ConstraintRefused

_MEMORY = 2 << 30
"""Bytes of address space: what the libraries need several times over."""
_FIRST = JsonSchema(schema={"type": "object", "properties": {"a": {"pattern": "^a"}}, "minProperties": 2})
"""What is compiled before the first one, which then finds everything imported and read."""
_STACK = 4 << 20
"""Bytes: half of what the engine's threads have, as compiling has half, so that what overflows a stack overflows it
here."""


def main() -> NoReturn:
    """Serve the process at the other end of standard input and output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process, as the other side expects
    threading.stack_size(_STACK)
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_work, args=[waiting], daemon=True).start()
    while True:
        header = sys.stdin.buffer.read(LENGTH.size)
        if len(header) < LENGTH.size:
            os._exit(0)  # without waiting for a compiler that hangs
        waiting.put(sys.stdin.buffer.read(LENGTH.unpack(header)[0]))


def _work(waiting: "queue.SimpleQueue[bytes]") -> None:
    constrainer = LlguidanceConstrainer(num_constraints=1, stack=DEEP // 2)
    constrainer.check(_FIRST)
    gc.freeze()
    gc.disable()
    _send(Outcome())
    while True:
        data = waiting.get()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        result = outcome(constrainer, data)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(result)
        gc.collect()  # while nobody waits


def outcome(constrainer: LlguidanceConstrainer, data: bytes) -> Outcome:
    """Compile a constraint, as JSON, for the smallest vocabulary."""
    constraint: Constraint | None = None
    try:
        constraint = msgspec.json.decode(data, type=Constraint)
        return Outcome(warnings=constrainer.check(constraint))
    except ConstraintRefused as error:
        field = error.field or "response_format"
        return Outcome(Refusal(field=field, reason=error.reason, keyword=error.keyword, pointer=error.pointer))
    except RecursionError:
        keyword, pointer = heaviest(constraint.schema) if isinstance(constraint, JsonSchema) else (None, "")
        return Outcome(
            Refusal(field="response_format", reason="it is nested too deeply", keyword=keyword, pointer=pointer)
        )
    except Exception as error:  # the border of the process: told to the server, which logs it
        return Outcome(fault=f"{type(error).__name__}: {error}")


def _send(result: Outcome) -> None:
    data = msgspec.json.encode(result)
    sys.stdout.buffer.write(LENGTH.pack(len(data)) + data)
    sys.stdout.buffer.flush()
