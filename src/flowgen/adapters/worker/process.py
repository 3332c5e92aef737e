"""The engine's process as the server holds it: started, heard, ended. Knows pipes and signals; refuses to know what is
said over its socket."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from typing import IO

from flowgen.adapters.worker.fate import Fate
from flowgen.domain.errors import EngineFailed

END_S = 0.5
"""Seconds that the process has to end by itself once its socket is closed."""
_LISTEN_S = 1.0
"""Seconds that its last words may take to arrive, where it left children that hold the pipe."""
_NUM_LINES = 20
_DUMP = "Fatal Python error"
"""What faulthandler begins with: stacks of Python threads, which would drown llama.cpp's own words."""


class WorkerProcess:
    """A process of a session of its own, so that the terminal's signals pass it by. `command` gets the number of its
    end of the socket as the last argument. Its standard error goes to ours."""

    def __init__(self, command: Sequence[str]) -> None:
        self.socket, theirs = socket.socketpair()
        reading, writing = os.pipe()
        try:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
            )
        except OSError as error:
            self.socket.close()
            os.close(reading)
            raise EngineFailed(f"The engine's process cannot be started: {error}.") from error
        finally:
            theirs.close()
            os.close(writing)
        self._lines: deque[str] = deque(maxlen=_NUM_LINES)
        self._listener = threading.Thread(
            target=self._listen, args=[os.fdopen(reading, encoding="utf-8", errors="replace")], daemon=True
        )
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End it now; whoever listens to it reaps it."""
        self._process.kill()

    def end(self, patience_s: float = END_S) -> Fate:
        """Wait until it has ended, kill it if it does not; blocking. Its socket is closed by then."""
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
        code = self._process.wait()
        self._listener.join(_LISTEN_S)
        return Fate(code=code, last_lines=tuple(self._lines))

    def _listen(self, pipe: IO[str]) -> None:
        """Pass on what it writes, and keep the end; reap it."""
        is_dump = False
        with pipe:
            for line in pipe:
                is_dump = is_dump or line.startswith(_DUMP)
                if line.strip() and not is_dump:
                    self._lines.append(line.rstrip())
                _pass_on(line)
        self._process.wait()


def _pass_on(line: str) -> None:
    if sys.stderr is None:  # a service without one
        return
    with contextlib.suppress(OSError, ValueError):  # it is closed: nobody reads it
        sys.stderr.write(line)
        sys.stderr.flush()
