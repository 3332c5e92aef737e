"""The error tree. Knows what went wrong and what to do; refuses to know HTTP statuses and wire shapes.

FlowGenError                      anything that a caller is told about
├── InvalidRequest                the caller can mend it; sending it again unchanged cannot succeed
│   ├── InvalidField              a wrong type or range: which field, what came, what is allowed
│   ├── RefusedField              a known field that cannot be done here, and why
│   ├── ConflictingFields         two fields that exclude each other
│   ├── UnknownPlugin             a name that no plugin is registered under; lists those that are
│   ├── ConstraintRefused         a schema or grammar that cannot be enforced: keyword, JSON pointer, reason
│   ├── ContextOverflow           the prompt is longer than the context: both numbers
│   ├── PromptNotRenderable       the chat template refuses these messages
│   ├── CannotWrite               a past tool call that the model's syntax has no letters for
│   ├── InvalidModelFile          no GGUF, truncated, or an architecture that this llama.cpp does not know
│   ├── TokenizerNotFound         a tokenizer name that is neither a folder here nor to be had from the hub
│   └── NotAChatModel             vocab_only and embedding models do not chat
├── ModelFileNotFound             the path names no file
├── ModelNotLoaded                there is no model to talk to
├── LoadInProgress                one load at a time
├── OutOfMemory                   found before loading: bytes needed and bytes free
├── ModelUnavailable              a model is on its way in or out; try again later
├── QueueFull                     too many requests wait already; try again later
├── ConstraintUnsatisfied         the model found no answer that the schema's checks take: keyword, JSON pointer
├── GenerationInterrupted         an answer under way ended because the model was taken away
└── EngineFailed                  the engine broke: ours to mend, never the caller's
"""

from collections.abc import Mapping, Sequence

_IN_JSON: Mapping[object, str] = {None: "null", True: "true", False: "false"}


class FlowGenError(Exception):
    """Base of every error that reaches a caller. `code` is stable, `hint` says what to do, `field` a JSON path."""

    code = "error"
    retryable = False

    def __init__(self, message: str, *, hint: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field

    def __str__(self) -> str:
        if not self.hint:
            return self.message
        return f"{self.message}{'' if self.message.endswith('.') else '.'} {self.hint}"


class InvalidRequest(FlowGenError):
    """The request cannot be done as asked; not a fault of the server."""

    code = "invalid_request"


class InvalidField(InvalidRequest):
    """A field of a wrong type or out of its range."""

    code = "invalid_field"

    def __init__(self, field: str, got: object, allowed: str) -> None:
        shown = _IN_JSON.get(got, repr(got)) if got is None or isinstance(got, bool) else repr(got)
        shown = shown if len(shown) <= 120 else shown[:117] + "..."
        super().__init__(f"{field}: got {shown}; allowed: {allowed}.", field=field)


class RefusedField(InvalidRequest):
    """A documented field that cannot be done here."""

    code = "refused_field"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} is refused: {reason}.", field=field)


class ConflictingFields(InvalidRequest):
    """Fields that exclude each other; the message names both."""

    code = "conflicting_fields"

    def __init__(self, first: str, second: str, reason: str) -> None:
        super().__init__(f"{first} and {second} exclude each other: {reason}.", field=first)


class UnknownPlugin(InvalidRequest):
    """A plugin name that is not registered."""

    code = "unknown_plugin"

    def __init__(self, field: str, name: str, known: Sequence[str]) -> None:
        names = ", ".join(sorted(known)) or "none"
        super().__init__(f"{field}: no plugin is named {name!r}; known: {names}.", field=field)


class ConstraintRefused(InvalidRequest):
    """A schema or grammar that cannot be enforced. `pointer` is a JSON pointer into the user's own schema."""

    code = "constraint_refused"

    def __init__(self, field: str, reason: str, *, keyword: str | None = None, pointer: str = "") -> None:
        where = f" (keyword {keyword!r} at {pointer or '/'!r})" if keyword else ""
        super().__init__(f"{field} cannot be enforced{where}: {reason}.", field=field)
        self.keyword = keyword
        self.pointer = pointer
        self.reason = reason


