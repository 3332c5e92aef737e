"""Finds out about a model file without its weights. Knows what llama.cpp says of files that it refuses.

Refuses to know how much memory is free and what a runtime does.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from flowgen.adapters.llama import backend, reports
from flowgen.adapters.llama.memory import CELL_BYTES, MemoryNeed, extrapolate
from flowgen.adapters.llama.parameters import Sizes, context_fields, model_fields, sizes_of
from flowgen.adapters.llama.reports import BufferSizes, buffer_sizes
from flowgen.domain.errors import InvalidField, InvalidModelFile, ModelFileNotFound, RefusedField
from flowgen.domain.model import ModelFacts, ModelSpec
from flowgen.domain.options import LoadOptions

_TEMPLATE = "tokenizer.chat_template"
_NUM_LOG_LINES = 5
_PROBE_CELLS = 131072
"""The largest context that is measured itself; llama.cpp's bookkeeping of larger ones takes seconds to set up."""
_REPACKED = "CPU_REPACK model buffer size"
_LEARNED_POSITIONS = frozenset({"gpt2", "starcoder", "gptneo"})
_REASONS = (
    ("unknown model architecture", "has an architecture that this llama.cpp does not know"),
    ("not within the file bounds", "is truncated: it ends before its tensors do"),
    ("failed to read", "is truncated or damaged"),
    ("missing tensor", "lacks a tensor of its architecture"),
)


