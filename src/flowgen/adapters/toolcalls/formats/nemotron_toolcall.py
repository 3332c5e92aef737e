"""Nemotron Nano v2: a JSON array in tags.

<TOOLCALL>[{"name": "get_weather", "arguments": {"city": "Paris"}}]</TOOLCALL>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="nemotron_toolcall",
        models="Nemotron Nano v2",
        reasoning=ReasoningTags(),
        signs=(Sign(texts=("<TOOLCALL>",)),),
        calls=JsonObjects(opening="<TOOLCALL>", closing="</TOOLCALL>", is_list=True),
    )
)
