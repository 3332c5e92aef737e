"""Seed OSS: parameters in tags that carry their names.

<seed:tool_call>
<function=get_weather>
<parameter=city>Paris</parameter>
</function>
</seed:tool_call>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="seed_oss",
        models="Seed OSS",
        reasoning=ReasoningTags(opening="<seed:think>", closing="</seed:think>"),
        signs=(
            Sign(texts=("<seed:tool_call>",), patterns=(r"<function=[^<>]*>\s*<parameter=",)),
            Sign(tokens=("<seed:tool_call>",)),
        ),
        calls=Tagged(
            section_opening="<seed:tool_call>\n",
            opening="<function=",
            name_end=">\n",
            key_opening="<parameter=",
            key_end=">",
            value_closing="</parameter>\n",
            closing="</function>",
            section_closing="\n</seed:tool_call>",
            shares_section=False,
            separator="\n",
        ),
    )
)
