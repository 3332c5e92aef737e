"""Answers of /v1/completions: domain -> wire, whole and in pieces. Pure; refuses to know sockets and clocks."""

from collections.abc import AsyncGenerator, Sequence

from msgspec import UNSET

from flowgen.application.choices import Choices
from flowgen.domain.chat import ChatAnswer
from flowgen.domain.errors import EngineFailed
from flowgen.domain.events import ChatEvent, Completed, ContentDelta, LogprobsDelta
from flowgen.domain.generation import TokenLogprob, Usage
from flowgen.http.answer_parts import LEAST_LOGPROB, usage_body
from flowgen.http.event_stream import DONE, event
from flowgen.http.openai.answers import Envelope, summed
from flowgen.http.openai.errors import body_of
from flowgen.http.openai.text_answer_wire import TextChoice, TextCompletion, TextLogprobs


class LogprobsWriter:
    """The log-probabilities of one answer, piece by piece. With an echo the prompt's tokens come first, and the very
    first has none: nothing was there to expect it."""

    def __init__(self, num_prompt_tokens: int = 0, echo: str = "") -> None:
        self._offset = 0
        self._echo = echo
        self._num_missing = num_prompt_tokens - 1
        self._prompt: list[TokenLogprob] = []

    def add(self, logprobs: Sequence[TokenLogprob]) -> TextLogprobs | None:
        """The entries of some tokens; the prompt's are told together."""
        if not self._echo:
            return self._entries(logprobs)
        self._prompt += logprobs
        if len(self._prompt) < self._num_missing:
            return None
        told = b"".join(item.chosen.data for item in self._prompt[: self._num_missing])
        first = self._echo.encode()[: max(0, len(self._echo.encode()) - len(told))].decode(errors="replace")
        self._echo = ""
        rest = self._entries(self._prompt, start=len(first))
        return TextLogprobs(
            tokens=[first, *rest.tokens],
            token_logprobs=[None, *rest.token_logprobs],
            top_logprobs=[None, *rest.top_logprobs],
            text_offset=[0, *rest.text_offset],
        )

    def rest(self) -> TextLogprobs | None:
        """What is not told at the end: the only token of a prompt that nothing followed."""
        return self.add(()) if self._echo else None

    def _entries(self, logprobs: Sequence[TokenLogprob], start: int = 0) -> TextLogprobs:
        self._offset += start
        offsets = []
        for item in logprobs:
            begun = [not _is_inner(byte) for byte in item.chosen.data]
            offsets.append(self._offset if all(begun[:1]) else self._offset - 1)
            self._offset += sum(begun)
        return TextLogprobs(
            tokens=[item.chosen.data.decode(errors="replace") for item in logprobs],
            token_logprobs=[max(item.chosen.logprob, LEAST_LOGPROB) for item in logprobs],
            top_logprobs=[_alternatives(item) for item in logprobs],
            text_offset=offsets,
        )


def _is_inner(byte: int) -> bool:
    """Whether a byte goes on with a character: a token that begins with one stands where that character does."""
    return 0x80 <= byte < 0xC0


def _alternatives(item: TokenLogprob) -> dict[str, float]:
    """By text, the chosen one too, where any were asked for; of tokens with one text the likeliest."""
    found: dict[str, float] = {}
    for other in (*item.top, item.chosen) if item.top else ():
        found.setdefault(other.data.decode(errors="replace"), max(other.logprob, LEAST_LOGPROB))
    return found


class TextEnvelope(Envelope, frozen=True):
    """What answers are sent in. `num_choices` are the answers to one prompt."""

    num_choices: int = 1
    echoes: bool = False


def text_completion(answers: Sequence[ChatAnswer], choices: Choices, envelope: TextEnvelope) -> TextCompletion:
    """All answers to one request."""
    warnings = [*envelope.warnings, *dict.fromkeys(text for answer in answers for text in answer.warnings)]
    return TextCompletion(
        id=envelope.id,
        created=envelope.created,
        model=envelope.model,
        choices=[_choice(index, answer, choices, envelope) for index, answer in enumerate(answers)],
        usage=usage_body(summed([answer.finish.usage for answer in answers], envelope.num_choices)),
        warnings=warnings or UNSET,
    )


def _choice(index: int, answer: ChatAnswer, choices: Choices, envelope: TextEnvelope) -> TextChoice:
    writer = _writer(index, choices, envelope)
    return TextChoice(
        text=answer.content,
        index=index,
        logprobs=writer.add(answer.logprobs) if envelope.with_logprobs else None,
        finish_reason=answer.finish.reason,
    )


def _writer(index: int, choices: Choices, envelope: TextEnvelope) -> LogprobsWriter:
    if not envelope.echoes:
        return LogprobsWriter()
    return LogprobsWriter(choices.num_prompt_tokens(index), choices.echo(index))


class TextWriter:
    """Turns one answer's events into pieces; a text waits for its tokens' log-probabilities, where asked for."""

    def __init__(self, index: int, choices: Choices, envelope: TextEnvelope) -> None:
        self._index = index
        self._logprobs = _writer(index, choices, envelope) if envelope.with_logprobs else None
        self._held = ""

    def add(self, chat_event: ChatEvent) -> list[TextChoice]:
        """The pieces of an event."""
        match chat_event:
            case ContentDelta(text=text) if self._logprobs is None:
                return [TextChoice(text=text, index=self._index)] if text else []
            case ContentDelta(text=text):
                self._held += text
            case LogprobsDelta(logprobs=logprobs) if self._logprobs is not None:
                entries = self._logprobs.add(logprobs)
                return [] if entries is None else [self._piece(entries)]
            case Completed(finish=finish):
                released = [self._piece(self._logprobs.rest() if self._logprobs else None)] if self._held else []
                return [*released, TextChoice(text="", index=self._index, finish_reason=finish.reason)]
        return []

    def _piece(self, entries: TextLogprobs | None) -> TextChoice:
        text, self._held = self._held, ""
        return TextChoice(text=text, index=self._index, logprobs=entries)


async def text_events(choices: Choices, envelope: TextEnvelope) -> AsyncGenerator[bytes, None]:
    """Give the pieces, the counts where asked for, `[DONE]`. The answers stay their owner's to end."""
    writers = [TextWriter(index, choices, envelope) for index in range(len(choices))]
    usages: dict[int, Usage] = {}
    try:
        async for index, chat_event in choices:
            warnings: Sequence[str] = ()
            if isinstance(chat_event, Completed):
                usages[index], warnings = chat_event.finish.usage, chat_event.warnings
            for choice in writers[index].add(chat_event):
                is_last = choice.finish_reason is not None
                yield event(_event(envelope, [choice], warnings if is_last else ()))
        if len(usages) < len(writers):
            raise EngineFailed("An answer ended without a finish reason.")
    except Exception as error:  # the border: the 200 is gone, what is left is an event
        yield event(body_of(error))
        return
    if envelope.include_usage:
        told = summed([usages[index] for index in sorted(usages)], envelope.num_choices)
        yield event(_event(envelope, [], (), told))
    yield DONE


def _event(
    envelope: TextEnvelope, choices: list[TextChoice], warnings: Sequence[str], usage: Usage | None = None
) -> TextCompletion:
    return TextCompletion(
        id=envelope.id,
        created=envelope.created,
        model=envelope.model,
        choices=choices,
        usage=UNSET if usage is None else usage_body(usage),
        warnings=list(warnings) or UNSET,
    )
