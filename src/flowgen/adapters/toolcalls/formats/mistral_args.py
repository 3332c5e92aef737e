"""Mistral Small 3.1 and later, Devstral, Ministral 3, Magistral: the name, then JSON.

[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="mistral_args",
        models="Mistral Small 3.1 and later, Devstral, Ministral 3, Magistral",
        aliases=("mistral_v11_bare",),
        reasoning=ReasoningTags(opening="[THINK]", closing="[/THINK]"),
        signs=(Sign(texts=("[TOOL_CALLS]", "[ARGS]")), Sign(tokens=("[TOOL_CALLS]", "[ARGS]"))),
        id_length=9,
        calls=NamedJson(opening="[TOOL_CALLS]", name_end="[ARGS]", id_mark="[CALL_ID]"),
        other_calls=(JsonObjects(opening="[TOOL_CALLS]", is_list=True, other_closings=("[/TOOL_CALLS]",)),),
    )
)
