"""A chat as the application sees it: every dialect maps to this. Refuses to know wire shapes and llama.cpp."""

from flowgen.domain.constraints import Constraint
from flowgen.domain.events import MalformedToolCall
from flowgen.domain.generation import Finish, PromptSegment, Sampling, TokenLogprob
from flowgen.domain.messages import Message, Tool, ToolCall, ToolChoice
from flowgen.domain.plugins import PluginCall
from flowgen.domain.values import JsonObject, Value


class ChatRequest(Value, frozen=True):
    """One answer that is asked for.

    `constraint` binds the answer's content; `constraint_field` is its name in the dialect, for errors, and
    `options_field` what stands before the names of options there, such as "options.". `prompt`
    replaces the rendered one. `max_tokens` None is as many as the context holds. With `ignore_eos` the model's end
    tokens are never chosen; not beside a constraint or tools that bind. `segments` replace the rendered prompt as
    `prompt` does. With `continues_last` the answer goes on with the last message, which is the assistant's.
    Without `opens_answer` the prompt ends before an answer begins, and there is none.
    `text_biases` are biases of each token of a text. Without `reuses_prefix` nothing of the prompt is taken from the
    cache.
    """

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = ToolChoice()
    is_parallel: bool = True
    constrain_tools: bool = True
    constraint: Constraint | None = None
    constraint_field: str = "response_format"
    options_field: str = ""
    sampling: Sampling = Sampling()
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    text_biases: tuple[tuple[str, float], ...] = ()
    ignore_eos: bool = False
    logprobs: int | None = None
    prompt: str | None = None
    segments: tuple[PromptSegment, ...] = ()
    continues_last: bool = False
    opens_answer: bool = True
    reuses_prefix: bool = True
    echo: bool = False
    suffix: str = ""
    template_variables: JsonObject = {}
    stopping_criteria: tuple[PluginCall, ...] = ()
    logits_processors: tuple[PluginCall, ...] = ()


class ChatAnswer(Value, frozen=True):
    """A whole answer: the fold of its events."""

    content: str
    reasoning: str
    tool_calls: tuple[ToolCall, ...]
    malformed: tuple[MalformedToolCall, ...]
    logprobs: tuple[TokenLogprob, ...]
    finish: Finish
    warnings: tuple[str, ...]
