"""Whether answers that have just begun wait for the prompts beside them. Pure; knows positions, not who is asking.

A hybrid model computes a prompt's piece and the tokens of answers in two passes, and one answer's token costs half of
what eight cost together. So a crowd that arrives at once gets its prompts computed first, each giving its first token
as soon as it can, and then goes on in step, as long as nobody has to wait for long.
"""

from collections.abc import Sequence

from flowgen.adapters.llama.sequence import Answer


class Gathering:
    """Remembers which crowd is gathered. `most`: tokens of prompts that an answer waits for between its first token
    and its second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._last = 0

    def goes_on(self, running: Sequence[Answer], prompts: Sequence[Answer]) -> bool:
        """Say whether only the prompts of those that run are to be computed now: the answers are all new, and the
        prompts that were there when the first of them began are short enough together. Those that come later are not
        waited for."""
        if len(prompts) == len(running) or not all(answer.is_new for answer in running):
            self._last = 0
            return False
        self._last = self._last or max(answer.arrival for answer in running)
        left = sum(answer.num_known - answer.num_computed for answer in prompts if answer.arrival <= self._last)
        return 0 < left <= self._most