class ContextOverflow(InvalidRequest):
    """The prompt does not fit into the context. Counts are in tokens."""

    code = "context_length_exceeded"

    def __init__(self, num_prompt_tokens: int, n_ctx: int) -> None:
        super().__init__(
            f"The prompt has {num_prompt_tokens} tokens and the context holds {n_ctx}, answer included.",
            hint="Shorten the messages or load the model with a larger n_ctx.",
            field="messages",
        )
        self.num_prompt_tokens = num_prompt_tokens
        self.n_ctx = n_ctx


class PromptNotRenderable(InvalidRequest):
    """The chat template refused these messages or tools, or it is broken."""

    code = "prompt_not_renderable"


class CannotWrite(InvalidRequest):
    """A past tool call holds a value that the model's tool-call syntax cannot carry."""

    code = "cannot_write"


class InvalidModelFile(InvalidRequest):
    """A file that llama.cpp cannot load. The message ends with llama.cpp's own last log lines."""

    code = "invalid_model_file"


class TokenizerNotFound(InvalidRequest):
    """A tokenizer that cannot be had: no such folder, or a hub that does not answer."""

    code = "tokenizer_not_found"


class NotAChatModel(InvalidRequest):
    """The loaded model cannot chat, by its own nature or by an option of /load."""

    code = "not_a_chat_model"


class ModelFileNotFound(FlowGenError):
    """The model path names no file."""

    code = "model_file_not_found"

    def __init__(self, path: str) -> None:
        super().__init__(f"Model file not found: {path}", field="model_path")


class ModelNotLoaded(FlowGenError):
    """No model is loaded."""

    code = "model_not_loaded"

    def __init__(self) -> None:
        super().__init__("Model not loaded. Call /load first.")


class LoadInProgress(FlowGenError):
    """A model is being loaded, and there is one load at a time."""

    code = "load_in_progress"

    def __init__(self, model_path: str) -> None:
        super().__init__(f"A load is in progress ({model_path}).", hint="Wait until it has ended.")


class OutOfMemory(FlowGenError):
    """Found before loading: the model does not fit. Sizes are in bytes."""

    code = "out_of_memory"

    def __init__(self, needed: int, free: int, parts: str) -> None:
        super().__init__(
            f"Not enough memory: {needed} bytes needed ({parts}), {free} bytes free.",
            hint="Load with a smaller n_ctx, a smaller n_cells or a more compact model.",
        )
        self.needed = needed
        self.free = free


class ModelUnavailable(FlowGenError):
    """A model is being swapped, drained or restarted. `retry_after` is in seconds."""

    code = "model_unavailable"
    retryable = True

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class QueueFull(FlowGenError):
    """As many requests wait as may. `retry_after` is in seconds, from the measured throughput."""

    code = "queue_full"
    retryable = True

    def __init__(self, num_waiting: int, retry_after: int) -> None:
        super().__init__(
            f"{num_waiting} requests are waiting, which is as many as may.",
            hint=f"Try again in {retry_after} s, or load with a larger options.queue_size.",
        )
        self.num_waiting = num_waiting
        self.retry_after = retry_after


class ConstraintUnsatisfied(FlowGenError):
    """An answer that no check of its schema took, though many tokens were thrown away for it. Not a fault of the
    request's form: another seed may succeed. `pointer` is a JSON pointer into the schema that `field` names."""

    code = "constraint_unsatisfied"

    def __init__(self, field: str, keyword: str, pointer: str, num_discarded: int) -> None:
        super().__init__(
            f"{field}: no answer was found that keyword {keyword!r} at {pointer or '/'!r} takes; {num_discarded} tokens"
            " were thrown away.",
            hint="Ask for it in the messages, or try another seed, a higher temperature or a larger max_tokens.",
            field=field,
        )
        self.keyword = keyword
        self.pointer = pointer
        self.num_discarded = num_discarded


class GenerationInterrupted(FlowGenError):
    """An answer under way was ended from outside: unloading, a swap, or the server's end."""

    code = "generation_interrupted"
    retryable = True


class EngineFailed(FlowGenError):
    """The engine broke. Never the caller's fault."""

    code = "engine_failed"
