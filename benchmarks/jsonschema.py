"""How well answers are bound to JSON Schemas: documents judged, documents generated, times.

    python -m benchmarks.jsonschema CORPUS [--only accepts,generates] [--limit N] [--ids A,B] [--json raw.json]

CORPUS is a file of lines `{"id", "schema", "tests": [{"valid", "data"}]}` (also .gz), or a folder of the
JSON-Schema-Test-Suite. Every schema has a time limit; a failure is a figure, not an end.
"""

import argparse
import itertools
import json
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.children import Answerer, Child, ChildFailed
from benchmarks.schema_accepts import Judgement, make_judge
from benchmarks.schema_corpus import Record, read_corpus
from benchmarks.schema_generates import Drawn, make_generator
from benchmarks.schema_report import failures, table
from flowgen.adapters.catalog import PackagedModels
from flowgen.application.schemas.lowering import lower
from flowgen.domain.errors import ConstraintRefused

R = TypeVar("R", Judgement, Drawn)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; 1 where an invalid document was taken or generated."""
    arguments = _parser().parse_args(argv)
    records = _selected(arguments)
    only = arguments.only.split(",")
    judged: list[Judgement] = []
    drawn: list[Drawn] = []
    if "accepts" in only:
        judged = _asked(arguments, records, Judgement, make_judge, arguments.model)
    if "generates" in only:
        drawn = _asked(arguments, records, Drawn, make_generator, _embedded(), arguments.max_tokens, arguments.seed)
    residue = frozenset(record.id for record in records if _has_residue(record)) if drawn else frozenset()
    print(*table(judged, drawn, residue), sep="\n")
    print(*failures(judged, drawn, arguments.shown), sep="\n")
    if arguments.json:
        raw = {"accepts": [_row(row) for row in judged], "generates": [asdict(row) for row in drawn]}
        Path(arguments.json).write_text(json.dumps(raw, indent=1))
    return int(any(row.false_accepts for row in judged) or any(row.fault for row in drawn))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--only", default="accepts", help="accepts, generates or both (default: %(default)s)")
    parser.add_argument(
        "--model", type=Path, default=_embedded(), help="the GGUF whose vocabulary documents are cut by"
    )
    parser.add_argument("--limit", type=int, help="schemas at most")
    parser.add_argument("--every", type=int, default=1, help="one schema in so many")
    parser.add_argument("--ids", default="", help="these schemas, separated by commas")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--seconds", type=float, default=60.0, help="the time limit of a schema (default: %(default)s)")
    parser.add_argument("--max-tokens", type=int, default=1024, help="of a generation (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shown", type=int, default=6, help="failures of a kind to name")
    parser.add_argument("--json", help="a file for the raw figures")
    return parser


def _embedded() -> Path:
    return Path(str(PackagedModels().model_file("flowgen-nano")))


def _selected(arguments: argparse.Namespace) -> list[Record]:
    ids = set(filter(None, arguments.ids.split(",")))
    records = (record for record in read_corpus(arguments.corpus) if not ids or record.id in ids)
    return list(itertools.islice(records, 0, None, arguments.every))[: arguments.limit]


def _asked(
    arguments: argparse.Namespace, records: Sequence[Record], kind: type[R], make: Callable[..., Answerer], *given: Any
) -> list[R]:
    """Ask for each record, in `--jobs` processes."""
    waiting: queue.SimpleQueue[tuple[int, Record]] = queue.SimpleQueue()
    for place, record in enumerate(records):
        waiting.put((place, record))
    answers: dict[int, R] = {}

    def work() -> None:
        child = Child(make, *given)
        while not waiting.empty():
            try:
                place, record = waiting.get_nowait()
            except queue.Empty:
                break
            try:
                answers[place] = child.ask(record, arguments.seconds)
            except ChildFailed as failure:
                answers[place] = kind(record.id, failure.kind)
            if len(answers) % 100 == 0:
                print(f"{len(answers)} of {len(records)}", file=sys.stderr)
        child.close()

    threads = [threading.Thread(target=work) for _ in range(arguments.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[place] for place in sorted(answers)]


def _has_residue(record: Record) -> bool:
    try:
        return any(note.kind == "checked" for note in lower(record.schema).notes)
    except ConstraintRefused:
        return False


def _row(row: Judgement) -> dict[str, Any]:
    """A judgement without its masks' times, but for their number and the longest."""
    raw = {name: value for name, value in asdict(row).items() if name != "masks_s"}
    return {**raw, "num_masks": len(row.masks_s), "longest_mask_s": max(row.masks_s, default=0.0)}


if __name__ == "__main__":
    sys.exit(main())
