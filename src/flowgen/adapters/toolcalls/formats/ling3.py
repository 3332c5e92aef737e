"""Ling 3.0: pairs of keys and values, a line each; a call ends thinking that was not closed.

<tool_call>get_weather
<arg_key>city</arg_key>
<arg_value>Paris</arg_value>
</tool_call>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="ling3",
        models="Ling 3.0",
        reasoning=ReasoningTags(),
        calls_in_reasoning=True,
        signs=(Sign(texts=("<role>ASSISTANT</role>",), patterns=(r"</arg_key>\s*<arg_value>",)),),
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
    )
)
