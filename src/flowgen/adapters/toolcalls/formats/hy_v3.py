"""Hunyuan 3: pairs of keys and values, in a block of calls.

<tool_calls>
<tool_call>get_weather<tool_sep>
<arg_key>city</arg_key>
<arg_value>Paris</arg_value>
</tool_call>
</tool_calls>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="hy_v3",
        models="Hunyuan 3",
        reasoning=ReasoningTags(),
        signs=(Sign(patterns=(r"<tool_sep(:\w+)?>", r"<arg_key(:\w+)?>")),),
        calls=Tagged(
            section_opening="<tool_calls>\n",
            opening="<tool_call>",
            name_end="<tool_sep>\n",
            key_opening="<arg_key>",
            key_end="</arg_key>\n",
            value_opening="<arg_value>",
            value_closing="</arg_value>\n",
            closing="</tool_call>",
            separator="\n",
            section_closing="\n</tool_calls>",
        ),
    )
)
