"""Mistral 7B v0.3, Nemo, Large: a JSON array behind a marker, each call with an id of nine letters and digits.

[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Paris"}, "id": "a1B2c3D4e"}]
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects
from flowgen.adapters.toolcalls.families.named_json import NamedJson
from flowgen.adapters.toolcalls.json_call_reader import Keys

FORMAT = DeclaredFormat(
    Declaration(
        name="mistral_json",
        models="Mistral 7B v0.3, Nemo, Large",
        signs=(Sign(texts=("[TOOL_CALLS]",), without=("[ARGS]",)),),
        id_length=9,
        calls=JsonObjects(
            opening="[TOOL_CALLS] ", is_list=True, keys=Keys(written_id="last"), other_closings=("[/TOOL_CALLS]",)
        ),
        other_calls=(NamedJson(opening="[TOOL_CALLS]", name_end="[ARGS]", id_mark="[CALL_ID]"),),
    )
)
