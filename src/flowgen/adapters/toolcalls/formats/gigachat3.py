"""GigaChat 3: one JSON object, in a message of its own.

<|message_sep|>

function call<|role_sep|>
{"name": "get_weather", "arguments": {"city": "Paris"}}
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects

FORMAT = DeclaredFormat(
    Declaration(
        name="gigachat3",
        models="GigaChat 3",
        dropped=("</s>",),
        signs=(Sign(texts=("function call<|role_sep|>",)),),
        calls=JsonObjects(opening="<|message_sep|>\n\nfunction call<|role_sep|>\n", is_alone=True),
    )
)
