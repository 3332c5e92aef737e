"""MiniMax M1: JSON objects in tags, one a line.

<tool_calls>
{"name": "get_weather", "arguments": {"city": "Paris"}}
{"name": "get_time", "arguments": {}}
</tool_calls>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="minimax_m1",
        models="MiniMax M1",
        reasoning=ReasoningTags(),
        signs=(Sign(patterns=(r'<tool_calls>\s*\{\s*"name"',)),),
        calls=JsonObjects(opening="<tool_calls>\n", closing="\n</tool_calls>", separator="\n"),
    )
)
