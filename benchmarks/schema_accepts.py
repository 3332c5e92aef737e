"""Judges a schema's documents by the compiled constraint, as values: what of them can be written. Takes the times of
compiling and of masks. Knows our constrainer's port; refuses to know how it works."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.schema_corpus import Record
from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.application.rehearsal import Speller, rehearse
from flowgen.application.schemas.lowering import lower
from flowgen.application.schemas.ordering import ordered
from flowgen.application.spellings import spellings
from flowgen.bootstrap.vocabularies import vocabulary_of
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.errors import ConstraintRefused, FlowGenError
from flowgen.domain.ports import CompiledConstraint, TokenMatcher
from flowgen.domain.schemas import Lowered


@dataclass
class Judgement:
    """What became of a schema. `kind`: judged, refused, failed, timeout, crash. Documents are counted by their place;
    `checked` are the pointers of what no grammar says, `stuck` says for the rejected ones where: text before, the
    rest. `is_empty`: refused as a schema that nothing matches, and rightly so: none of its documents is valid. Times
    are in seconds of a processor."""

    id: str
    kind: str = "judged"
    reason: str = ""
    keyword: str | None = None
    pointer: str = ""
    false_rejects: list[int] = field(default_factory=list)
    false_accepts: list[int] = field(default_factory=list)
    stuck: dict[int, str] = field(default_factory=dict)
    num_documents: int = 0
    is_empty: bool = False
    checked: list[str] = field(default_factory=list)
    compile_s: float = 0.0
    masks_s: list[float] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return self.is_empty or (self.kind == "judged" and not self.false_rejects and not self.false_accepts)


def make_judge(model: Path) -> Callable[[Record], Judgement]:
    """A judge with the vocabulary of a GGUF."""
    vocabulary = vocabulary_of(str(model))
    speller, constrainer = Speller(vocabulary), LlguidanceConstrainer()
    constrainer.compile(JsonSchema(schema={}), vocabulary)  # the vocabulary is read by then

    def judge(record: Record) -> Judgement:
        judgement = Judgement(id=record.id, num_documents=len(record.tests))
        began = time.process_time()  # of a processor: what else runs on the machine does not count
        try:
            compiled = constrainer.compile(JsonSchema(schema=record.schema), vocabulary)
            judgement.compile_s = time.process_time() - began
            lowered = lower(record.schema)
            judgement.checked = [note.pointer for note in lowered.notes if note.kind == "checked"]
            _judge(record, compiled, lowered, speller, judgement)
        except ConstraintRefused as error:
            judgement.is_empty = "nothing matches it" in error.reason and not any(valid for valid, _ in record.tests)
            judgement.compile_s = time.process_time() - began
            judgement.kind, judgement.reason = "refused", error.reason
            judgement.keyword, judgement.pointer = error.keyword, error.pointer
        except FlowGenError as error:
            judgement.kind, judgement.reason = "failed", str(error)
        except Exception as error:  # a benchmark's border: a fault is a figure too
            judgement.kind, judgement.reason = "failed", f"{type(error).__name__}: {error}"
        return judgement

    return judge


def _judge(
    record: Record, compiled: CompiledConstraint, lowered: Lowered, speller: Speller, judgement: Judgement
) -> None:
    timed = _Timed(compiled, judgement.masks_s)
    for index, (is_valid, data) in enumerate(record.tests):
        is_written, stuck = _is_written(ordered(data, lowered), timed, speller)
        if is_valid and not is_written:
            judgement.false_rejects.append(index)
            judgement.stuck[index] = stuck
        elif is_written and not is_valid:
            judgement.false_accepts.append(index)


def _is_written(value: Any, compiled: CompiledConstraint, speller: Speller) -> tuple[bool, str]:
    stuck = ""
    for text in spellings(value):
        rehearsed = rehearse(compiled, speller, text)
        if rehearsed.is_written:
            return True, ""
        place = rehearsed.place
        stuck = stuck or f"{text[max(0, place - 60) : place].decode(errors='replace')} <HERE> " + text[
            place : place + 40
        ].decode(errors="replace")
    return False, stuck


class _Timed:
    """A compiled constraint whose matchers' masks are timed."""

    def __init__(self, compiled: CompiledConstraint, masks_s: list[float]) -> None:
        self._compiled = compiled
        self._masks_s = masks_s

    def matcher(self) -> TokenMatcher:
        matcher = self._compiled.matcher()
        fill_mask, masks_s = matcher.fill_mask, self._masks_s

        def timed(mask: memoryview) -> None:
            began = time.thread_time()
            fill_mask(mask)
            masks_s.append(time.thread_time() - began)

        return _Masked(matcher, timed)


class _Masked:
    def __init__(self, matcher: TokenMatcher, fill_mask: Callable[[memoryview], None]) -> None:
        self._matcher = matcher
        self.fill_mask = fill_mask

    def __getattr__(self, name: str) -> Any:
        return getattr(self._matcher, name)
