"""Apertus: a JSON array between markers; the function's name is the key.

<|tools_prefix|>[{"get_weather": {"city": "Paris"}}]<|tools_suffix|>
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.json_call_reader import Keys
from flowgen.domain.prompts import ReasoningTags

FORMAT = DeclaredFormat(
    Declaration(
        name="apertus",
        models="Apertus",
        reasoning=ReasoningTags(opening="<|inner_prefix|>", closing="<|inner_suffix|>"),
        signs=(Sign(texts=("<|tools_prefix|>",)), Sign(tokens=("<|tools_prefix|>", "<|tools_suffix|>"))),
        calls=JsonObjects(opening="<|tools_prefix|>", closing="<|tools_suffix|>", is_list=True, keys=Keys(name=())),
    )
)
