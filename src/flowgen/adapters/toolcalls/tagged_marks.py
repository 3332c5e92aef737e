"""What a tagged syntax's texts are looked for as, made once for each format: what is usual in one look, and each
text by itself. Refuses to know how calls are read."""

import re
from functools import lru_cache

from flowgen.adapters.toolcalls.expected import SPACE, Expected, before, run_without
from flowgen.adapters.toolcalls.markers import Markers, markers_of, stripped
from flowgen.adapters.toolcalls.tagged_texts import TaggedTexts
from flowgen.domain.values import Value

_TAG_ENDS = (">", '">')


class TaggedMarks(Value, frozen=True):
    """The texts without white space around them, those together that may come at one place. `next` are those before an
    argument or behind the last; `empty_end` ends a name and its call, as tags do that stand
    alone; `after_call` may follow a call that is not closed, `next_line` and one of `call_ends` a
    value that is not, and `behind_ends` tell whether one of these was text."""

    sections: tuple[str, ...]
    section_closings: tuple[str, ...]
    openings: tuple[str, ...]
    closings: tuple[str, ...]
    after_call: tuple[str, ...]
    next: tuple[str, ...]
    name_end: str
    empty_end: str
    before_name: Markers
    name: Markers
    attributed_name: Markers
    key_openings: tuple[str, ...]
    key_end: str
    key: Markers
    value_opening: str
    value: Markers
    value_closing: str
    value_ends: Markers
    next_line: str
    call_ends: tuple[str, ...]
    unclosed_ends: Markers
    behind_ends: Markers
    key_of_line: Markers
    type_word: re.Pattern[str]
    word_of_texts: str | None
    has_break_before: bool
    has_break_after: bool
    usual_name: Expected
    usual_key: Expected
    usual_value: Expected


@lru_cache(maxsize=256)
def tagged_marks(texts: TaggedTexts) -> TaggedMarks:
    openings = stripped(texts.opening, *texts.other_openings)
    closings = stripped(texts.closing)
    key_openings = stripped(texts.key_opening, *texts.other_key_openings)
    section_closings = stripped(texts.section_closing, *texts.other_section_closings)
    name_end = texts.name_end.strip()
    empty_end = f"{name_end[:-1]}/>" if name_end in _TAG_ENDS else ""
    ends = (*stripped(texts.key_opening, texts.closing), "<")  # so that a name is never longer than one
    next_line = f"\n{texts.key_opening.strip()}"
    call_ends = (*(f"\n{text}" for text in closings), *closings)
    return TaggedMarks(
        sections=stripped(texts.section_opening, *texts.other_section_openings),
        section_closings=section_closings,
        openings=openings,
        closings=closings,
        after_call=(*section_closings, *openings),
        next=(*key_openings, *stripped(*closings, texts.value_closing)),
        name_end=name_end,
        empty_end=empty_end,
        before_name=markers_of(texts.name_opening, *ends[:-1]),
        name=markers_of(*stripped(empty_end, name_end), *ends),
        attributed_name=markers_of('"', *ends),
        key_openings=key_openings,
        key_end=texts.key_end.strip(),
        key=markers_of(texts.key_end.strip(), *closings),
        value_opening=texts.value_opening.strip(),
        value=markers_of(texts.value_opening.strip(), *closings),
        value_closing=texts.value_closing.strip(),
        value_ends=markers_of(texts.value_closing.strip(), *texts.value_ends),
        next_line=next_line,
        call_ends=call_ends,
        unclosed_ends=markers_of(texts.value_closing.strip(), *texts.value_ends, next_line, *call_ends),
        behind_ends=markers_of(texts.value_closing.strip(), *openings),
        key_of_line=markers_of(texts.key_end.strip(), "\n"),
        type_word=re.compile(re.escape(texts.type_text.strip()).replace(r"\{\}", r"([^\"<>]*)") or r"(?!)"),
        word_of_texts=dict(texts.type_words).get("string"),
        has_break_before=(texts.value_opening or texts.key_end).endswith("\n"),
        has_break_after=texts.value_closing.startswith("\n"),
        usual_name=_usual_name(texts, ends),
        usual_key=_usual_key(texts, closings),
        usual_value=Expected(
            run_without((texts.value_closing.strip(), *texts.value_ends), least=0, is_long=True),
            texts.value_closing.strip(),
        ),
    )


def _usual_name(texts: TaggedTexts, ends: tuple[str, ...]) -> Expected:
    """A call's name and what ends it, where all is as it is written."""
    name_end = texts.name_end.strip()
    start = [SPACE, texts.name_opening] if texts.name_opening else [SPACE]
    if texts.call_attributes:
        attributes = (f"{run_without((name_end, *ends), least=0)[1]}", run_without((name_end, *ends))[1])
        return Expected(*start, run_without(('"', name_end, *ends)), '"', attributes, name_end)
    end = name_end or before(stripped(texts.key_opening))
    return Expected(*start, run_without((name_end, *ends)), end)


def _usual_key(texts: TaggedTexts, closings: tuple[str, ...]) -> Expected:
    """An argument up to its value."""
    steps: list[str | tuple[str, str]] = [SPACE, texts.key_opening.strip()]
    steps += [run_without((texts.key_end.strip(), *closings)), texts.key_end.strip()]
    value_opening = texts.value_opening.strip()
    if texts.type_text:
        steps.append(run_without((value_opening, *closings), least=0))
    if value_opening:
        steps += [SPACE, value_opening]
    if (texts.value_opening or texts.key_end).endswith("\n"):
        steps.append((r"(?:\n|(?=[^\n]))", ""))
    return Expected(*steps)
