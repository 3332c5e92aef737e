"""Requests of /load and /chat: wire -> domain. In two steps, because the model that answers has defaults of its own.

Knows which fields exclude each other; refuses to know where bodies come from and what an answer looks like.
"""

import os.path
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from flowgen.application.loaded_model import LoadedModel
from flowgen.domain.chat import ChatRequest
from flowgen.domain.constraints import Constraint, Gbnf
from flowgen.domain.errors import ConflictingFields, InvalidField
from flowgen.domain.generation import Sampling
from flowgen.domain.messages import Message, Tool, ToolChoice
from flowgen.domain.model import ModelSpec
from flowgen.domain.option_table import parse, table
from flowgen.domain.options import ChatOptions, LoadOptions
from flowgen.domain.plugins import plugin_calls
from flowgen.domain.ports import ModelCatalog
from flowgen.domain.prompts import RESERVED
from flowgen.domain.values import JsonObject, Value
from flowgen.http import conversation
from flowgen.http.chat_fields import check_choice, response_format, stop_texts, token_biases, unread_variables
from flowgen.http.native.wire import ChatBody, LoadBody, UnloadBody
from flowgen.http.reading import ignored, read

LOAD_OPTIONS = table(LoadOptions)
CHAT_OPTIONS = table(ChatOptions)
_BESIDE_LOAD = {name: f" Give it as options.{name}." for name in (*LOAD_OPTIONS, *CHAT_OPTIONS)}
_BESIDE_CHAT = {
    **{where + name: " It is an option of /load." for name in LOAD_OPTIONS for where in ("", "options.")},
    **{name: f" Give it as options.{name}." for name in CHAT_OPTIONS},
}
"""Where an unknown field is known, for those who put an option in another place."""
_SAMPLING = [name for name in Sampling.__struct_fields__ if name in CHAT_OPTIONS and name not in ("seed", "logit_bias")]


class AskedChat(Value, frozen=True):
    """A checked body of /chat, before the model's defaults. `options` are those given, by name; a null is among them
    where it is a value of the option: it asks for none, whatever /load gave."""

    messages: tuple[Message, ...] = ()
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    is_parallel: bool | None = None
    constraint: Constraint | None = None
    constraint_field: str = "response_format"
    options: JsonObject = {}
    warnings: tuple[str, ...] = ()


class SettledChat(Value, frozen=True):
    """A chat with the model's defaults: the request, and what only this dialect cares for."""

    request: ChatRequest
    stream: bool
    model: str | None
    warnings: tuple[str, ...]


def read_load(raw: JsonObject, catalog: ModelCatalog) -> tuple[ModelSpec, tuple[str, ...]]:
    """Read a body of /load: what to load, and warnings. Raises InvalidRequest.

    `options` mix those of the model and those of its chats; `seed` is the model's.
    """
    unknown: list[str] = []
    body = read(LoadBody, raw, "", unknown)
    load_options, rest = parse(LOAD_OPTIONS, body.options, "options")
    if "lora_path" in load_options:
        load_options["lora_path"] = _expanded(load_options["lora_path"])
    chat_defaults, extra = parse(CHAT_OPTIONS, {name: body.options[name] for name in rest}, "options")
    unknown += [f"options.{name}" for name in extra]
    spec = ModelSpec(
        name=_model_name(body.model_path, catalog),
        path=catalog.model_file(body.model_path) or _expanded(body.model_path),
        tokenizer_name=body.tokenizer_name,
        options=LoadOptions(**load_options),
        chat_defaults=chat_defaults,
    )
    settle(AskedChat(), spec)  # the defaults of its chats are refused now, not at the first chat
    return spec, _ignored(unknown, _BESIDE_LOAD)


