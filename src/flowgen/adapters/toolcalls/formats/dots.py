"""dots: invocations with named parameters, on one line.

<dots_function_call><invoke name="get_weather"><parameter name="city">Paris</parameter></invoke></dots_function_call>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.tagged import Tagged
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="dots",
        models="dots",
        reasoning=ReasoningTags(),
        dropped=("</dots_function_call>",),
        signs=(Sign(texts=("<dots_function_call>",)),),
        calls=Tagged(
            section_opening="<dots_function_call>",
            opening='<invoke name="',
            name_end='">',
            key_opening='<parameter name="',
            key_end='">',
            value_closing="</parameter>",
            closing="</invoke>",
            section_closing="</dots_function_call>",
            shares_section=False,
        ),
        other_calls=(JsonObjects(opening="<dots_function_call>", closing="</dots_function_call>"),),
    )
)
