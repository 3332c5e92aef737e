"""Checks constraints before an answer is started: in threads of its own, a bounded number, so that many that take long
hold up nothing else. Refuses to know how a constraint is tried."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from flowgen.domain.chat import ChatRequest
from flowgen.domain.constraints import Constraint
from flowgen.domain.errors import ConflictingFields, ConstraintRefused
from flowgen.domain.ports import ConstraintCheck

_NUM_THREADS = 8


class ConstraintChecks:
    """Safe for any number of callers on one event loop."""

    def __init__(self, checker: ConstraintCheck) -> None:
        self._checker = checker
        self._threads = ThreadPoolExecutor(_NUM_THREADS, thread_name_prefix="constraint")

    async def own(self, request: ChatRequest) -> tuple[str, ...]:
        """Check the caller's constraint alone, so that an error points into it and not into our grammar; give what it
        says that binds nothing. Raises ConstraintRefused."""
        if request.constraint is None:
            return ()
        try:
            return await self._check(request.constraint)
        except ConstraintRefused as error:
            field = request.constraint_field
            raise ConstraintRefused(field, error.reason, keyword=error.keyword, pointer=error.pointer) from error

    async def joined(self, request: ChatRequest, constraint: Constraint | None) -> tuple[str, ...]:
        """Check what binds the answer as a whole, unless that is the caller's constraint. Raises ConstraintRefused, and
        ConflictingFields for what would end a bound answer before its end, or keep it from ending."""
        if constraint is None:
            return ()
        _check_ends(request)
        return () if constraint is request.constraint else await self._check(constraint)

    async def _check(self, constraint: Constraint) -> tuple[str, ...]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._checker.check, constraint)


def _check_ends(request: ChatRequest) -> None:
    if request.constraint is not None and request.stop:
        reason = "a stop string would cut what is to match as a whole"
        raise ConflictingFields(f"{request.options_field}stop", request.constraint_field, reason)
    if request.ignore_eos:
        field = "tools" if request.constraint is None else request.constraint_field
        raise ConflictingFields(f"{request.options_field}ignore_eos", field, "an answer that is bound has an end")
