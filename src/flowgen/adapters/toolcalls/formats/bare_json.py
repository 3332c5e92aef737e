"""Models whose template has no markers: a JSON object or a list of them, bare.

[{"name": "get_weather", "arguments": {"city": "Paris"}}, {"name": "get_time", "arguments": {}}]
"""

from flowgen.adapters.toolcalls.declaration import Declaration, DeclaredFormat
from flowgen.adapters.toolcalls.families.json_objects import JsonObjects

FORMAT = DeclaredFormat(
    Declaration(
        name="bare_json",
        models="models with an Ollama template that has no tag",
        aliases=("json_list", "json_array_required"),
        calls=JsonObjects(is_list=True),
    )
)
