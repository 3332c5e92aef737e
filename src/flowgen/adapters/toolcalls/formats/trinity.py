"""Arcee Trinity: JSON in tags; a call may stand inside the thinking.

<think>
Let me look.
<tool_call>
{"name": "get_weather", "arguments": {"city": "Paris"}}
</tool_call>
</think>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="trinity",
        models="Arcee Trinity",
        reasoning=ReasoningTags(),
        calls_in_reasoning=True,
        dropped=("<think>", "</think>"),
        signs=(Sign(texts=("Trinity",), patterns=(r'<tool_call>\s*\{\s*"name"',)),),
        calls=JsonObjects(opening="<tool_call>\n", closing="\n</tool_call>"),
    )
)
