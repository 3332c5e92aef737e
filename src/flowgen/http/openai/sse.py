"""OpenAI's stream: who speaks, the pieces, one finish reason, the counts where asked for, `[DONE]`.

A stream that fails ends with an error event: no finish reason, no `[DONE]`.
"""

from collections.abc import AsyncGenerator

from flowgen.application.chat import ChatStream
from flowgen.http.event_stream import DONE, event
from flowgen.http.openai.answers import ChunkWriter, Envelope
from flowgen.http.openai.errors import body_of


async def completion_events(stream: ChatStream, envelope: Envelope) -> AsyncGenerator[bytes, None]:
    """Give the chunks. The stream stays its owner's to close."""
    writer = ChunkWriter(envelope)
    yield event(writer.first())
    try:
        async for chat_event in stream:
            for chunk in writer.add(chat_event):
                yield event(chunk)
    except Exception as error:  # the border: the 200 is gone, what is left is an event
        yield event(body_of(error))
        return
    yield DONE
