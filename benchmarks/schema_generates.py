"""Draws a document under each schema with a model at temperature 1, and has it judged by the `jsonschema` package:
another validator than ours. Refuses to know how answers are bound."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

from benchmarks.schema_corpus import Record
from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.bootstrap.worker import make_runtimes
from flowgen.domain.constraints import JsonSchema
from flowgen.domain.errors import ConstraintRefused, FlowGenError
from flowgen.domain.generation import GenerationRequest, PromptSegment, Sampling
from flowgen.domain.model import ModelSpec
from flowgen.domain.options import LoadOptions
from flowgen.domain.ports import ModelRuntime

PROMPT = "<|im_start|>user\nWrite a JSON document.<|im_end|>\n<|im_start|>assistant\n"
DRAWN = Sampling(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0)


@dataclass
class Drawn:
    """What became of a schema's answer. `kind`: stop, length, refused, unsatisfied, failed, timeout, crash.
    `fault` is what the validator says, empty where the document is valid. Times are in seconds."""

    id: str
    kind: str
    text: str = ""
    fault: str = ""
    reason: str = ""
    num_tokens: int = 0
    num_discarded: int = 0
    seconds: float = 0.0


def make_generator(model: Path, max_tokens: int, seed: int) -> Callable[[Record], Drawn]:
    """A generator with a GGUF loaded in this process."""
    runner = asyncio.Runner()
    options = LoadOptions(n_ctx=max_tokens + 512, n_threads=1, n_threads_batch=1, n_seq_max=1)
    spec = ModelSpec(name=model.stem, path=str(model), options=options)
    runtime = runner.run(make_runtimes(LlguidanceConstrainer()).load(spec, lambda *_: None))

    def generate(record: Record) -> Drawn:
        began = time.perf_counter()
        try:
            drawn = runner.run(_draw(runtime, record, max_tokens, seed))
        except ConstraintRefused as error:
            drawn = Drawn(record.id, "refused", reason=str(error))
        except FlowGenError as error:
            kind = "unsatisfied" if error.code == "constraint_unsatisfied" else "failed"
            drawn = Drawn(record.id, kind, reason=str(error))
        except Exception as error:  # a benchmark's border: a fault is a figure too
            drawn = Drawn(record.id, "failed", reason=f"{type(error).__name__}: {error}")
        drawn.seconds = time.perf_counter() - began
        return drawn

    return generate


async def _draw(runtime: ModelRuntime, record: Record, max_tokens: int, seed: int) -> Drawn:
    request = GenerationRequest(
        prompt=(PromptSegment(text=PROMPT),),
        sampling=Sampling(
            **{name: getattr(DRAWN, name) for name in ("temperature", "top_k", "top_p", "min_p")}, seed=seed
        ),
        constraint=JsonSchema(schema=record.schema),
        max_tokens=max_tokens,
    )
    text, drawn = [], Drawn(record.id, "failed")
    async with await runtime.start(request) as generation:
        async for chunk in generation:
            text.append(chunk.text)
            if chunk.finish is not None:
                usage = chunk.finish.usage
                drawn.kind, drawn.num_tokens = chunk.finish.reason, usage.completion_tokens
                drawn.num_discarded = getattr(usage, "discarded_tokens", 0)
    drawn.text = "".join(text)
    if drawn.kind == "stop":
        drawn.fault = fault(record.schema, drawn.text)
    return drawn


def fault(schema: Any, text: str) -> str:
    """What `jsonschema` says against a document, empty where it is valid."""
    validator = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        error = jsonschema.exceptions.best_match(
            validator(schema, format_checker=validator.FORMAT_CHECKER).iter_errors(json.loads(text))
        )
    except Exception as error:  # the other validator's own troubles are to be looked at by hand
        return f"{type(error).__name__}: {error}"
    return "" if error is None else f"{error.json_path}: {error.message[:200]}"
