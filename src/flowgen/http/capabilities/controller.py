"""GET /capabilities: the table that validates requests, read with the loaded model. Pure but for the asking."""

from litestar import Controller, get
from litestar.di import NamedDependency
from msgspec import NODEFAULT, UNSET

from flowgen.application.lifecycle import ModelHost
from flowgen.application.loaded_model import LoadedModel
from flowgen.application.schema_support import KeywordSupport, SchemaSupport
from flowgen.domain.generation import Sampling
from flowgen.domain.option_table import Option
from flowgen.http.capabilities.wire import (
    CallsBody,
    CapabilitiesBody,
    FieldBody,
    KeywordsBody,
    LimitsBody,
    TagsBody,
)
from flowgen.http.event_stream import StreamSettings
from flowgen.http.native.openapi import FAILURES
from flowgen.http.openai.fields import ROWS, why_refused
from flowgen.http.openai.generation import MAX_STOPS, most_answers
from flowgen.http.openai.sampling_wire import MAX_ANSWERS, MAX_TOP_LOGPROBS

MODES = ["auto", "none", "required", "named", "allowed_tools"]
SAMPLERS = [
    "logit_bias",
    "penalties",
    "dry",
    "top_n_sigma",
    "top_k",
    "tfs_z",
    "typical_p",
    "top_p",
    "min_p",
    "xtc",
    "temperature",
    "mirostat",
]
"""In the order in which they are applied; mirostat stands in for those that cut."""
_SETTINGS = [name for name in Sampling.__struct_fields__ if name in ROWS["/v1/chat/completions"]]


class CapabilitiesController(Controller):
    """What can be asked for."""

    tags = ["native"]

    @get("/capabilities", responses=FAILURES)
    async def capabilities(
        self,
        host: NamedDependency[ModelHost],
        schemas: NamedDependency[SchemaSupport],
        settings: NamedDependency[StreamSettings],
    ) -> CapabilitiesBody:
        """Say for the loaded model which fields are enforced, which are refused and why, and what the limits are."""
        return capabilities(host.snapshot().loaded(), await schemas.keywords(), settings)


def capabilities(model: LoadedModel, keywords: KeywordSupport, settings: StreamSettings) -> CapabilitiesBody:
    """The answer, for one model."""
    tags = model.dialogue.renderer.template.reasoning
    chat = ROWS["/v1/chat/completions"]
    no_calls = why_refused(chat["tools"], model)
    return CapabilitiesBody(
        model=model.spec.name,
        architecture=model.info.facts.architecture,
        compat="lenient" if settings.is_lenient else "strict",
        tool_calls=CallsBody(
            format=model.dialogue.format.name if model.dialogue.format else None,
            reason=no_calls or model.dialogue.format_reason,
            modes=["none"] if no_calls else MODES,
        ),
        reasoning=TagsBody(opening=tags.opening, closing=tags.closing) if tags else None,
        json_schema=KeywordsBody(
            exact=list(keywords.exact), checked=list(keywords.checked), refused=list(keywords.refused)
        ),
        samplers=SAMPLERS,
        defaults={name: chat[name].default for name in _SETTINGS},
        limits=_limits(model, settings),
        embeds=model.info.embeds,
        chats=model.info.can_chat,
        fields={path: {name: _field(row, model) for name, row in rows.items()} for path, rows in ROWS.items()},
    )


def _limits(model: LoadedModel, settings: StreamSettings) -> LimitsBody:
    options = model.spec.options
    most = most_answers(model)
    return LimitsBody(
        n_ctx=model.info.n_ctx,
        n_seq_max=options.n_seq_max,
        queue_size=most - options.n_seq_max,
        body=settings.max_body,
        stop=MAX_STOPS,
        n=min(MAX_ANSWERS, most),
        top_logprobs=MAX_TOP_LOGPROBS,
    )


def _field(row: Option, model: LoadedModel) -> FieldBody:
    reason = why_refused(row, model)
    return FieldBody(
        status="refused" if reason else "enforced",
        allowed=row.allowed,
        description=row.description,
        default=UNSET if row.default is NODEFAULT else row.default,
        reason=reason or UNSET,
    )
