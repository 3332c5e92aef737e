"""GigaChat 3.1: one JSON object behind a marker.

<|function_call|>{"name": "get_weather", "arguments": {"city": "Paris"}}
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects

FORMAT = DeclaredFormat(
    Declaration(
        name="gigachat31",
        models="GigaChat 3.1",
        dropped=("</s>",),
        signs=(Sign(texts=("<|function_call|>",)),),
        calls=JsonObjects(opening="<|function_call|>", is_alone=True),
    )
)
