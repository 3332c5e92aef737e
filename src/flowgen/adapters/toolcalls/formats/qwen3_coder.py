"""Qwen3-Coder, Qwen 3.5 and later, Nemotron 3 Nano, Step 3.5, MiMo v2: parameters in tags that carry their names.

<tool_call>
<function=get_weather>
<parameter=city>
Paris
</parameter>
</function>
</tool_call>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="qwen3_coder",
        models="Qwen3-Coder, Qwen 3.5 to 3.8, Nemotron 3 Nano, Step 3.5, MiMo v2",
        reasoning=ReasoningTags(),
        calls_in_reasoning=True,
        signs=(Sign(patterns=(r"<function=[^<>]*>\s*<parameter=",)), Sign(texts=("<function=", "<parameter="))),
        calls=Tagged(
            section_opening="<tool_call>\n",
            opening="<function=",
            name_end=">\n",
            key_opening="<parameter=",
            key_end=">\n",
            value_closing="\n</parameter>\n",
            closing="</function>",
            section_closing="\n</tool_call>",
            shares_section=False,
            separator="\n",
        ),
    )
)
