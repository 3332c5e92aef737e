"""The shares of a step: what each answer computes in it. Refuses to know how much is whose turn."""

from collections.abc import Sequence

from flowgen.adapters.llama.sequence import Answer
from flowgen.domain.errors import EngineFailed
from flowgen.domain.values import Value


class Piece(Value, frozen=True):
    """One answer's share of a step: `tokens` of its own, then `drafts` that may turn out right. `is_prefill`: more
    than what follows the token chosen last."""

    answer: Answer
    slot: int
    position: int
    tokens: Sequence[int]
    drafts: Sequence[int] = ()
    is_prefill: bool = False

    @property
    def size(self) -> int:
        """The tokens that are computed."""
        return len(self.tokens) + len(self.drafts)


def piece_of(answer: Answer, own: Sequence[int], drafts: Sequence[int], length: int) -> Piece:
    """The first `length` of the tokens that an answer wishes, drafts behind its own. Raises EngineFailed for one that
    has no place."""
    slot = answer.branch.slot if answer.branch is not None else None
    if slot is None:
        raise EngineFailed("An answer that runs has no place in the model's memory.")
    tokens = own[:length]
    drafts = drafts[: max(0, length - len(own))]
    return Piece(
        answer=answer,
        slot=slot,
        position=answer.num_computed,
        tokens=tokens,
        drafts=drafts,
        is_prefill=answer.is_prefill,
    )
