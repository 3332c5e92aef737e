"""How fast the engine is, from what its steps took. Pure: it is told seconds, and has no clock of its own."""

_WEIGHT = 0.2
"""Of the newest measurement in a running average."""
_LEAST_PREFILL = 64
_STEPS = 4
_LONGEST_WAIT_S = 120


class Pace:
    """Running averages. Rates are tokens a second, lengths tokens."""

    def __init__(self) -> None:
        self._steps_s: dict[int, float] = {}
        self._token_s = 0.0
        self._rate = 0.0
        self._answer = 0.0

    @property
    def tokens_per_second(self) -> float:
        """Generated tokens of all answers together while answers are generated."""
        return self._rate

    def measured(self, num_prefill: int, num_decode: int, num_generated: int, seconds: float) -> None:
        """A step took `seconds` for so many tokens of prompts and so many that follow generated ones."""
        if num_decode:
            self._rate = _averaged(self._rate, num_generated / max(seconds, 1e-9))
        if num_prefill:
            rest = max(seconds - self._step_s(num_decode), seconds / 8)
            self._token_s = _averaged(self._token_s, rest / num_prefill)
        elif num_decode:
            self._steps_s[num_decode] = _averaged(self._steps_s.get(num_decode, 0.0), seconds)

    def answered(self, num_tokens: int) -> None:
        """An answer has ended with so many tokens."""
        self._answer = _averaged(self._answer, float(num_tokens))

    def prefill_size(self, most: int, num_decode: int) -> int:
        """How many prompt tokens a step may compute beside so many that are generated: as long as 4 steps of those,
        at least 64."""
        if not num_decode:
            return most
        size = int(_STEPS * self._step_s(num_decode) / self._token_s) if self._token_s else 0
        return min(most, max(_LEAST_PREFILL, size))

    def _step_s(self, num_decode: int) -> float:
        """The time of a step without prompts, as that of the nearest number of tokens that was measured."""
        if not num_decode or not self._steps_s:
            return 0.0
        nearest = min(self._steps_s, key=lambda known: (abs(known - num_decode), known))
        return self._steps_s[nearest]

    def wait_s(self, num_waiting: int, longest: float = 0.0) -> int:
        """Whole seconds until so many answers have probably had their turn; of `longest` tokens each where none has
        ended yet."""
        if not self._rate:
            return 1
        return min(_LONGEST_WAIT_S, max(1, round(num_waiting * (self._answer or longest) / self._rate)))


def _averaged(old: float, new: float) -> float:
    return new if not old else old + _WEIGHT * (new - old)
