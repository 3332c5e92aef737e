"""Hermes 2 and 3, Qwen 2.5 and 3, Granite 4 and many others: JSON in tags.

<tool_call>
{"name": "get_weather", "arguments": {"city": "Paris"}}
</tool_call>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="hermes_json",
        models="Hermes 2 and 3, Qwen 2.5 and 3, QwQ, Granite 4, Reka Edge, Bielik",
        reasoning=ReasoningTags(),
        signs=(Sign(patterns=(r'<tool_call>\s*\{\s*"(name|arguments)"',)),),
        calls=JsonObjects(
            opening="<tool_call>\n",
            closing="\n</tool_call>",
            bare_openings=(
                "{",
                "[",
                "<tools>",
                "<tool>",
                "<function_call>",
                "<response>",
                "<JSON>",
                "<json>",
                "<xml>",
                "```json",
                "```xml",
                "```",
            ),
            other_closings=(
                "</tools>",
                "</tool>",
                "</function_call>",
                "</response>",
                "</JSON>",
                "</json>",
                "</xml>",
                "```",
            ),
        ),
        other_calls=(
            NamedJson(opening="<function=", name_end=">", closing="</function>"),
            NamedJson(opening='<function name="', name_end='">', closing="</function>"),
        ),
    )
)
