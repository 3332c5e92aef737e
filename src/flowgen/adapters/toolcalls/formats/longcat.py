"""LongCat Flash: JSON in tags of its own.

<longcat_tool_call>
{"name": "get_weather", "arguments": {"city": "Paris"}}
</longcat_tool_call>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="longcat",
        models="LongCat Flash",
        reasoning=ReasoningTags(opening="<longcat_think>", closing="</longcat_think>"),
        signs=(Sign(texts=("<longcat_tool_call>",)),),
        calls=JsonObjects(opening="<longcat_tool_call>\n", closing="\n</longcat_tool_call>"),
    )
)
