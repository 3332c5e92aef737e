"""Inspects and loads models: the port `RuntimeFactory`. Knows the order of checks and what becomes a warning.

Refuses to know what an answer is.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

import msgspec

from flowgen.adapters.llama import backend, model_files
from flowgen.adapters.llama.assembly import make_engine
from flowgen.adapters.llama.effective import cell_warnings, effective_parameters, load_warnings, memory_warnings
from flowgen.adapters.llama.embedder import Embedder
from flowgen.adapters.llama.engine import Engine
from flowgen.adapters.llama.memory import free_memory
from flowgen.adapters.llama.parameters import Sizes, check_options, context_fields, numa_policy
from flowgen.adapters.llama.preparation import Collaborators, Preparation, check_bias
from flowgen.adapters.llama.reports import buffer_sizes
from flowgen.adapters.llama.runtime import LlamaRuntime
from flowgen.adapters.llama.spinning import spinning
from flowgen.adapters.llama.vocabulary import PromptTokenizer, read_vocabulary
from flowgen.domain.constraints import Gbnf
from flowgen.domain.errors import ConstraintRefused, EngineFailed, InvalidField, OutOfMemory
from flowgen.domain.generation import Sampling
from flowgen.domain.model import ModelFacts, ModelInfo, ModelSpec, Progress, Vocabulary
from flowgen.domain.options import PluginRef
from flowgen.domain.plugins import (
    DraftModel,
    LogitsProcessor,
    PluginRegistry,
    StoppingCriterion,
    Tokenizer,
    plugin_calls,
)
from flowgen.domain.ports import SchemaConstrainer
from flowgen.domain.values import JsonObject

T = TypeVar("T")

_LOGGER = logging.getLogger(__name__)
_ONE_AT_A_TIME = threading.Lock()
"""llama.cpp's log says nothing of who caused a line, so one load or inspection at a time reads it."""


