"""OpenAI's streams: who speaks, the pieces, one finish reason an answer, the counts where asked for, `[DONE]`.

A stream that fails ends with an error event: no finish reason of what failed, no `[DONE]`.
"""

from collections.abc import AsyncGenerator

from flowgen.application.choices import Choices
from flowgen.domain.errors import EngineFailed
from flowgen.domain.events import Completed
from flowgen.domain.generation import Usage
from flowgen.http.event_stream import DONE, event
from flowgen.http.openai.answers import ChunkWriter, Envelope, counts, summed
from flowgen.http.openai.errors import body_of


async def completion_events(choices: Choices, envelope: Envelope) -> AsyncGenerator[bytes, None]:
    """Give the chunks. The answers stay their owner's to end."""
    writers = [ChunkWriter(envelope, index) for index in range(len(choices))]
    usages: dict[int, Usage] = {}
    for writer in writers:
        yield event(writer.first())
    try:
        async for index, chat_event in choices:
            if isinstance(chat_event, Completed):
                usages[index] = chat_event.finish.usage
            for chunk in writers[index].add(chat_event):
                yield event(chunk)
        if len(usages) < len(writers):
            raise EngineFailed("An answer ended without a finish reason.")
    except Exception as error:  # the border: the 200 is gone, what is left is an event
        yield event(body_of(error))
        return
    if envelope.include_usage:
        told = [usages[index] for index in sorted(usages)]
        yield event(counts(summed(told, num_choices=len(writers)), envelope))
    yield DONE
