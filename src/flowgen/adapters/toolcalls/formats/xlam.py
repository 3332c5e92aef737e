"""xLAM 2: a JSON array, bare or in one of several wrappers.

[{"name": "get_weather", "arguments": {"city": "Paris"}}]
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="xlam",
        models="xLAM 2",
        reasoning=ReasoningTags(),
        signs=(Sign(texts=("make calls in a single JSON array",)),),
        calls=JsonObjects(
            is_list=True,
            bare_openings=("```json", "```", "[TOOL_CALLS]", "<tool_call>"),
            other_closings=("```", "</tool_call>"),
        ),
    )
)
