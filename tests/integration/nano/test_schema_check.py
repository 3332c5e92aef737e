"""`flowgen schema check --jsonl` accepts a document exactly when the engine can be made to write it, token by token."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import pytest_asyncio

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.llama.factory import LlamaRuntimeFactory
from flowgen.adapters.llama.runtime import LlamaRuntime
from flowgen.application.rehearsal import Speller
from flowgen.application.schemas.lowering import lower
from flowgen.application.schemas.ordering import ordered
from flowgen.application.spellings import spellings
from flowgen.bootstrap.vocabularies import make_checker, vocabulary_of
from flowgen.cli.schema import write_lines
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.errors import FlowGenError
from flowgen.domain.generation import GenerationRequest, PromptSegment
from flowgen.domain.plugins import PluginCall
from support.tiny_runtimes import NANO, NamedPlugins, spec_of

SAMPLES = [json.loads(line) for line in (Path(__file__).parents[2] / "samples/schemas.jsonl").read_bytes().splitlines()]

_ROOM = 256
"""Tokens beyond a text's: near its limit an answer is led to its end."""


class Dictation:
    """A logits processor that leaves the tokens that a text goes on with, and the end after it."""

    def __init__(self, speller: Speller, text: str) -> None:
        self._speller = speller
        self._text = text.encode()

    def process(self, prompt: Sequence[int], tokens: Sequence[int], logits: Any) -> None:
        written = b"".join(self._speller.vocabulary.tokens[token] for token in tokens)
        left = list(self._speller.beginnings(self._text, len(written))) if self._text.startswith(written) else []
        if written == self._text:
            left = list(self._speller.vocabulary.end_tokens)
        scores = np.array([logits[token] for token in left], np.float32)
        logits[:] = float("-inf")
        logits[left] = scores


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def runtime() -> AsyncIterator[LlamaRuntime]:
    speller = Speller(vocabulary_of(str(NANO)))
    factory = LlamaRuntimeFactory(
        constrainer=LlguidanceConstrainer(),
        stopping_criteria=NamedPlugins(),
        logits_processors=NamedPlugins(dictation=partial(Dictation, speller)),
        tokenizers=NamedPlugins(),
        draft_models=NamedPlugins(),
    )
    runtime = await factory.load(spec_of(NANO, n_ctx=1024), lambda *_: None)
    yield runtime
    await runtime.close()


async def is_forced(runtime: LlamaRuntime, schema: Any, text: bytes) -> bool:
    """Whether the engine, left no other choice, writes the text and ends."""
    request = GenerationRequest(
        prompt=(PromptSegment(text="A document:"),),
        constraint=JsonSchema(schema=schema),
        max_tokens=len(text) + _ROOM,
        logits_processors=(PluginCall(name="dictation", parameters={"text": text.decode()}),),
    )
    try:
        async with await runtime.start(request) as generation:
            chunks = [chunk async for chunk in generation]
    except FlowGenError:
        return False
    finish = chunks[-1].finish
    return "".join(chunk.text for chunk in chunks).encode() == text and finish is not None and finish.reason == "stop"


async def forced(runtime: LlamaRuntime, sample: Any) -> list[bool]:
    """Which documents of a sample the engine can be made to write, in any spelling."""
    lowered = lower(sample["schema"])
    texts = [list(spellings(ordered(test["data"], lowered))) for test in sample["tests"]]
    written = await asyncio.gather(*(is_forced(runtime, sample["schema"], text) for text in chain(*texts)))
    found = iter(written)
    return [any([next(found) for _ in spelt]) for spelt in texts]


def answers(lines: Sequence[Any]) -> list[Any]:
    """What the command writes for these lines."""
    out = io.BytesIO()
    with make_checker(None) as checker:
        write_lines([msgspec.json.encode(line) for line in lines], out, checker, "2020-12")
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_accepted_is_what_the_engine_can_write(runtime: LlamaRuntime) -> None:
    lines = [
        {"schema": sample["schema"], "documents": [test["data"] for test in sample["tests"]]} for sample in SAMPLES
    ]
    for sample, answer in zip(SAMPLES, answers(lines), strict=True):
        assert "error" not in answer, (sample["id"], answer)
        assert answer["accepted"] == [test["valid"] for test in sample["tests"]], sample["id"]
        assert await forced(runtime, sample) == [test["valid"] for test in sample["tests"]], sample["id"]