def _ignored(unknown: list[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """The warnings, with where an option is known that stands elsewhere."""
    return tuple(warning + known.get(path, "") for path, warning in zip(unknown, ignored(unknown), strict=True))


def _expanded(path: str) -> str:
    """The path with the home folder for `~`, as a shell would write it outside of quotes; other users' stay."""
    return os.path.expanduser(path) if path.startswith("~/") else path


def _model_name(model_path: str, catalog: ModelCatalog) -> str:
    """An embedded model's own name, else the file's."""
    if catalog.model_file(model_path):
        return model_path
    return os.path.basename(model_path).removesuffix(".gguf") or model_path


def read_unload(raw: JsonObject) -> tuple[UnloadBody, tuple[str, ...]]:
    """Read a body of /unload, and warnings. Raises InvalidRequest."""
    unknown: list[str] = []
    return read(UnloadBody, raw, "", unknown), ignored(unknown)


def read_chat(raw: JsonObject) -> AskedChat:
    """Check a body of /chat as far as that needs no model. Raises InvalidRequest."""
    unknown: list[str] = []
    body = read(ChatBody, raw, "", unknown)
    options, extra = parse(CHAT_OPTIONS, body.options, "options")
    unknown += [f"options.{name}" for name in extra]
    if not body.messages and "prompt" not in options:
        raise InvalidField("messages", raw.get("messages"), "a list of at least one message")
    tools = conversation.tools(body.tools or [], unknown)
    constraint, constraint_field = response_format(body.response_format, unknown, texts=True)
    messages = conversation.messages(body.messages or [], unknown)
    for field, wanted, given in conversation.lost_results(messages):
        raise InvalidField(field, wanted, f"the id of a call before it ({given})")
    return AskedChat(
        messages=messages,
        tools=tools,
        tool_choice=_tool_choice(body.tool_choice, options.pop("tool_choice", None), tools, unknown),
        is_parallel=_is_parallel(body.parallel_tool_calls, options.pop("parallel_tool_calls", None)),
        constraint=constraint,
        constraint_field=constraint_field,
        options={**_nulls(body.options), **options},
        warnings=_ignored(unknown, _BESIDE_CHAT),
    )


def _nulls(options: JsonObject) -> JsonObject:
    """The nulls that are values, those of options that are null unless given; elsewhere null is a field left out."""
    rows = {name: CHAT_OPTIONS[name] for name, value in options.items() if value is None and name in CHAT_OPTIONS}
    return {name: None for name, row in rows.items() if row.default is None}


def _tool_choice(top: Any, option: Any, tools: tuple[Tool, ...], unknown: list[str]) -> ToolChoice | None:
    choices = {
        where: conversation.tool_choice(raw, where, unknown)
        for where, raw in (("tool_choice", top), ("options.tool_choice", option))
        if raw is not None
    }
    if len(set(choices.values())) > 1:
        raise ConflictingFields("tool_choice", "options.tool_choice", "they differ")
    for where, choice in choices.items():
        check_choice(choice, where, tools)
    return next(iter(choices.values()), None)


def _is_parallel(top: bool | None, option: bool | None) -> bool | None:
    if top is not None and option is not None and top != option:
        raise ConflictingFields("parallel_tool_calls", "options.parallel_tool_calls", "they differ")
    return option if top is None else top


def settle(asked: AskedChat, spec: ModelSpec) -> SettledChat:
    """Lay the request's options over the model's defaults and these over the endpoint's. Raises InvalidRequest."""
    options = ChatOptions(**{**spec.chat_defaults, **asked.options})
    choice = asked.tool_choice or _default_choice(options, asked)
    _check_exclusions(asked, options, choice)
    is_grammar = options.grammar is not None
    request = ChatRequest(
        messages=asked.messages,
        tools=asked.tools,
        tool_choice=choice,
        is_parallel=options.parallel_tool_calls if asked.is_parallel is None else asked.is_parallel,
        constrain_tools=options.constrain_tools,
        constraint=asked.constraint if options.grammar is None else Gbnf(grammar=options.grammar),
        constraint_field="options.grammar" if is_grammar else asked.constraint_field,
        options_field="options.",
        sampling=_sampling(options, spec.options),
        max_tokens=options.max_tokens if options.max_tokens > 0 else None,
        stop=stop_texts(options.stop, "options.stop"),
        logprobs=options.logprobs,
        prompt=options.prompt,
        echo=options.echo,
        suffix=options.suffix or "",
        template_variables=options.template,
        stopping_criteria=plugin_calls(options.stopping_criteria, "options.stopping_criteria"),
        logits_processors=plugin_calls(options.logits_processor, "options.logits_processor"),
    )
    return SettledChat(request=request, stream=options.stream, model=options.model, warnings=asked.warnings)


def settle_for(asked: AskedChat, model: LoadedModel) -> SettledChat:
    """The same for the model that answers, whose template says which variables it reads."""
    settled = settle(asked, model.spec)
    names = [name for name in settled.request.template_variables if name not in RESERVED]
    unread = unread_variables(names, model.dialogue.renderer.template.source, "options.template")
    return replace(settled, warnings=(*settled.warnings, *unread))


def _default_choice(options: ChatOptions, asked: AskedChat) -> ToolChoice:
    """The choice that /load gave; a chat without tools has none to make."""
    if options.tool_choice is None:
        return ToolChoice()
    choice = conversation.tool_choice(options.tool_choice, "options.tool_choice", [])
    if not asked.tools:
        return ToolChoice()
    check_choice(choice, "options.tool_choice", asked.tools)
    return choice


def _check_exclusions(asked: AskedChat, options: ChatOptions, choice: ToolChoice) -> None:
    given = {"prompt": options.prompt is not None, "echo": options.echo, "suffix": bool(options.suffix)}
    for name in [name for name, is_given in given.items() if is_given]:
        if asked.tools:
            raise ConflictingFields(
                f"options.{name}", "tools", "an answer with tools is parsed as the template renders it"
            )
        if asked.constraint is not None and name != "prompt":
            raise ConflictingFields(f"options.{name}", "response_format", "the content would not match the schema")
    if options.grammar is None:
        return
    if asked.constraint is not None:
        raise ConflictingFields("options.grammar", "response_format", "an answer has one form")
    if asked.tools and choice.mode != "none":
        raise ConflictingFields(
            "options.grammar", "tools", 'the tools bind the answer too, unless tool_choice is "none"'
        )


def _sampling(options: ChatOptions, model: LoadOptions) -> Sampling:
    return Sampling(
        **{name: getattr(options, name) for name in _SAMPLING},
        penalty_last_n=model.last_n_tokens_size,
        seed=options.seed,
        logit_bias=token_biases(options.logit_bias, "options.logit_bias"),
    )
