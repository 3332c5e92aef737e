"""Hunyuan A13B: a JSON array in tags; answers stand in tags of their own.

<answer><tool_calls>[{"name": "get_weather", "arguments": {"city": "Paris"}}]</tool_calls></answer>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="hunyuan_a13b",
        models="Hunyuan A13B",
        reasoning=ReasoningTags(),
        dropped=("<answer>", "</answer>"),
        signs=(
            Sign(texts=("<answer>",), patterns=(r"<tool_calls>\s*\[",)),
            Sign(texts=("<|startoftext|>",), patterns=(r"<tool_calls>\s*\[",)),
        ),
        calls=JsonObjects(opening="<tool_calls>", closing="</tool_calls>", is_list=True),
    )
)
