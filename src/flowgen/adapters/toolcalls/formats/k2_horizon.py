"""K2 V3 and Horizon: pairs of keys and values, a type between them or none; JSON in the same tags.

<ifm|tool_calls>
<ifm|tool_call>get_weather<ifm|arg_key>city</ifm|arg_key><ifm|arg_value>Paris</ifm|arg_value></ifm|tool_call>
</ifm|tool_calls>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="k2_horizon",
        models="K2 V3, K2 Horizon",
        reasoning=ReasoningTags(opening="<ifm|think>", closing="</ifm|think>"),
        signs=(Sign(texts=("<ifm|tool_call>",)), Sign(tokens=("<ifm|tool_call>",))),
        calls=Tagged(
            section_opening="<ifm|tool_calls>\n",
            opening="<ifm|tool_call>",
            name_end="",
            key_opening="<ifm|arg_key>",
            key_end="</ifm|arg_key>",
            value_opening="<ifm|arg_value>",
            value_closing="</ifm|arg_value>",
            closing="</ifm|tool_call>",
            type_text="<ifm|arg_type>{}</ifm|arg_type>",
            writes_types=False,
            type_words=(("string", "string"),),
            separator="\n",
            section_closing="\n</ifm|tool_calls>",
            has_json_body=True,
        ),
    )
)
