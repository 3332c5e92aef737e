"""Which call a tool's result answers: OpenAI refuses one that answers none. Pure; refuses to know wire shapes."""

from collections.abc import Sequence

from flowgen.domain.messages import Message
from flowgen.http.conversation import lost_results
from flowgen.http.openai.fields import Refusals


def check_results(messages: Sequence[Message], refusals: Refusals) -> None:
    """Refuse a `tool_call_id` that no earlier call has."""
    for field, _, given in lost_results(messages):
        refusals.refuse(field, f"no call before it has this id (those that do: {given})")
