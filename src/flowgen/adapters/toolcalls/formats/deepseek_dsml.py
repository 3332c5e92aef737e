"""DeepSeek V3.2, V4 and V4.1: invocations with parameters that say whether they are strings.

<｜DSML｜tool_calls>
<｜DSML｜invoke name="get_weather">
<｜DSML｜parameter name="city" string="true">Paris</｜DSML｜parameter>
</｜DSML｜invoke>
</｜DSML｜tool_calls>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="deepseek_dsml",
        models="DeepSeek V3.2, V4, V4.1",
        reasoning=ReasoningTags(),
        calls_in_reasoning=True,
        signs=(Sign(texts=("｜DSML｜",)), Sign(texts=("DSML", "<｜Assistant｜>"))),
        calls=Tagged(
            section_opening="<｜DSML｜tool_calls>\n",
            opening='<｜DSML｜invoke name="',
            name_end='">\n',
            key_opening='<｜DSML｜parameter name="',
            key_end='"',
            type_text=' string="{}"',
            type_words=(("string", "true"), ("*", "false")),
            value_opening=">",
            value_closing="</｜DSML｜parameter>\n",
            closing="</｜DSML｜invoke>\n",
            section_closing="</｜DSML｜tool_calls>",
            other_section_openings=("<｜DSML｜function_calls>",),
            other_section_closings=("</｜DSML｜function_calls>",),
        ),
        other_calls=(
            Tagged(
                section_opening="<｜DSML｜ calls>\n",
                opening='<｜DSML｜ invoke name="',
                name_end='">\n',
                key_opening='<｜DSML｜ parameter name="',
                key_end='"',
                type_text=' string="{}"',
                type_words=(("string", "true"), ("*", "false")),
                value_opening=">",
                value_closing="</｜DSML｜ parameter>\n",
                closing="</｜DSML｜ invoke>\n",
                section_closing="</｜DSML｜ calls>",
            ),
        ),
    )
)
