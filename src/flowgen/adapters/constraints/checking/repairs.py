"""Where to go on after a value was not taken: the way back, further with every try. Pure; refuses to know tokens."""

from flowgen.adapters.constraints.checking.problems import Problem

_OWED = 12
"""Times that a closing bracket is only put off: more of the value may yet pay what it owes."""
_SCALAR = 2
"""Times that a text or a number may go on instead of ending."""
_ROUNDS = 3
"""Times that a value is begun anew before what stands around it is."""


class Repairs:
    """Counts the tries of an answer's values."""

    def __init__(self) -> None:
        self._tries: dict[tuple[str | int, ...], int] = {}

    def target(self, problem: Problem) -> int | None:
        """The byte to go back to; None where it is enough to go on otherwise from here."""
        tries = self._tries[problem.path] = self._tries.get(problem.path, 0) + 1
        tries -= _OWED if problem.complaint.is_owed else 0 if problem.is_compound else _SCALAR
        if tries <= 0:
            return None
        ladder = (*problem.inner, problem.start)
        if tries <= _ROUNDS * len(ladder) or problem.is_grown or not problem.outer:
            return ladder[(tries - 1) % len(ladder)]
        further = (tries - _ROUNDS * len(ladder) - 1) // 2
        return problem.outer[min(further, len(problem.outer) - 1)]
