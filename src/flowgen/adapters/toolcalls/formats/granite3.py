"""Granite 3: a JSON array behind a marker.

<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris"}}]
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="granite3",
        models="Granite 3.0 to 3.3",
        reasoning=ReasoningTags(),
        dropped=("<response>", "</response>"),
        signs=(Sign(texts=("<|tool_call|>", "JSON list")), Sign(patterns=(r"<\|tool_call\|>\s*\[",))),
        calls=JsonObjects(
            opening="<|tool_call|>", is_list=True, other_openings=("<tool_call>",), other_closings=("</tool_call>",)
        ),
    )
)
