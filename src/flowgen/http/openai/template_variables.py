"""Variables of the chat template that a body of /v1 may set. Pure; refuses to know what a template does with them."""

from flowgen.domain.errors import ConflictingFields
from flowgen.domain.prompts import RESERVED
from flowgen.domain.values import JsonObject
from flowgen.http.openai.fields import Refusals
from flowgen.http.openai.wire import ChatCompletionBody

FIELD = "chat_template_kwargs"
EFFORT = "reasoning_effort"


def check_variables(body: ChatCompletionBody, refusals: Refusals) -> JsonObject:
    """The variables that a body sets. Raises RefusedField for those that the server fills in by itself, and
    ConflictingFields for an effort that is given twice."""
    kept = dict(body.chat_template_kwargs)
    for name in [name for name in kept if name in RESERVED]:
        refusals.refuse(f"{FIELD}.{name}", "the server fills it in from the request and the model's file")
        del kept[name]
    if None not in (body.reasoning_effort, kept.get(EFFORT)) and body.reasoning_effort != kept[EFFORT]:
        raise ConflictingFields(EFFORT, f"{FIELD}.{EFFORT}", "they differ")
    return kept