def check_file(path: str) -> None:
    """Raise ModelFileNotFound, or InvalidModelFile for a file that is no GGUF."""
    if not _is_file(path):
        raise ModelFileNotFound(path)
    try:
        with open(path, "rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise InvalidModelFile(f"{path} cannot be read: {error.strerror}.", field="model_path") from None
    if magic != b"GGUF":
        found = f"it begins with {magic!r}, not with b'GGUF'" if magic else "it is empty"
        raise InvalidModelFile(f"{path} is no GGUF file: {found}.", field="model_path")


def open_model(path: str, options: LoadOptions, *, progress: Callable[[float], None] | None = None) -> backend.Model:
    """Load a model with its weights as the options say. Raises InvalidModelFile with llama.cpp's last log lines."""
    return _open(path, options, {}, progress)


def open_outline(path: str, options: LoadOptions) -> backend.Model:
    """Load all but the weights: every check of the file is made, and contexts can be measured. Raises InvalidField for
    a kv_override of a type that its key does not have."""
    model = _open(path, options, {} if options.vocab_only else {"no_alloc": True, "load_mode": 0})
    for key, complaint in reports.refused_overrides(backend.log.lines()).items():
        given = (options.kv_overrides or {}).get(key)
        raise InvalidField(f"options.kv_overrides.{key}", given, f"a value of the key's type (llama.cpp: {complaint})")
    return model


def open_vocabulary(path: str, options: LoadOptions) -> backend.Model:
    """Load the vocabulary alone."""
    return _open(path, options, {"vocab_only": True})


def read_facts(spec: ModelSpec, model: backend.Model) -> ModelFacts:
    """What the file says; `needed` and `warnings` are left empty."""
    metadata = model.metadata() | {key: _printed(value) for key, value in (spec.options.kv_overrides or {}).items()}
    return ModelFacts(
        path=spec.path,
        name=metadata.get("general.name") or Path(spec.path).stem,
        architecture=metadata.get("general.architecture", ""),
        num_parameters=model.number("n_params"),
        size=max(os.path.getsize(spec.path), model.number("size")),
        n_ctx_train=model.number("n_ctx_train"),
        templates=_templates(metadata),
        bos_token=_token_text(model, "bos"),
        eos_token=_token_text(model, "eos"),
        control_tokens=tuple(_texts(model, (token for token in range(model.n_vocab) if model.is_control(token)))),
        add_bos=model.adds_bos(),
        metadata=metadata,
    )


def sizes(options: LoadOptions, model: backend.Model, n_cells: int | None = None) -> Sizes:
    """The sizes of a context for this model; `n_cells` is what memory allowed. Raises InvalidField."""
    n_ctx_train = model.number("n_ctx_train")
    n_ctx = min(options.n_ctx, n_ctx_train) if has_learned_positions(model) else options.n_ctx
    options = msgspec.structs.replace(options, n_ctx=n_ctx, embedding=embeds(options, model))
    return sizes_of(options, n_ctx_train, has_state=_has_state(options, model), n_cells=n_cells)


def _has_state(options: LoadOptions, model: backend.Model) -> bool:
    return backend.has_state(model, swa_full=options.swa_full is not False)


def why_no_chat(options: LoadOptions, facts: ModelFacts, model: backend.Model) -> str:
    """The sentence of the refusal, empty for a model that chats."""
    if options.vocab_only:
        return "The model was loaded with vocab_only: it has no weights."
    if options.embedding:
        return "The model was loaded in embedding mode (options.embedding)."
    if is_encoder(model):
        return f"The architecture {facts.architecture} is an encoder: it embeds texts and cannot chat."
    if model.number("has_encoder") or model.number("is_diffusion"):
        return f"The architecture {facts.architecture} does not generate one token after the other."
    return ""


def embeds(options: LoadOptions, model: backend.Model) -> bool:
    return options.embedding or is_encoder(model)


def has_learned_positions(model: backend.Model) -> bool:
    """Whether a decoder has a vector for each position that it was trained on: beyond the last llama.cpp aborts."""
    return model.metadata().get("general.architecture") in _LEARNED_POSITIONS


def is_encoder(model: backend.Model) -> bool:
    """Whether a model only reads: llama.cpp counts BERT and its kin, which see what follows, among the decoders."""
    if model.number("is_diffusion"):
        return False
    metadata = model.metadata()
    is_causal = metadata.get(f"{metadata.get('general.architecture')}.attention.causal", "true") == "true"
    return not is_causal or not model.number("has_decoder")


def unmapped_weights(model: backend.Model, options: LoadOptions, lines: Sequence[str]) -> int:
    """The bytes of weights that loading copies into memory: none where the file is mapped, but for those that llama.cpp
    rearranges for the processor, which may be all of them. `lines` are the log of opening the outline.
    """
    is_mapped = options.use_mmap and not options.use_mlock and not any(_REPACKED in line for line in lines)
    return 0 if is_mapped else model.number("size")


def measure(model: backend.Model, options: LoadOptions, wanted: Sizes, weights: int = 0) -> MemoryNeed:
    """What loading takes, from contexts that llama.cpp makes without memory. Raises RefusedField if it makes none."""
    adapter = os.path.getsize(options.lora_path) if options.lora_path else 0
    n_cells = wanted.n_cells
    if n_cells <= 2 * _PROBE_CELLS:
        found = _buffers(model, options, wanted)
    else:
        small, large = (
            _buffers(model, options, msgspec.structs.replace(wanted, n_cells=times * _PROBE_CELLS)) for times in (1, 2)
        )
        found = extrapolate(small, _PROBE_CELLS, large, 2 * _PROBE_CELLS, n_cells)
    return MemoryNeed(
        kv_cells=found.kv_cells + n_cells * CELL_BYTES,
        recurrent=found.recurrent,
        compute=found.compute,
        weights=weights,
        adapter=adapter,
    )


def fitting(model: backend.Model, options: LoadOptions, free: int, weights: int) -> tuple[Sizes, MemoryNeed]:
    """The sizes that fit into `free` bytes, and what they take: cells that nobody asked for are halved until they do,
    at least to those of one chat. Raises RefusedField; the need may be more than is free."""
    found = sizes(options, model)
    need = measure(model, options, found, weights)
    while need.total > free and options.n_cells is None and found.n_cells > found.n_ctx:
        found = sizes(options, model, max(found.n_ctx, found.n_cells // 2))
        need = measure(model, options, found, weights)
    return found, need


def _buffers(model: backend.Model, options: LoadOptions, wanted: Sizes) -> BufferSizes:
    backend.log.clear()
    try:
        context = backend.Context(model, context_fields(options, wanted, embeds=embeds(options, model)))
    except MemoryError:
        raise RefusedField("options", f"llama.cpp cannot make such a context:\n{backend.log.tail(3)}") from None
    can_take_back = _can_take_back(model, context, options)
    context.close()
    if options.draft_model is not None and not can_take_back:
        raise RefusedField("options.draft_model", "the memory of this model cannot take back tokens that were guessed")
    return buffer_sizes(backend.log.lines())


def _can_take_back(model: backend.Model, context: backend.Context, options: LoadOptions) -> bool:
    """Whether the newest tokens can be taken out of the memory: a recurrent state must be kept for each of them, and a
    sliding window must not have dropped what lies before them."""
    if model.number("is_hybrid") or model.number("is_recurrent"):
        return context.number("n_rs_seq") > 0
    return model.number("n_swa") == 0 or options.swa_full is not False


def _open(
    path: str, options: LoadOptions, fields: dict[str, object], progress: Callable[[float], None] | None = None
) -> backend.Model:
    backend.log.clear()
    try:
        return backend.Model(
            path,
            model_fields(options, has_gpu=backend.supports_gpu_offload()) | fields,
            kv_overrides=options.kv_overrides,
            tensor_split=options.tensor_split,
            progress=progress,
        )
    except OSError:
        lines = "\n".join(backend.log.lines())
        reason = next((reason for mark, reason in _REASONS if mark in lines), "cannot be loaded")
        tail = backend.log.tail(_NUM_LOG_LINES)
        raise InvalidModelFile(f"{path} {reason}. llama.cpp says:\n{tail}", field="model_path") from None


def _is_file(path: str) -> bool:
    try:
        return os.path.isfile(path)
    except ValueError:  # a zero byte in the path
        return False


def _printed(value: bool | int | float | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _templates(metadata: dict[str, str]) -> dict[str, str]:
    named = {key[len(_TEMPLATE) + 1 :]: text for key, text in metadata.items() if key.startswith(_TEMPLATE + ".")}
    return ({"default": metadata[_TEMPLATE]} if _TEMPLATE in metadata else {}) | named


def _token_text(model: backend.Model, what: str) -> str:
    token = model.special_token(what)
    return "" if token is None else _texts(model, [token])[0]


def _texts(model: backend.Model, tokens: Iterable[int]) -> list[str]:
    return [data.decode("utf-8", "replace") for data in model.pieces(tokens)]
