"""The ports: what the application needs of the outside, as roles. Refuses to know who plays them."""

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from flowgen.domain.constraints import Constraint
from flowgen.domain.events import ParsedEvent
from flowgen.domain.generation import FinishReason, GenerationRequest, TokenChunk
from flowgen.domain.messages import Message, Tool, ToolCall
from flowgen.domain.model import Embeddings, EngineStatus, ModelFacts, ModelInfo, ModelSpec, Progress, Vocabulary
from flowgen.domain.prompts import RenderedPrompt, TemplateInfo, TemplateOptions
from flowgen.domain.toolcalls import AnswerPlan, AnswerStart, GrammarPart, Markup, Match, TemplateProbe
from flowgen.domain.verdicts import Verdict


class Generation(Protocol):
    """An admitted request, perhaps still waiting for its turn. Leaving `async with` cancels it."""

    num_prompt_tokens: int
    warnings: Sequence[str]

    def __aiter__(self) -> AsyncIterator[TokenChunk]:
        """Give the chunks; the last has `finish`. Raises EngineFailed or GenerationInterrupted."""

    async def cancel(self) -> None:
        """End the answer now; harmless at any time, also twice."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class ModelRuntime(Protocol):
    """One loaded model; safe for any number of concurrent callers."""

    info: ModelInfo

    async def start(self, request: GenerationRequest) -> Generation:
        """Tokenize, compile and admit. Raises every error that can be known before the first token:
        ContextOverflow, ConstraintRefused, UnknownPlugin, InvalidField, NotAChatModel."""

    async def tokenize(self, text: str, *, special: bool, add_special: bool = False) -> list[int]:
        """Give the ids of a text; with `special`, special tokens' texts become those tokens, with `add_special` the
        text stands between the BOS and EOS that the model wants."""

    async def detokenize(self, tokens: Sequence[int]) -> bytes:
        """Give the bytes of tokens; special tokens give their text. Raises InvalidField for an unknown id."""

    async def embed(self, inputs: Sequence[Sequence[int]]) -> Embeddings:
        """Give one pooled vector per input. Raises RefusedField where the model does not embed."""

    async def status(self) -> EngineStatus: ...

    async def interrupt(self, reason: str) -> None:
        """End all answers, running and waiting, with GenerationInterrupted(reason)."""

    async def close(self) -> None:
        """End all answers and free the model; harmless twice."""


@runtime_checkable  # Litestar checks what it injects
class ModelCatalog(Protocol):
    """Knows the models that come with FlowGen."""

    def model_file(self, name: str) -> str | None:
        """The path of an embedded model's GGUF, None for any other name."""

    def tokenizer_folder(self, name: str) -> str | None:
        """The path of an embedded model's tokenizer, None for any other name."""


class RuntimeFactory(Protocol):
    """Finds out about model files and loads them."""

    async def inspect(self, spec: ModelSpec, reclaimable: int = 0) -> ModelFacts:
        """Read a file's header. Raises ModelFileNotFound, InvalidModelFile, OutOfMemory, RefusedField, UnknownPlugin
        and InvalidField: all that can be known without loading. `reclaimable` bytes will be free by then."""

    async def load(self, spec: ModelSpec, progress: Progress) -> ModelRuntime:
        """Load a model that was inspected. Raises InvalidModelFile, OutOfMemory or EngineFailed."""


class PromptRenderer(Protocol):
    """Turns messages into a prompt. Stateless; raises PromptNotRenderable in the template's own words."""

    template: TemplateInfo

    def render(
        self, messages: Sequence[Message], tools: Sequence[Tool], options: TemplateOptions
    ) -> RenderedPrompt: ...


class RendererFactory(Protocol):
    """Chooses and makes the renderer of a model."""

    def create(self, spec: ModelSpec, facts: ModelFacts) -> PromptRenderer:
        """Blocking; may read files or ask a hub. Raises TokenizerNotFound, UnknownPlugin, InvalidField and
        PromptNotRenderable."""


class ChatHandlerPlugin(Protocol):
    """Entry point group `flowgen.chat_handlers`: makes the renderer that /load's `chat_handler` names."""

    def __call__(self, facts: ModelFacts, **parameters: object) -> PromptRenderer:
        """Make a renderer; raise TypeError or ValueError with a sentence for bad parameters."""