class LlamaRuntimeFactory:
    """Loads models into this process. `find_free` gives the bytes of memory that are free; `after_step` is called by
    engines, on their threads, when all that came of a step has been delivered."""

    def __init__(
        self,
        constrainer: SchemaConstrainer,
        stopping_criteria: PluginRegistry[StoppingCriterion],
        logits_processors: PluginRegistry[LogitsProcessor],
        tokenizers: PluginRegistry[Tokenizer],
        draft_models: PluginRegistry[DraftModel],
        find_free: Callable[[], int] = free_memory,
        after_step: Callable[[], None] = lambda: None,
    ) -> None:
        self._collaborators = Collaborators(
            constrainer=constrainer, stopping_criteria=stopping_criteria, logits_processors=logits_processors
        )
        self._tokenizers = tokenizers
        self._draft_models = draft_models
        self._find_free = find_free
        self._after_step = after_step
        self._allowed_cells: tuple[ModelSpec, int] | None = None

    async def inspect(self, spec: ModelSpec, reclaimable: int = 0) -> ModelFacts:
        """Make every check that needs no weights."""
        return await asyncio.to_thread(self._inspect, spec, reclaimable)

    async def load(self, spec: ModelSpec, progress: Progress) -> LlamaRuntime:
        """Load in a thread; a load whose task is cancelled is unloaded as soon as it is there."""
        task = asyncio.create_task(asyncio.to_thread(self._load, spec, progress))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_discard)
            raise

    def _inspect(self, spec: ModelSpec, reclaimable: int) -> ModelFacts:
        model_files.check_file(spec.path)
        with _ONE_AT_A_TIME:
            backend.initialise(0)
            self._check(spec)
            model = model_files.open_outline(spec.path, spec.options)
            try:
                check_bias(map(int, spec.chat_defaults.get("logit_bias") or ()), model.n_vocab)
                return self._facts(spec, model, self._find_free() + reclaimable)
            finally:
                model.close()

    def _check(self, spec: ModelSpec) -> None:
        check_options(spec.options, max_devices=backend.max_devices(), templates=backend.builtin_templates())
        self._plugin(self._tokenizers, spec.options.tokenizer, "options.tokenizer")
        self._plugin(self._draft_models, spec.options.draft_model, "options.draft_model")
        self._check_chat_defaults(spec.chat_defaults)

    def _check_chat_defaults(self, defaults: JsonObject) -> None:
        """Refuse now what every chat with these defaults would be refused for."""
        given = self._collaborators
        for call in plugin_calls(defaults.get("stopping_criteria"), "options.stopping_criteria"):
            given.stopping_criteria.make(call, "options.stopping_criteria")
        for call in plugin_calls(defaults.get("logits_processor"), "options.logits_processor"):
            given.logits_processors.make(call, "options.logits_processor")
        if (grammar := defaults.get("grammar")) is not None:
            try:
                given.constrainer.check(Gbnf(grammar=grammar))
            except ConstraintRefused as error:
                raise ConstraintRefused("options.grammar", error.reason) from error

    def _facts(self, spec: ModelSpec, model: backend.Model, free: int) -> ModelFacts:
        facts = model_files.read_facts(spec, model)
        if spec.options.vocab_only:
            return facts
        weights = model_files.unmapped_weights(model, spec.options, backend.log.lines())
        wanted = model_files.sizes(spec.options, model)
        sizes, need = model_files.fitting(model, spec.options, free, weights)
        need.check(free)
        self._allow(spec, sizes.n_cells)
        warnings = memory_warnings(model.number("size"), free) + cell_warnings(wanted.n_cells, sizes.n_cells)
        return msgspec.structs.replace(facts, needed=need.total, warnings=warnings)

    def _allow(self, spec: ModelSpec, n_cells: int) -> None:
        """Remember what memory allowed, for the load that follows."""
        self._allowed_cells = spec, n_cells

    def _sizes(self, spec: ModelSpec, model: backend.Model) -> Sizes:
        inspected, n_cells = self._allowed_cells or (None, None)
        return model_files.sizes(spec.options, model, n_cells if inspected == spec else None)

    def _load(self, spec: ModelSpec, progress: Progress) -> LlamaRuntime:
        with _ONE_AT_A_TIME, ExitStack() as opened:
            backend.log.is_verbose = spec.options.verbose
            numa = backend.initialise(numa_policy(spec.options.numa))
            source = model_files.open_vocabulary(spec.path, spec.options)
            if spec.options.vocab_only:
                return self._assemble(spec, source, self._info(spec, source, None, numa), None, None, lambda: None)
            model = model_files.open_model(spec.path, spec.options, progress=lambda share: progress("weights", share))
            opened.callback(model.close)
            context = self._context(spec, model)
            opened.callback(context.close)
            self._adapt(spec, model, context)
            embedder = _embedder(spec, model, context)
            info = self._info(spec, model, context, numa, embeds=embedder is not None and embedder.pools)
            free = ExitStack()
            runtime = self._assemble(spec, source, info, (context, self._sizes(spec, model)), embedder, free.close)
            free.push(opened.pop_all())
            return runtime

    def _context(self, spec: ModelSpec, model: backend.Model) -> backend.Context:
        embeds = model_files.embeds(spec.options, model)
        fields = context_fields(spec.options, self._sizes(spec, model), embeds=embeds)
        try:
            return backend.Context(model, fields)
        except MemoryError:
            said, sizes = backend.log.tail(3), buffer_sizes(backend.log.lines())
            if "alloc" not in said:
                raise EngineFailed(f"llama.cpp cannot make the context:\n{said}") from None
            needed = sizes.kv_cells + sizes.recurrent + sizes.compute
            raise OutOfMemory(needed, self._find_free(), f"llama.cpp says: {said}") from None

    def _adapt(self, spec: ModelSpec, model: backend.Model, context: backend.Context) -> None:
        path = spec.options.lora_path
        if path is None:
            return
        try:
            context.apply_adapter(model.load_adapter(path), spec.options.lora_scale)
        except OSError:
            said = backend.log.tail(3)
            raise InvalidField("options.lora_path", path, f"an adapter of this model (llama.cpp: {said})") from None

    def _assemble(
        self,
        spec: ModelSpec,
        source: backend.Model,
        info: ModelInfo,
        sized: tuple[backend.Context, Sizes] | None,
        embedder: Embedder | None,
        free: Callable[[], None],
    ) -> LlamaRuntime:
        plugin = self._plugin(self._tokenizers, spec.options.tokenizer, "options.tokenizer")
        vocabulary, tokenizer = read_vocabulary(source), PromptTokenizer(source, plugin)
        preparation = Preparation(
            info,
            spec.options,
            vocabulary,
            tokenizer,
            self._collaborators,
            backend.Sampler,
            takes_checkpoints=sized is not None and sized[0].has_state,
            make_dry=lambda sampling, last_n: _dry_sampler(source, sampling, last_n),
        )
        engine = self._engine(spec, *sized, vocabulary) if sized is not None else None
        return LlamaRuntime(info, vocabulary, tokenizer, preparation, engine, embedder, free)

    def _engine(self, spec: ModelSpec, context: backend.Context, sizes: Sizes, vocabulary: Vocabulary) -> Engine:
        return make_engine(
            spec.options,
            sizes,
            context,
            vocabulary,
            has_state=context.has_state,
            free_bytes=self._find_free(),
            draft_model=self._plugin(self._draft_models, spec.options.draft_model, "options.draft_model"),
            after_step=self._after_step,
            spinning=spinning(max(context.number("n_threads"), context.number("n_threads_batch"))),
        )

    def _info(
        self,
        spec: ModelSpec,
        model: backend.Model,
        context: backend.Context | None,
        numa: int,
        *,
        embeds: bool = False,
    ) -> ModelInfo:
        facts = model_files.read_facts(spec, model)
        sizes = self._sizes(spec, model)
        why_not = model_files.why_no_chat(spec.options, facts, model)
        lines = backend.log.lines()
        return ModelInfo(
            facts=facts,
            n_ctx=sizes.n_ctx,
            n_vocab=model.n_vocab,
            can_chat=not why_not,
            why_not=why_not,
            embeds=embeds,
            effective=effective_parameters(spec.options, sizes, numa, lines, context),
            warnings=load_warnings(
                spec.options, sizes, facts.n_ctx_train, numa, lines, has_gpu=backend.supports_gpu_offload()
            ),
        )

    def _plugin(self, registry: PluginRegistry[T], reference: PluginRef | None, field: str) -> T | None:
        """Make the one plugin that an option names. Raises UnknownPlugin and InvalidField."""
        calls = plugin_calls(reference, field)
        if len(calls) > 1:
            raise InvalidField(field, reference, "one plugin")
        return registry.make(calls[0], field) if calls else None


def _discard(task: "asyncio.Task[LlamaRuntime]") -> None:
    """Unload what nobody waits for."""
    if task.cancelled() or task.exception() is not None:
        return
    _LOGGER.info("a load was given up; its model is unloaded")
    unloading = asyncio.ensure_future(task.result().close())
    _UNLOADING.add(unloading)
    unloading.add_done_callback(_UNLOADING.discard)


_UNLOADING: set["asyncio.Future[None]"] = set()
"""Keeps the tasks alive until they are done: asyncio itself holds them weakly."""


def _embedder(spec: ModelSpec, model: backend.Model, context: backend.Context) -> Embedder | None:
    if not model_files.embeds(spec.options, model):
        return None
    n_ctx_train = model.number("n_ctx_train") if model_files.is_encoder(model) else None
    return Embedder(context, model.n_vocab, n_ctx_train)


def _dry_sampler(model: backend.Model, sampling: Sampling, last_n: int) -> backend.Sampler:
    step = model.dry_step(
        sampling.dry_multiplier,
        sampling.dry_base,
        sampling.dry_allowed_length,
        last_n,
        sampling.dry_sequence_breakers,
    )
    return backend.Sampler([step])
