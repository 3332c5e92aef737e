"""Apriel 1.5 and 1.6: a JSON array in tags, after steps of reasoning.

Here are my reasoning steps:
The user wants the weather.
[BEGIN FINAL RESPONSE]
<tool_calls>[{"name": "get_weather", "arguments": {"city": "Paris"}}]</tool_calls>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="apriel",
        models="Apriel 1.5 and 1.6",
        reasoning=ReasoningTags(opening="Here are my reasoning steps:", closing="[BEGIN FINAL RESPONSE]"),
        dropped=("[END FINAL RESPONSE]", "<|end|>"),
        signs=(Sign(patterns=(r"<tool_calls>\s*\[",)),),
        calls=JsonObjects(opening="<tool_calls>", closing="</tool_calls>", is_list=True),
    )
)
