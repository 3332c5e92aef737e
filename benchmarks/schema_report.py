"""The table of a run and its failures by kind. Pure; refuses to know how they were measured."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.schema_accepts import Judgement
from benchmarks.schema_generates import Drawn


def table(judged: Sequence[Judgement], drawn: Sequence[Drawn], residue: frozenset[str]) -> Iterator[str]:
    """The issue's figures, a line each. `residue` are the ids of schemas with something that is checked."""
    yield "| figure | value |"
    yield "| --- | --- |"
    if judged:
        yield from _accepts(judged)
    if drawn:
        yield from _generates(drawn, residue)


def _accepts(judged: Sequence[Judgement]) -> Iterator[str]:
    num_right = sum(row.is_right for row in judged)
    yield f"| schemas all of whose documents are judged right | {_share(num_right, len(judged))} |"
    yield f"| schemas refused | {_share(sum(row.kind == 'refused' for row in judged), len(judged))} |"
    yield f"| of these, nothing matches it and no document is valid: right | {sum(row.is_empty for row in judged)} |"
    yield f"| valid documents rejected | {sum(len(row.false_rejects) for row in judged)} |"
    yield f"| invalid documents taken | {sum(len(row.false_accepts) for row in judged)} |"
    yield f"| documents | {sum(row.num_documents for row in judged)} |"
    compiled = sorted(row.compile_s for row in judged if row.kind == "judged")
    refused = sorted(row.compile_s for row in judged if row.kind == "refused")
    yield f"| compile (processor), p50 and p99 and longest | {_times(compiled)} |"
    yield f"| refusal, p50 and p99 and longest | {_times(refused)} |"
    masks = sorted(time for row in judged for time in row.masks_s)
    yield f"| mask (processor), p50 and p99 and longest | {_times(masks)} |"


def _generates(drawn: Sequence[Drawn], residue: frozenset[str]) -> Iterator[str]:
    kinds = Counter(row.kind for row in drawn)
    yield f"| generations by end | {', '.join(f'{kind} {count}' for kind, count in kinds.most_common())} |"
    yield f"| documents that finish with stop and are invalid | {sum(bool(row.fault) for row in drawn)} |"
    checked = [row for row in drawn if row.id in residue and row.kind != "refused"]
    good = [row for row in checked if row.kind == "stop" and not row.fault]
    yield f"| schemas with a residue whose generation succeeds | {_share(len(good), len(checked))} |"
    ended = [row for row in checked if row.kind == "length"]
    unhindered = sum(not row.num_discarded for row in ended)
    yield f"| of these, ended by max_tokens | {len(ended)}, {unhindered} of them without a token thrown away |"
    others = [row for row in drawn if row.id not in residue and row.kind != "refused"]
    num_good = sum(row.kind == "stop" and not row.fault for row in others)
    yield f"| schemas without a residue whose generation succeeds | {_share(num_good, len(others))} |"
    yield f"| tokens discarded for one kept | {_ratio(drawn):.3f} |"


def _ratio(drawn: Sequence[Drawn]) -> float:
    return sum(row.num_discarded for row in drawn) / max(1, sum(row.num_tokens for row in drawn))


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / max(1, whole):.2f} %)"


def _times(seconds: Sequence[float]) -> str:
    """In milliseconds."""
    if not seconds:
        return "-"
    places = (len(seconds) // 2, min(len(seconds) - 1, int(len(seconds) * 0.99)), len(seconds) - 1)
    return ", ".join(f"{1000 * seconds[place]:.3f} ms" for place in places)


def failures(judged: Sequence[Judgement], drawn: Sequence[Drawn], shown: int = 6) -> Iterator[str]:
    """What went wrong, by kind, the most frequent first, with some ids each."""
    kinds: dict[str, list[str]] = {}
    for row in judged:
        if row.kind != "judged":
            kinds.setdefault(f"{row.kind}: {row.keyword or ''} {_plain(row.reason)}", []).append(row.id)
        if row.false_accepts:
            kinds.setdefault("WRONGLY TAKEN", []).append(f"{row.id}{row.false_accepts}")
        for index, stuck in row.stuck.items():
            kinds.setdefault("rejected though valid", []).append(f"{row.id}[{index}] {stuck!r}")
    for drew in drawn:
        if drew.fault:
            kinds.setdefault("GENERATED INVALID", []).append(f"{drew.id} {drew.fault}")
        elif drew.kind not in ("stop", "length", "refused"):
            kinds.setdefault(f"generation {drew.kind}: {_plain(drew.reason)}", []).append(drew.id)
    for kind, ids in sorted(kinds.items(), key=lambda pair: -len(pair[1])):
        yield f"{len(ids):5} {kind}"
        yield from (f"        {one}" for one in ids[:shown])


def _plain(reason: str) -> str:
    """A reason without what differs from schema to schema."""
    return re.sub(r"\d+", "N", re.sub(r'"[^"]*"|`[^`]*`', "~", reason))[:100]
