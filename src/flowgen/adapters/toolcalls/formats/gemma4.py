"""Gemma 4: an object with bare keys; strings between markers.

<|tool_call>call:get_weather{city:<|"|>Paris<|"|>,days:3}<tool_call|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.bare_objects import BareObjects
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="gemma4",
        models="Gemma 4",
        reasoning=ReasoningTags(opening="<|channel>", closing="<channel|>", label="thought"),
        dropped=("<|channel>thought\n<channel|>", "<|channel>thought<channel|>", "<channel|>", "<turn|>"),
        signs=(Sign(texts=("<|tool_call>", '<|"|>')), Sign(tokens=("<|tool_call>", '<|"|>'))),
        calls=BareObjects(opening="<|tool_call>call:", closing="<tool_call|>", string_mark='<|"|>'),
    )
)
