"""How the engine's process ended, in words. Knows exit codes and signals; refuses to know processes."""

import signal

from flowgen.domain.values import Value

_FAULTS = frozenset({signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL})


class Fate(Value, frozen=True):
    """`code` is the exit code, less than 0 for a signal. `last_lines` are what the process wrote before."""

    code: int
    last_lines: tuple[str, ...] = ()

    @property
    def is_fault(self) -> bool:
        """Native code has broken, rather than someone having ended the process."""
        return -self.code in _FAULTS

    def sentence(self, doing: str = "") -> str:
        """Say it; `doing` is what it did meanwhile (" while it read the file")."""
        if self.code >= 0:
            return f"The engine's process ended with exit code {self.code}{doing}{self._said()}"
        said = self._said() if self.is_fault else "."
        return f"The engine's process was ended by {_signal_name(-self.code)}{doing}{said}"

    def _said(self) -> str:
        return ". Its last lines:\n" + "\n".join(self.last_lines) if self.last_lines else "."


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
