"""ERNIE 4.5 with thinking: JSON in tags, two line breaks after the thinking.

</think>

<tool_call>
{"name": "get_weather", "arguments": {"city": "Paris"}}
</tool_call>

"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="ernie45",
        models="ERNIE 4.5 thinking",
        reasoning=ReasoningTags(),
        dropped=("<response>", "</response>"),
        signs=(
            Sign(texts=("<response>",), patterns=(r'<tool_call>\s*\{\s*"name"',)),
            Sign(texts=("<global_setting>",), patterns=(r'<tool_call>\s*\{\s*"name"',)),
        ),
        calls=JsonObjects(opening="<tool_call>\n", closing="\n</tool_call>\n", block_separator=""),
    )
)