class ToolCallParser(Protocol):
    """One per answer; any cut of the same text folds to the same result. Never raises on text."""

    def feed(self, text: str) -> Sequence[ParsedEvent]: ...

    def finish(self, reason: FinishReason) -> Sequence[ParsedEvent]:
        """The text has ended; with `length` an open call is malformed, never complete."""


class ToolCallFormat(Protocol):
    """The plugin unit, stateless: one syntax of tool calls."""

    name: str

    def match(self, probe: TemplateProbe) -> Match | None: ...

    def markup(self, tools: Sequence[Tool]) -> Markup: ...

    def grammar(self, plan: AnswerPlan) -> GrammarPart:
        """Rules only: the application joins reasoning, text, calls and schema. Raises ConstraintRefused whose field is
        `tools[i].function.parameters`, for a schema that the syntax cannot be bound to."""

    def parser(self, start: AnswerStart) -> ToolCallParser: ...

    def write(self, calls: Sequence[ToolCall]) -> str:
        """Past calls as the model would write them, markers included. Raises CannotWrite."""


@runtime_checkable
class DescribedFormat(Protocol):
    """A format that can be told as data, to processes that do not find it by its name."""

    def description(self) -> str:
        """The format as text; empty where its name has to do."""


@runtime_checkable
class AnswerFrame(Protocol):
    """What a format may know of answers besides calls: the markup around thinking and content."""

    def reasoning_ends(self) -> tuple[str, ...]:
        """Texts that end a block of reasoning which was not closed, and belong to what follows."""

    def text_parser(self, start: AnswerStart) -> ToolCallParser:
        """The parser of an answer without calls."""

    def new_call_id(self) -> str:
        """A new id of a call, in the letters that models and templates of this format take."""

    def text_markup(self) -> Markup:
        """What the engine is to keep in an answer without calls."""


class FormatRegistry(Protocol):
    """The formats there are."""

    def names(self) -> Sequence[str]: ...

    def get(self, name: str) -> ToolCallFormat:
        """Raises UnknownPlugin for field `options.tool_call_format`."""

    def detect(self, probe: TemplateProbe) -> tuple[ToolCallFormat, Match] | None: ...

    def derive(self, probe: TemplateProbe) -> tuple[ToolCallFormat, Match] | None:
        """The format that a template's own calls show, whatever formats are known."""


class TokenMatcher(Protocol):
    """Follows one answer through its grammar, on the engine's thread."""

    def fill_mask(self, mask: memoryview) -> None:
        """Write a bit per token, little-endian in 32-bit words: 1 is allowed. Raises EngineFailed on its own limits."""

    @property
    def num_held(self) -> int:
        """How many of the last tokens may yet be taken back: those from the beginning of a checked value on."""

    def accept(self, token: int) -> Verdict:
        """Advance by a token, an end token too, or refuse it; where tokens are taken back for it, the matcher has gone
        back already."""

    def rollback(self, num_tokens: int) -> None: ...

    def forced(self) -> list[int]:
        """The tokens that the grammar leaves no choice about, from here on."""

    def is_finished(self) -> bool:
        """Nothing may follow but the answer's end."""

    def may_finish(self) -> bool:
        """The grammar lets the answer end here; whether what it says may stay is `accept`'s to judge."""


@runtime_checkable
class HasteningMatcher(TokenMatcher, Protocol):
    """Can bring its answer to an end before the tokens are spent."""

    def hasten(self, mask: memoryview, num_left: int) -> bool:
        """Leave in a mask that was filled here only tokens on the shortest way to the end, where the `num_left` tokens
        that the answer may yet have would else be too few; say whether any was taken out."""

    @property
    def was_led(self) -> bool:
        """A value that a schema checks was looked for in vain, so the answer went along with one that was known."""


class CompiledConstraint(Protocol):
    """Compiled once; makes a matcher per sequence, cheaply."""

    def matcher(self) -> TokenMatcher: ...


class ConstraintCheck(Protocol):
    """Tries constraints before they are compiled for a model."""

    def check(self, constraint: Constraint) -> tuple[str, ...]:
        """Blocking; safe from any thread. Give warnings: what the constraint says that binds nothing. Raises
        ConstraintRefused for what could not be compiled for any vocabulary, ModelUnavailable where too many others
        are tried at the moment."""


class SchemaConstrainer(ConstraintCheck, Protocol):
    """Compiles constraints; caches by (constraint, vocabulary)."""

    def compile(self, constraint: Constraint, vocabulary: Vocabulary) -> CompiledConstraint:
        """Blocking; safe from any thread. Raises ConstraintRefused with keyword and JSON pointer."""
