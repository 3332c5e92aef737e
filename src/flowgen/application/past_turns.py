"""Cuts a past answer out of a rendered conversation. Knows where prompts and turns begin and end; refuses to know what
a call looks like.
"""

import re
from collections.abc import Sequence

from flowgen.domain.errors import PromptNotRenderable
from flowgen.domain.messages import Message, Tool, ToolCall
from flowgen.domain.ports import PromptRenderer
from flowgen.domain.prompts import TemplateOptions
from flowgen.domain.toolcalls import PastTurn

QUESTION = Message(role="user", content="Call the function.")
_PLAIN = "A plain answer 7309"
_LONGEST = 64
_MARKER = re.compile(r"\]<\]\w{1,24}\[>\[|<[^<>\s]{1,62}>|\[/?[A-Z_]{2,24}\]")
"""What looks like a special token: a cut never goes through one."""
_NO_THOUGHT = re.compile(r"\s*(?:<[^<>/]*think[^<>]*>)?\s*</[^<>]*think[^<>]*>\s*")
_TURN_END = re.compile(
    r"\s*(?:</s>|<eos>|<\|end\|>|<\|calls?\|>|<SPECIAL_\d+>"
    r"|<[^<>\s]*(?:eot_id|eom_id|eot|end_of|im_end|endoftext|end▁of▁sentence|_eos)[^<>\s]*>).{0,40}\Z",
    re.DOTALL,
)
"""What ends turns and no call: its names are the same from model to model."""
_OPEN_THOUGHT = re.compile(r"<[^<>/]*think[^<>]*>\s*$", re.IGNORECASE)


class TurnCutter:
    """Renders conversations of one template, with `tools` on offer, and finds the answers in them."""

    def __init__(self, renderer: PromptRenderer, tools: tuple[Tool, ...]) -> None:
        self._renderer = renderer
        self._tools = tools
        self._prompt = try_render(renderer, (QUESTION,), tools)
        plain = try_render(renderer, (QUESTION, Message(role="assistant", content=_PLAIN)), tools, asks=False)
        self._ending = plain.rpartition(_PLAIN)[2] if _PLAIN in plain else ""

    def turns(self, samples: Sequence[tuple[ToolCall, ...]]) -> tuple[PastTurn, ...]:
        """The samples that the template renders, in their order; none where it leaves calls out."""
        found = (self.turn(Message(role="assistant", tool_calls=calls), calls) for calls in samples)
        return tuple(turn for turn in found if turn is not None)

    def turn(self, answer: Message, calls: tuple[ToolCall, ...]) -> PastTurn | None:
        """An answer that makes these calls; None where the template refuses it or not all of it is seen."""
        text = try_render(self._renderer, (QUESTION, answer), self._tools, asks=False)
        start = self._start(text)
        turn, prompt = (
            _TURN_END.sub("", text[start : self._end(text)]),
            self._prompt[:start].rpartition(QUESTION.content)[2],
        )
        if not self._prompt or not all(_is_seen(call, turn) for call in calls):
            return None
        thought = _NO_THOUGHT.match(turn)
        if thought is None:
            return PastTurn(calls=calls, prompt=prompt, turn=turn)
        return PastTurn(calls=calls, prompt=_OPEN_THOUGHT.sub("", prompt), turn=turn[thought.end() :])

    def _start(self, text: str) -> int:
        """Where the answer begins: where what asks for one ends, or parts from a rendered answer."""
        pairs = zip(self._prompt, text, strict=False)
        longest = min(len(self._prompt), len(text))
        same = next((index for index, (one, other) in enumerate(pairs) if one != other), longest)
        cut = (marker.start() for side in (self._prompt, text) if (marker := _marker_at(side, same)))
        return min([same, *cut])

    def _end(self, text: str) -> int:
        """Where the answer ends: before what ends every answer, or as much of it as ends this one."""
        ending = self._ending
        size = next((size for size in range(len(ending), 0, -1) if text.endswith(ending[-size:])), 0)
        marker = _marker_at(text, len(text) - size)
        return marker.end() if marker else len(text) - size


def try_render(
    renderer: PromptRenderer, messages: tuple[Message, ...], tools: tuple[Tool, ...], *, asks: bool = True
) -> str:
    """The rendered conversation, empty where the template refuses it; `asks` for an answer at its end."""
    try:
        return renderer.render(messages, tools, TemplateOptions(add_generation_prompt=asks)).text
    except PromptNotRenderable:
        return ""  # templates may refuse tools or tool messages; then they render neither


def _marker_at(text: str, place: int) -> re.Match[str] | None:
    """The marker that a cut would go through."""
    around = _MARKER.finditer(text, max(0, place - _LONGEST))
    return next((marker for marker in around if marker.start() < place < marker.end()), None)


def _is_seen(call: ToolCall, turn: str) -> bool:
    return call.name in turn and all(key in turn for key in call.arguments)
