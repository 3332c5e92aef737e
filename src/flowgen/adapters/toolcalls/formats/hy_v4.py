"""Hunyuan 4: pairs of keys and values in a block of calls; every marker ends in a suffix that the vocabulary tells.

<tool_calls:opensource><tool_call:opensource>get_weather<arg_key:opensource>city</arg_key:opensource><arg_value:opensource>Paris</arg_value:opensource></tool_call:opensource></tool_calls:opensource>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="hy_v4",
        models="Hunyuan 4",
        reasoning=ReasoningTags(opening="<think:opensource>", closing="</think:opensource>"),
        signs=(
            Sign(patterns=(r"<tool_call:\w+>", r"<arg_key:\w+>"), without=("<tool_sep",)),
            Sign(tokens=("<tool_call:opensource>", "<arg_key:opensource>")),
        ),
        calls=Tagged(
            section_opening="<tool_calls:opensource>",
            opening="<tool_call:opensource>",
            name_end="",
            key_opening="<arg_key:opensource>",
            key_end="</arg_key:opensource>",
            value_opening="<arg_value:opensource>",
            value_closing="</arg_value:opensource>",
            closing="</tool_call:opensource>",
            section_closing="</tool_calls:opensource>",
        ),
        other_calls=(
            Tagged(
                section_opening="<tool_calls>",
                opening="<tool_call>",
                name_end="",
                key_opening="<arg_key>",
                key_end="</arg_key>",
                value_opening="<arg_value>",
                value_closing="</arg_value>",
                closing="</tool_call>",
                section_closing="</tool_calls>",
            ),
        ),
    )
)
