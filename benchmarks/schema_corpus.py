"""Reads collections of schemas with documents: lines of JSON (`{"id", "schema", "tests": [{"valid", "data"}]}`, also
gzipped), or a folder of the JSON-Schema-Test-Suite. Refuses to know what is done with them."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Record:
    """A schema and documents that are or are not valid."""

    id: str
    schema: Any
    tests: tuple[tuple[bool, Any], ...] = ()


def read_corpus(path: Path) -> Iterator[Record]:
    """The records of a file or a folder, in order; `optional` parts of a suite are left out."""
    if path.is_dir():
        for file in sorted(path.glob("*.json")):
            yield from _suite(file)
        return
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            if line.strip():
                raw = json.loads(line)
                yield Record(id=raw["id"], schema=raw["schema"], tests=_tests(raw["tests"]))


def _suite(file: Path) -> Iterator[Record]:
    for index, group in enumerate(json.loads(file.read_text())):
        yield Record(id=f"{file.stem}#{index}", schema=group["schema"], tests=_tests(group["tests"]))


def _tests(raw: list[dict[str, Any]]) -> tuple[tuple[bool, Any], ...]:
    return tuple((bool(test["valid"]), test["data"]) for test in raw)
