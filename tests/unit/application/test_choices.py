"""Answers side by side: all events of all, one failure fails all, and each draws with a seed of its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from flowgen.application.choices import Choices, variations
from flowgen.application.continuation import check_last, continued
from flowgen.domain.chat import ChatRequest
from flowgen.domain.errors import EngineFailed, InvalidField
from flowgen.domain.events import ChatEvent, Completed, ContentDelta
from flowgen.domain.generation import Finish, PromptSegment, Sampling, Usage
from flowgen.domain.messages import Message, ToolCall
from flowgen.domain.options import RANDOM_SEED
from flowgen.domain.prompts import ReasoningTags, RenderedPrompt

USER = Message(role="user", content="Hello!")
PROMPT = RenderedPrompt(segments=(PromptSegment(text="p"),))
TAGS = ReasoningTags()


class Source:
    """An answer of these events; an exception among them is raised."""

    model_name = "tiny"
    warnings: tuple[str, ...] = ("w",)
    num_prompt_tokens = 3
    echo = ""

    def __init__(self, *events: ChatEvent | Exception) -> None:
        self._events = events

    async def __aiter__(self) -> AsyncIterator[ChatEvent]:
        for event in self._events:
            if isinstance(event, Exception):
                raise event
            yield event


def done() -> Completed:
    return Completed(finish=Finish(reason="stop", usage=Usage(prompt_tokens=3, completion_tokens=1)))


@pytest.mark.parametrize("count", [1, 3])
async def test_all_events_of_all(count: int) -> None:
    sources = [Source(ContentDelta(text=str(index)), done()) for index in range(count)]
    async with Choices(sources, AsyncExitStack()) as choices:
        answers = await choices.answers()
    assert [answer.content for answer in answers] == [str(index) for index in range(count)]
    assert choices.warnings == ("w",)


async def test_one_failure_fails_all() -> None:
    sources = [Source(ContentDelta(text="a"), done()), Source(ContentDelta(text="b"), EngineFailed("gone"))]
    async with Choices(sources, AsyncExitStack()) as choices:
        with pytest.raises(EngineFailed, match="gone"):
            await choices.answers()


@pytest.mark.parametrize(
    ("seed", "model_seed", "seeds"),
    [
        (5, RANDOM_SEED, [5, 6, 7]),
        (None, 9, [9, 10, 11]),
        (None, RANDOM_SEED, [None] * 3),
        (-1, 9, [-1] * 3),
        (RANDOM_SEED - 1, 9, [RANDOM_SEED - 1, 0, 1]),
    ],
)
def test_each_answer_draws_with_its_own_seed(seed: int | None, model_seed: int, seeds: list[int | None]) -> None:
    request = ChatRequest(messages=(USER,), sampling=Sampling(seed=seed))
    assert [one.sampling.seed for one in variations(request, 3, model_seed)] == seeds


@pytest.mark.parametrize(
    "messages",
    [
        (USER,),
        (Message(role="assistant", content="Hi"),),
        (USER, Message(role="assistant", tool_calls=(ToolCall(name="f", arguments={}),))),
        (USER, Message(role="assistant", content="a"), Message(role="assistant", content="b")),
    ],
)
def test_what_cannot_be_gone_on_with(messages: tuple[Message, ...]) -> None:
    with pytest.raises(InvalidField):
        check_last(messages)


@pytest.mark.parametrize(
    ("is_open", "last", "text", "stays_open"),
    [
        (False, Message(role="assistant", content="Hi"), "pHi", None),
        (True, Message(role="assistant", content="Hi"), "p</think>\n\nHi", None),
        (False, Message(role="assistant", reasoning="Hm"), "p<think>Hm", True),
        (True, Message(role="assistant", reasoning="Hm", content="Hi"), "pHm</think>\n\nHi", None),
        (False, Message(role="assistant"), "p", False),
    ],
)
def test_an_answer_goes_on_where_the_message_ended(
    is_open: bool, last: Message, text: str, stays_open: bool | None
) -> None:
    prompt, tags = continued(RenderedPrompt(segments=PROMPT.segments, opens_reasoning=is_open), last, TAGS)
    assert prompt.text == text
    assert (prompt.opens_reasoning if tags else None) == stays_open
    assert not any(part.special for part in prompt.segments if part.text in ("Hi", "Hm"))
