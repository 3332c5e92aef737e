"""Granite 20B function calling: JSON behind a marker.

<function_call> {"name": "get_weather", "arguments": {"city": "Paris"}}
<function_call> {"name": "get_time", "arguments": {}}
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.detection import Sign
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects

FORMAT = DeclaredFormat(
    Declaration(
        name="granite_20b_fc",
        models="Granite 20B FC",
        signs=(Sign(patterns=(r"<function_call>\s*\{",)),),
        calls=JsonObjects(opening="<function_call> "),
    )
)
