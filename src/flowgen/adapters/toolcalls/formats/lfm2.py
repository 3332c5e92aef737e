"""LFM2 and LFM2.5: a list in Python's notation between markers.

<|tool_call_start|>[get_weather(city="Paris"), get_time()]<|tool_call_end|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.pythonic import Pythonic
from flowgen.domain.prompts import ReasoningTags

_JSON = ('<|tool_call_start|>[{"',)
"""What a template renders that has other calls between the same markers."""

FORMAT = DeclaredFormat(
    Declaration(
        name="lfm2",
        models="LFM2, LFM2.5",
        reasoning=ReasoningTags(),
        signs=(
            Sign(texts=("<|tool_list_start|>",)),
            Sign(texts=("<|tool_call_start|>",), without=_JSON),
            Sign(tokens=("<|tool_call_start|>", "<|tool_call_end|>"), without=_JSON),
        ),
        calls=Pythonic(opening="<|tool_call_start|>", closing="<|tool_call_end|>"),
        other_calls=(JsonObjects(opening="<|tool_call_start|>", closing="<|tool_call_end|>"),),
    )
)
