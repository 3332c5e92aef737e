"""A stopping criterion: so many seconds and no more. Refuses to know clocks; the engine tells the time.

{"name": "max_time", "seconds": 5}
"""

from collections.abc import Sequence


class MaxTime:
    """Ends an answer once `seconds` have passed since its admission, also in the queue and within the prompt."""

    def __init__(self, seconds: float) -> None:
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds > 0:
            raise ValueError(f"seconds must be a number above 0, not {seconds!r}")
        self.time_limit_s = float(seconds)

    def should_stop(self, tokens: Sequence[int], seconds: float) -> bool:
        """Say whether the time is up."""
        return seconds >= self.time_limit_s
