"""openPangu: a JSON array between markers.

<|tool_call_start|>[{"name": "get_weather", "arguments": {"city": "Paris"}}]<|tool_call_end|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="pangu",
        models="openPangu",
        reasoning=ReasoningTags(opening="<|think_start|>", closing="<|think_end|>"),
        signs=(Sign(patterns=(r"<\|tool_call_start\|>\s*\[?\s*\{",)),),
        calls=JsonObjects(opening="<|tool_call_start|>", closing="<|tool_call_end|>", is_list=True),
    )
)
