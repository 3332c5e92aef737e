"""Reads calls with JSON arguments off rendered answers. Knows objects and what stands around them."""

import json
import re
from collections.abc import Iterator, Sequence

import msgspec

from flowgen.adapters.toolcalls.deriving.sections import ID, CallText, Sections
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.adapters.toolcalls.json_call_reader import Keys
from flowgen.adapters.toolcalls.json_call_writer import ID_FIRST, ID_LAST
from flowgen.domain.messages import ToolCall
from flowgen.domain.toolcalls import PastTurn
from flowgen.domain.values import JsonObject

Span = tuple[int, int]
_NUMBER = re.compile(r"(?:\W{1,2})0(?=\D)")
_DECODER = json.JSONDecoder()


def json_objects(turns: Sequence[PastTurn]) -> JsonObjects | None:
    """Calls that are JSON objects, name and all: what surrounds and separates them, and their keys."""
    single = next((turn for turn in turns if len(turn.calls) == 1 and turn.calls[0].arguments), None)
    if single is None:
        return None
    text, call = single.turn, single.calls[0]
    found = next(((span, keys) for span, value in _objects(text) if (keys := _keys(value, call))), None)
    if found is None:
        return None
    (start, end), keys = found
    opening, closing = text[:start].lstrip(), text[end:].rstrip()
    pair = next((turn for turn in turns if len(turn.calls) == 2), None)
    between = None if pair is None else _between(pair)
    if opening.rstrip().endswith("[") and closing.lstrip().startswith("]"):
        left, right = opening.rindex("["), closing.index("]") + 1
        return JsonObjects(
            opening=opening[:left],
            closing=closing[right:],
            is_list=True,
            brackets=(opening[left:], closing[:right]),
            separator=between or ", ",
            keys=keys,
        )
    return _blocks(opening, closing, between, keys)


def _blocks(opening: str, closing: str, between: str | None, keys: Keys) -> JsonObjects:
    if between is None:
        return JsonObjects(opening=opening, closing=closing, keys=keys, is_alone=True)
    is_own = len(between) >= len(opening) + len(closing) and between.startswith(closing) and between.endswith(opening)
    if is_own and opening + closing:
        gap = between[len(closing) : len(between) - len(opening)]
        return JsonObjects(opening=opening, closing=closing, block_separator=gap, keys=keys)
    return JsonObjects(opening=opening, closing=closing, separator=between, keys=keys)


def _between(pair: PastTurn) -> str | None:
    """What stands between the objects of two calls."""
    text = pair.turn
    first, second = pair.calls
    spans = [(span, value) for span, value in _objects(text)]
    ends = [end for (_, end), value in spans if _keys(value, first)]
    starts = [start for (start, _), value in spans if _keys(value, second)]
    if not ends or not starts or min(starts) < ends[0]:
        return None
    return text[ends[0] : min(starts)]


def _keys(value: JsonObject, call: ToolCall) -> Keys | None:
    """How an object names the parts of a call; None where it is not that call."""
    if value == {call.name: call.arguments}:
        return Keys(name=())
    for wrapper in (inner for inner in value.values() if isinstance(inner, dict) and inner != call.arguments):
        if keys := _keys(wrapper, call):
            return keys
    name = next((key for key, item in value.items() if item == call.name), None)
    arguments = next((key for key, item in value.items() if key != name and _is_arguments(item, call)), None)
    if name is None or arguments is None:
        return None
    names = list(value)
    ids = [key for key in names if key not in (name, arguments) and ("id" in key.lower() or value[key] == call.id)]
    if not ids:
        return Keys(name=(name,), arguments=(arguments,))
    keys = Keys(name=(name,), arguments=(arguments,), id=(ids[0],))
    is_first = names.index(ids[0]) < names.index(name)
    letters = (ID_FIRST if is_first else ID_LAST).fullmatch(str(value[ids[0]]))
    return msgspec.structs.replace(keys, written_id="first" if is_first else "last") if letters else keys


def _is_arguments(value: object, call: ToolCall) -> bool:
    if isinstance(value, str):
        return any(item == call.arguments for span, item in _objects(value) if span == (0, len(value)))
    return value == call.arguments


def named_json(sections: Sections, prompt: str) -> NamedJson | None:
    """Calls whose name stands before a JSON object that is the arguments alone. `prompt` is what asks for an answer:
    an opening may stand at its end."""
    parted = [_parted(call) for call in sections.calls]
    if len(set(parted)) != 1 or parted[0] is None:
        return None
    before, after, closing = parted[0]
    id_mark, id_end, is_numbered = "", "", _NUMBER.match(after) is not None
    opening, is_first, rest = before.partition(ID)
    if is_first:
        id_end = rest
    elif ID in after:
        id_mark, _, after = after.partition(ID)
    elif is_numbered:
        after = _NUMBER.sub("", after, count=1)
    separator = sections.separator
    if not opening and separator and prompt.rstrip().endswith(separator.strip()):
        opening, separator = separator, ""
    prefix = re.search(r"[\w.]*$", opening)[0] if is_numbered else ""  # type: ignore[index]  # it matches any end
    if not opening.strip() or not after:
        return None
    return NamedJson(
        section_opening=sections.opening,
        section_closing=sections.closing,
        opening=opening.removesuffix(prefix),
        name_prefix=prefix,
        is_numbered=is_numbered,
        id_mark=id_mark,
        id_end=id_end,
        name_end=after,
        closing=closing,
        separator=separator,
    )


def _parted(written: CallText) -> tuple[str, str, str] | None:
    """A call's text before its name, between the name and the arguments, and after those."""
    spans = (span for span, value in _objects(written.text) if value == written.call.arguments)
    start, end = next(spans, (0, 0))
    before, name, after = written.text[:start].rpartition(written.call.name)
    return (before, after, written.text[end:]) if name else None


def _objects(text: str) -> Iterator[tuple[Span, JsonObject]]:
    """Every JSON object in a text, the outer ones before the inner."""
    for brace in re.finditer(r"\{", text):
        try:
            value, end = _DECODER.raw_decode(text, brace.start())
        except (ValueError, RecursionError):
            continue
        yield (brace.start(), end), value
