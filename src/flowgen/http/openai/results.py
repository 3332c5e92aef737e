"""Which call a tool's result answers: OpenAI refuses one that answers none. Pure; refuses to know wire shapes."""

from collections.abc import Sequence

from flowgen.domain.messages import Message
from flowgen.http.openai.fields import Refusals


def check_results(messages: Sequence[Message], refusals: Refusals) -> None:
    """Refuse a `tool_call_id` that no earlier call has. Calls without ids are answered in order, and by any id."""
    known: set[str] = set()
    for index, message in enumerate(messages):
        known |= {call.id for call in message.tool_calls}
        wanted = message.tool_call_id
        if message.role == "tool" and wanted and wanted not in known and "" not in known:
            given = ", ".join(sorted(known)) or "none"
            refusals.refuse(
                f"messages[{index}].tool_call_id", f"no call before it has this id (those that do: {given})"
            )
