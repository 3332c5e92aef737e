"""Laguna: pairs of keys and values, a line each, in an answer with an end of its own.

<tool_call>get_weather
<arg_key>city</arg_key>
<arg_value>Paris</arg_value>
</tool_call></assistant>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="poolside_v1",
        models="Laguna",
        reasoning=ReasoningTags(),
        dropped=("</assistant>",),
        signs=(Sign(texts=("</assistant>",), patterns=(r"</arg_key>\s*<arg_value>",)),),
        calls=Tagged(
            opening="<tool_call>",
            name_end="\n",
            key_opening="<arg_key>",
            key_end="</arg_key>\n",
            value_opening="<arg_value>",
            value_closing="</arg_value>\n",
            closing="</tool_call>",
            separator="\n",
        ),
        other_calls=(JsonObjects(),),
    )
)
