"""An answer of the engine's process as its consumer holds it. Refuses to know sockets."""

from collections.abc import Callable, Sequence

from flowgen.adapters.arriving import ArrivingAnswer, Delivery

__all__ = ["Delivery", "WorkerGeneration"]


class WorkerGeneration(ArrivingAnswer):
    """`cancel` tells the worker."""

    def __init__(self, cancel: Callable[[], None]) -> None:
        super().__init__(0, (), cancel)

    def admitted(self, num_prompt_tokens: int, warnings: Sequence[str]) -> None:
        """The worker has said how long the prompt is."""
        self.num_prompt_tokens = num_prompt_tokens
        self.warnings = warnings
