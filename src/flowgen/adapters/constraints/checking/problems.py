"""What is wrong with a text, and where it may be written otherwise. Refuses to know tokens and what follows from it."""

from typing import NamedTuple

from flowgen.adapters.constraints.checking.judges import Complaint


class Problem(NamedTuple):
    """Why a text must not go on like this. Places are bytes of the text: `seen` counts those up to the one that must
    not come, `start` is where the value begins that is to be written otherwise, `inner` where its parts that are to
    blame do, the last first, `outer` where the values around it do, the innermost first. `path` names the value.
    `is_grown`: what stands before is right, and only this part of it may have to be another."""

    complaint: Complaint
    seen: int
    start: int
    path: tuple[str | int, ...]
    is_compound: bool = False
    inner: tuple[int, ...] = ()
    outer: tuple[int, ...] = ()
    is_grown: bool = False
