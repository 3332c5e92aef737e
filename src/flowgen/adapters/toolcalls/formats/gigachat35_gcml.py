"""GigaChat 3.5: invocations with parameters that say whether they are strings.

<｜GCML｜tool_calls>
<｜GCML｜invoke name="get_weather">
<｜GCML｜parameter name="city" string="true">Paris</｜GCML｜parameter>
</｜GCML｜invoke>
</｜GCML｜tool_calls>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="gigachat35_gcml",
        models="GigaChat 3.5",
        reasoning=ReasoningTags(),
        signs=(Sign(texts=("｜GCML｜",)),),
        calls=Tagged(
            section_opening="<｜GCML｜tool_calls>\n",
            opening='<｜GCML｜invoke name="',
            name_end='">\n',
            key_opening='<｜GCML｜parameter name="',
            key_end='"',
            type_text=' string="{}"',
            type_words=(("string", "true"), ("*", "false")),
            value_opening=">",
            value_closing="</｜GCML｜parameter>\n",
            closing="</｜GCML｜invoke>\n",
            section_closing="</｜GCML｜tool_calls>",
        ),
    )
)
