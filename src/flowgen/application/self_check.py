"""Renders a past call with the model's own template and reads it back. Knows what to say when the two disagree;
refuses to know how either works.
"""

import msgspec

from flowgen.application.past_turns import TurnCutter
from flowgen.application.template_probe import OTHER_TOOL, PROBE_CALL, PROBE_TOOL
from flowgen.domain.errors import CannotWrite
from flowgen.domain.events import ToolCallFinished
from flowgen.domain.messages import Message, ToolCall
from flowgen.domain.ports import PromptRenderer, ToolCallFormat
from flowgen.domain.toolcalls import AnswerStart, PastTurn, TemplateProbe

_TOOLS = (PROBE_TOOL, OTHER_TOOL)
_NUM_CHECKED = 3
"""The first samples: texts and whole numbers, one call and two. Templates spell other types in several ways."""


def complaint(format: ToolCallFormat, probe: TemplateProbe, renderer: PromptRenderer) -> str | None:
    """What is wrong between a format and a template, in words that name both texts; None where all is well, or where
    the template renders no call at all."""
    turns = probe.turns[:_NUM_CHECKED] or _written(format, renderer)
    for turn in turns:
        found = read_back(format, turn)
        if found != [_bare(call) for call in turn.calls]:
            return (
                f"The self-check of tool-call format {format.name!r} failed: for a past call the model's template "
                f"writes {turn.turn!r}, which the format reads as {_shown(found)}; the format itself would write "
                f"{_own_text(format, turn)}."
            )
    return None


def reads_back(format: ToolCallFormat, turns: tuple[PastTurn, ...]) -> bool:
    """Whether a format reads the calls out of all of these turns."""
    return all(read_back(format, turn) == [_bare(call) for call in turn.calls] for turn in turns[:_NUM_CHECKED])


def writes_alike(format: ToolCallFormat, turns: tuple[PastTurn, ...]) -> bool:
    """Whether a format writes the calls of all of these turns to the letter, but for white space around them."""
    try:
        return all(_is_written(format.write(turn.calls), turn) for turn in turns[:_NUM_CHECKED])
    except CannotWrite:
        return False


def _is_written(text: str, turn: PastTurn) -> bool:
    """A prompt may end with the opening of a call."""
    begun = text.removesuffix(turn.turn.rstrip())
    return text.strip() == turn.turn.strip() or (begun != text and turn.prompt.endswith(begun))


def read_back(format: ToolCallFormat, turn: PastTurn) -> list[ToolCall]:
    """The calls that a format finds in a past turn, without their ids."""
    parser = format.parser(AnswerStart(tools=_TOOLS, is_strict=False, generation_prompt=turn.prompt))
    events = [*parser.feed(turn.turn), *parser.finish("stop")]
    return [_bare(event.call) for event in events if isinstance(event, ToolCallFinished)]


def _written(format: ToolCallFormat, renderer: PromptRenderer) -> tuple[PastTurn, ...]:
    """A past call as it is given to a template that renders none: in the content, as the format writes it."""
    try:
        text = format.write([PROBE_CALL])
    except CannotWrite:
        return ()
    turn = TurnCutter(renderer, _TOOLS).turn(Message(role="assistant", content=text), (PROBE_CALL,))
    return () if turn is None else (turn,)


def _own_text(format: ToolCallFormat, turn: PastTurn) -> str:
    try:
        return repr(format.write(turn.calls))
    except CannotWrite as error:
        return f"nothing ({error})"


def _bare(call: ToolCall) -> ToolCall:
    return msgspec.structs.replace(call, id="")


def _shown(calls: list[ToolCall]) -> str:
    if not calls:
        return "no call"
    return repr(", ".join(f"{call.name}({msgspec.json.encode(call.arguments).decode()})" for call in calls))
