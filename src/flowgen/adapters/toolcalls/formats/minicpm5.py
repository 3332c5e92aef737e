"""MiniCPM5: functions with named parameters; a value with markup of its own stands in a CDATA section.

The space in a tag is a letter that a tokenizer may lose, or write as its own letter for it, `Ġ`.

<function name="get_weather"><param name="city">Paris</param></function>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="minicpm5",
        models="MiniCPM5",
        reasoning=ReasoningTags(),
        signs=(Sign(texts=('<function name="', '<param name="')),),
        calls=Tagged(
            opening='<function name="',
            name_end='">',
            key_opening='<param name="',
            key_end='">',
            value_closing="</param>",
            closing="</function>",
            separator="\n",
            has_cdata=True,
            other_openings=('<functionname="', '<functionĠname="'),
            other_key_openings=('<paramname="', '<paramĠname="'),
        ),
    )
)
